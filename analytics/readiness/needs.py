"""What each rule, feature and check of a pillar needs to arrive, and what would bring it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from analytics.detection.predicates import Predicate
from analytics.detection.sigma import Rule

TABLE = Path(__file__).with_name("needs.yml")


class Part(StrEnum):
    """What has the need."""

    RULE = "rule"
    FEATURE = "feature"
    PILLAR = "pillar"


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What would bring what is missing: a sentence, and a page of the docs."""

    text: str
    page: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """Events with, for each field of `where`, one of the values, and with these fields filled.

    `blind` says what cannot be seen without. `alternatives` are sets of fields any of which will
    do beside `fields`; of a rule the condition decides.
    """

    part: Part
    id: str
    title: str
    where: Mapping[str, tuple[str, ...]]
    fields: tuple[str, ...] = ()
    alternatives: tuple[str, ...] = ()
    blind: str = ""
    advice: Advice | None = None
    condition: Predicate | None = field(default=None, repr=False)


def declared() -> list[Need]:
    """The needs of features and of the pillars' checks, as the table has them."""
    table, advice = _table()
    return [
        Need(
            part=part,
            id=name,
            title=entry["title"],
            where={column: tuple(values) for column, values in entry.get("where", {}).items()},
            fields=tuple(entry.get("fields", ())),
            alternatives=tuple(entry.get("any_of", ())),
            blind=entry["blind"],
            advice=advice[entry["advice"]],
        )
        for part in (Part.PILLAR, Part.FEATURE)
        for name, entry in table[f"{part.value}s"].items()
    ]


def of_rules(rules: Iterable[Rule]) -> list[Need]:
    """The needs of rules, read off their log sources and conditions."""
    table, advice = _table()
    return [
        Need(
            part=Part.RULE,
            id=rule.id,
            title=rule.title,
            where=dict(rule.source.where),
            blind=f"“{rule.title}” cannot be seen",
            advice=advice.get(table["log_sources"].get(rule.source.name, "")),
            condition=rule.predicate,
        )
        for rule in rules
    ]


def advice_for(field: str) -> Advice | None:
    """What would bring a field, where that is another thing than for the rest of its events."""
    table, advice = _table()
    return advice.get(table["missing"].get(field, ""))


def every_advice() -> dict[str, Advice]:
    """All advice by its key."""
    return _table()[1]


@cache
def _table() -> tuple[dict[str, Any], dict[str, Advice]]:
    table = yaml.safe_load(TABLE.read_text("utf-8"))
    return table, {name: Advice(**told) for name, told in table["advice"].items()}
