"""What covers each row of the catalogue of sabotage, and which tests prove it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from analytics.detection.correlations.correlation import Correlation
from analytics.detection.described import Described

ROWS = Path(__file__).with_name("catalogue.yml")
OF_RULES = "test_a_rule_is_right_about_its_examples"
OF_CORRELATIONS = "test_a_correlation_is_complete_and_right_about_its_examples"
KEY = f"""\
Rules and correlations prove themselves by their examples: *examples* are `{OF_RULES}` and
`{OF_CORRELATIONS}` in `tests/analytics/detection/test_rules.py`, which run once for each of
them. Other tests are below `tests`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row: `also` are behaviour features and checks of governance that cover it, `tests` prove
    those, and `missing` says what is not covered, and why."""

    id: str
    title: str
    also: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    missing: str = ""


@cache
def rows() -> tuple[Row, ...]:
    """All rows, in their order."""
    told: Mapping[str, Any] = yaml.safe_load(ROWS.read_text("utf-8"))
    return tuple(_row(name, **row) for name, row in told.items())


def _row(
    name: str, title: str, also: Sequence[str] = (), tests: Sequence[str] = (), missing: str = ""
) -> Row:
    return Row(id=name, title=title, also=tuple(also), tests=tuple(tests), missing=missing)


def covering(row: Row, rules: Iterable[Described]) -> list[Described]:
    """The rules and correlations that say they cover it, correlations last."""
    found = [rule for rule in rules if row.id in rule.catalogue]
    return sorted(found, key=lambda rule: (isinstance(rule, Correlation), rule.id))


def status(row: Row, rules: Iterable[Described]) -> str:
    """By what the row is covered: 'rule', 'rule, correlation, feature' … or 'needs joined data'."""
    kinds = {isinstance(rule, Correlation) for rule in covering(row, rules)}
    told = [*(["rule"] if False in kinds else []), *(["correlation"] if True in kinds else [])]
    told += ["feature"] if row.also else []
    return ", ".join(told) or "needs joined data"


def table(rules: Iterable[Described]) -> str:
    """A Markdown table of all rows."""
    loaded = list(rules)
    head = "| row | what it is | status | rules and correlations | also | proved by | not covered |"
    lines = [_line(row, loaded) for row in rows()]
    return "\n".join((f"{len(lines)} rows. {KEY}", "", head, "|" + "---|" * 7, *lines))


def _line(row: Row, rules: list[Described]) -> str:
    found = covering(row, rules)
    proofs = ["*examples*"] if found else []
    proofs += [f"`{test}`" for test in row.tests]
    cells = (
        *(row.id, row.title, status(row, rules)),
        ", ".join(f"`{rule.id}`" for rule in found),
        ", ".join(f"`{name}`" for name in row.also),
        ", ".join(proofs),
        row.missing,
    )
    return f"| {' | '.join(cells)} |"
