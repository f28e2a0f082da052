"""Correlations as the specification reads, hit by hit: what the vectorised ones must equal."""

import math
import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import combinations

import numpy as np

from analytics.detection.correlations.correlation import Correlation, Expression, Kind, Presence

COMPARE = {
    "less": operator.lt,
    "less_equal": operator.le,
    "greater": operator.gt,
    "greater_equal": operator.ge,
    "equal": operator.eq,
    "not_equal": operator.ne,
}


@dataclass(frozen=True)
class Hit:
    """A rule matched an event."""

    rule: str
    event: str
    time: datetime
    fields: Mapping[str, str] = field(default_factory=dict, hash=False)


def alerts(
    correlation: Correlation, hits: Sequence[Hit], begin: datetime, end: datetime
) -> set[tuple[tuple[str, ...], datetime, str]]:
    """Group, time and event of each alert."""
    groups: dict[tuple[str, ...], list[Hit]] = {}
    for hit in hits:
        key = tuple(_value(correlation, name, hit) for name in correlation.group_by)
        if hit.rule in correlation.rules and None not in key:
            groups.setdefault(key, []).append(hit)
    found = set()
    for key, members in groups.items():
        before: datetime | None = None
        for time in sorted({hit.time for hit in members}):
            window = [hit for hit in members if time - correlation.timespan <= hit.time <= time]
            if not _holds(correlation, window):
                continue
            if before is None or time - before > correlation.timespan:
                event = min(hit.event for hit in window if hit.time == time)
                if begin <= time < end:
                    found.add((key, time, event))
            before = time
    return found


def _value(correlation: Correlation, name: str, hit: Hit) -> str | None:
    known = correlation.field_of(name, hit.rule)
    return None if known is None else hit.fields.get(known)


def _holds(correlation: Correlation, window: list[Hit]) -> bool:
    present = {hit.rule for hit in window}
    if correlation.expression is not None:
        in_order = correlation.kind is not Kind.TEMPORAL_ORDERED or _longest(
            correlation, window
        ) >= len(present)
        return in_order and _true(correlation.expression, present)
    figure = _figure(correlation, window, present)
    return not math.isnan(figure) and all(
        COMPARE[bound.comparison](figure, bound.number) for bound in correlation.bounds
    )


def _true(node: Expression, present: set[str]) -> bool:
    if isinstance(node, Presence):
        return node.rule in present
    parts = [_true(part, present) for part in node.parts]
    return not parts[0] if node.word == "not" else {"and": all, "or": any}[node.word](parts)


def _figure(correlation: Correlation, window: list[Hit], present: set[str]) -> float:
    if correlation.kind is Kind.TEMPORAL:
        return len(present)
    if correlation.kind is Kind.TEMPORAL_ORDERED:
        return _longest(correlation, window)
    by_event = {}
    for hit in sorted(window, key=lambda hit: correlation.rules.index(hit.rule), reverse=True):
        by_event[hit.event] = hit
    if correlation.kind is Kind.EVENT_COUNT:
        return len(by_event)
    values = [
        tuple(_value(correlation, name, hit) for name in correlation.fields)
        for _, hit in sorted(by_event.items())
    ]
    if correlation.kind is Kind.VALUE_COUNT:
        return len({value for value in values if None not in value})
    return _measure(correlation, [float(one) for (one,) in values if one and one != "none"])


def _measure(correlation: Correlation, numbers: list[float]) -> float:
    if not numbers:
        return math.nan
    if correlation.kind is Kind.VALUE_SUM:
        return sum(numbers)
    if correlation.kind is Kind.VALUE_AVG:
        return sum(numbers) / len(numbers)
    return float(np.percentile(numbers, correlation.percentile))


def _longest(correlation: Correlation, window: list[Hit]) -> int:
    """Most rules, in their order, that matched one not before the other."""
    for length in range(len(correlation.rules), 0, -1):
        for rules in combinations(correlation.rules, length):
            time = min(hit.time for hit in window) - timedelta(1)
            for rule in rules:
                later = [hit.time for hit in window if hit.rule == rule and hit.time >= time]
                if not later:
                    break
                time = min(later)
            else:
                return length
    return 0
