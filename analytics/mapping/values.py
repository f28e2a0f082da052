"""Where a field's value comes from: a column, a constant or a template, and what is made of it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from analytics.mapping.checks import Refusal, flag, table, text

Columns = Mapping[str, str]
NAMED = re.compile(r"\{([^{}]+)\}")
KEYS = ("column", "constant", "template", "table", "otherwise", "lower", "split")


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """How to make a text of a record's columns; None where what it is made of is not there.

    `parts` are turns of text and column name, beginning with a text.
    """

    parts: tuple[str, ...]
    table: Mapping[str, str] = field(default_factory=dict)
    otherwise: str | None = None
    looks_up: bool = False
    lower: bool = False
    split: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it is made of."""
        return self.parts[1::2]

    def of(self, columns: Columns) -> str | None:
        """The text for a record."""
        if len(self.parts) == 3 and not self.parts[0] and not self.parts[2]:
            made = columns.get(self.parts[1])
        else:
            made = "".join(
                columns.get(part, "") if place % 2 else part
                for place, part in enumerate(self.parts)
            )
        if not made:
            return self.otherwise
        made = made.lower() if self.lower else made
        return self.table.get(made, self.otherwise) if self.looks_up else made


def value_of(told: Any, key: str) -> Value:
    """What a mapping file says of a value: a column's name, or a table. Raises Refusal."""
    if isinstance(told, str):
        return Value(parts=("", text(told, key), ""))
    settings = table(told, key, KEYS)
    sources: dict[str, Callable[[str], tuple[str, ...]]] = {
        "column": lambda written: ("", written, ""),
        "constant": lambda written: (written,),
        "template": lambda written: tuple(NAMED.split(written)),
    }
    given = [name for name in sources if name in settings]
    if len(given) != 1:
        raise Refusal(f"{key}: needs one of column, constant, template")
    parts = sources[given[0]](text(settings[given[0]], f"{key}.{given[0]}"))
    rows = table(settings.get("table", {}), f"{key}.table")
    if "otherwise" in settings and "table" not in settings:
        raise Refusal(f"{key}.otherwise: goes with a table only")
    return Value(
        parts=parts,
        table={name: text(item, f"{key}.table.{name}") for name, item in rows.items()},
        otherwise=text(settings["otherwise"], f"{key}.otherwise")
        if "otherwise" in settings
        else None,
        looks_up="table" in settings,
        lower=flag(settings.get("lower", False), f"{key}.lower"),
        split=text(settings["split"], f"{key}.split", ".{1,5}") if "split" in settings else None,
    )
