"""What a correlation asks: of which rules, grouped by what, within what time."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from analytics.detection.columns import Mask
from analytics.detection.described import Described

Numbers = npt.NDArray[np.float64]


class Kind(StrEnum):
    """Sigma's types of correlations."""

    EVENT_COUNT = "event_count"
    VALUE_COUNT = "value_count"
    VALUE_SUM = "value_sum"
    VALUE_AVG = "value_avg"
    VALUE_PERCENTILE = "value_percentile"
    VALUE_MEDIAN = "value_median"
    TEMPORAL = "temporal"
    TEMPORAL_ORDERED = "temporal_ordered"

    @property
    def is_temporal(self) -> bool:
        """Whether it asks which rules matched rather than how often."""
        return self in (Kind.TEMPORAL, Kind.TEMPORAL_ORDERED)


@dataclass(frozen=True, slots=True)
class Bound:
    """How a figure compares: `comparison` is the name of numpy's function."""

    comparison: str
    number: float

    def holds(self, figures: Numbers) -> Mask:
        """For each figure; never for one that is no number."""
        compared: Mask = getattr(np, self.comparison)(figures, self.number)
        return compared & ~np.isnan(figures)


@dataclass(frozen=True, slots=True)
class Presence:
    """A rule matched within the window."""

    rule: str


@dataclass(frozen=True, slots=True)
class Joined:
    """`and` and `or` of expressions, or `not` of one."""

    word: str
    parts: tuple["Expression", ...]


Expression = Presence | Joined


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequences:
    """Events as flat maps of fields, some after each other, on which a correlation must hold or
    must not. `rule` says which rule each is meant for, `hours` when, from the first one on."""

    match: tuple[Sequence[Mapping[str, Any]], ...] = ()
    no_match: tuple[Sequence[Mapping[str, Any]], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Correlation(Described):
    """Hits of `rules` (by id) which agree in all of `group_by`, not further apart than `timespan`.

    All of `bounds` must hold of the figure; `expression`, where there is one, of the rules that
    matched. `fields` hold what is counted or summed. `aliases` give the field of each rule that a
    name of `group_by` or `fields` stands for. `generate` lets the rules raise alerts of their own.
    `actor` is the rule whose hit says whose act it was, where the last hit is of somebody else, as
    of a victim; None where it is the last one's.
    """

    kind: Kind
    rules: tuple[str, ...]
    group_by: tuple[str, ...]
    timespan: timedelta
    bounds: tuple[Bound, ...] = ()
    expression: Expression | None = None
    fields: tuple[str, ...] = ()
    percentile: int = 50
    aliases: Mapping[str, Mapping[str, str]] = field(default_factory=dict, hash=False)
    generate: bool = False
    actor: str | None = None
    examples: Sequences = Sequences()

    @property
    def looked_up(self) -> tuple[str, ...]:
        """The names whose values it needs of each hit."""
        return tuple(dict.fromkeys((*self.group_by, *self.fields)))

    def field_of(self, name: str, rule: str) -> str | None:
        """The field that a name means in the events of a rule, None where it means none."""
        return self.aliases[name].get(rule) if name in self.aliases else name


def in_order(correlations: Iterable[Correlation]) -> Iterator[Correlation]:
    """Each after those that it refers to; none may refer to itself, over whichever others."""
    left = {each.id: each for each in correlations}
    while left:
        ready = [each for each in left.values() if not left.keys() & set(each.rules)]
        if not ready:
            raise ValueError(f"correlations refer to each other: {', '.join(sorted(left))}")
        for each in ready:
            yield left.pop(each.id)


def reach(correlation: Correlation, others: Mapping[str, Correlation]) -> timedelta:
    """How long before an alert a hit may lie that decides on it.

    One timespan says whether a moment holds, another whether it goes on from an earlier one.
    """
    inner = (reach(others[rule], others) for rule in correlation.rules if rule in others)
    return 2 * correlation.timespan + max(inner, default=timedelta())
