"""What Sigma's log sources and field names are among our events, read from logsources.yml."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from sigma.rule.logsource import SigmaLogSource

from analytics.detection.columns import LABEL, known

KEYWORDS = ("event.original", "process.command_line", "message")
TABLE = Path(__file__).with_name("logsources.yml")
Where = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSource:
    """Which events a log source's rules look at, and where Sigma's fields stand in them.

    An event belongs to it that has, for each field of `where`, one of the values. `fields` gives
    columns for a name of Sigma's, any of which may match; `values` what a field's value stands
    for: a column that must be filled or, after `=`, one that must be equal.
    Words that a rule gives without a field are sought in `keywords`.
    """

    name: str
    where: Where
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict, hash=False)
    keywords: tuple[str, ...] = KEYWORDS

    def columns(self, name: str) -> tuple[str, ...]:
        """Where a rule's field is looked up; a field that is not ours may be a source's label."""
        if name in self.fields:
            return self.fields[name]
        return (name,) if known(name) else (LABEL + name,)


def find(asked: SigmaLogSource) -> LogSource:
    """The log source of a rule; one we do not read ourselves is looked for in ECS events."""
    key = (asked.category, asked.product, asked.service)
    return _table().get(key) or _table()[None, None, "ecs"]


Key = tuple[str | None, str | None, str | None]


@cache
def _table() -> dict[Key, LogSource]:
    entries = yaml.load(TABLE.read_bytes(), yaml.CSafeLoader)
    shared = {name: entry.get("fields", {}) for name, entry in entries.items()}
    found: dict[Key, LogSource] = {}
    for name, entry in entries.items():
        fields = {**shared.get(entry.get("fields_of", ""), {}), **shared[name]}
        source = LogSource(
            name=name,
            where=tuple((column, _list(values)) for column, values in entry["where"].items()),
            fields={sigma: _list(ours) for sigma, ours in fields.items()},
            values=entry.get("values", {}),
        )
        for key in entry["logsources"]:
            found[key.get("category"), key.get("product"), key.get("service")] = source
    return found


def _list(value: Any) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, list) else (value,)
