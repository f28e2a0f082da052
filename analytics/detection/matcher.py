"""Matches rules over batches of events.

For each log source: its rows are picked first, then those in which a literal of any of its rules
stands (one alternation a column), and only these are asked the whole conditions.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from analytics.detection.columns import Mask, View
from analytics.detection.correlations import gathering
from analytics.detection.loading import RuleSet
from analytics.detection.logsources import LogSource
from analytics.detection.patterns import Pattern, anywhere, of_text
from analytics.detection.predicates import Text
from analytics.detection.sigma import Rule
from analytics.findings import Alert

PIECE = 65_536  # rows at a time, which bounds memory
CROWD = 16  # of so many rows, gates that open for more than one are looked at in halves
FEW = 512


@dataclass(frozen=True, slots=True)
class Detected:
    """Alerts, and the hits that correlations wait for; see `correlations.gathering`."""

    alerts: list[Alert] = field(default_factory=list)
    hits: pa.Table = field(default_factory=gathering.COLUMNS.empty_table)


def match(rules: RuleSet, events: pa.Table) -> list[Alert]:
    """An alert for each rule and event that match, rule by rule, in the events' order."""
    return detect(rules, events).alerts


def detect(rules: RuleSet, events: pa.Table) -> Detected:
    """The same, and the hits of the rules that a correlation refers to."""
    alerts: list[Alert] = []
    gathered: list[pa.Table] = []
    wanted = gathering.needs(rules.correlations)
    for start in range(0, events.num_rows, PIECE):
        piece = View(events.slice(start, PIECE))
        for rule, rows in hits(rules.rules, piece):
            if rule.id in wanted:
                gathered.append(gathering.gathered(rule, rows, wanted[rule.id]))
            if rule.id not in rules.parts:
                alerts.extend(_alerts(rule, rows))
    return Detected(alerts, gathering.joined(gathered))


def hits(rules: Iterable[Rule], view: View) -> Iterator[tuple[Rule, View]]:
    """Each rule that matches, with a view of the events that it matched."""
    by_source: dict[LogSource, list[Rule]] = defaultdict(list)
    for rule in rules:
        by_source[rule.source].append(rule)
    for source, its_rules in by_source.items():
        routed = view.only(_routed(source, view))
        if routed.rows:
            yield from _of_source(its_rules, routed)


def _routed(source: LogSource, view: View) -> Mask:
    rows = np.ones(view.rows, dtype=bool)
    for column, values in source.where:
        rows &= view.holds(Text(column, tuple(of_text(value) for value in values)))
    return rows


def _of_source(rules: Sequence[Rule], routed: View) -> Iterator[tuple[Rule, View]]:
    gated = [rule for rule in rules if rule.predicate.gate is not None]
    others = [rule for rule in rules if rule.predicate.gate is None]
    for few, view in (*_narrowed(gated, routed), (others, routed)):
        for rule in few:
            matched = view.holds(rule.predicate)
            if matched.any():
                yield rule, view.only(matched)


def _narrowed(rules: Sequence[Rule], view: View) -> Iterator[tuple[Sequence[Rule], View]]:
    """Rules with the rows that they need to be asked of; a rule whose literals stand in many
    rows is parted from the others, so that these are not asked as often."""
    opened = view.only(_opened(rules, view))
    if len(rules) < 2 or opened.rows * CROWD < view.rows or opened.rows < FEW:
        yield rules, opened
    else:
        half = len(rules) // 2
        yield from _narrowed(rules[:half], opened)
        yield from _narrowed(rules[half:], opened)


def _opened(rules: Iterable[Rule], view: View) -> Mask:
    """The rows in which any of the rules' gates is open."""
    literals: dict[str, dict[str, Pattern]] = defaultdict(dict)
    for rule in rules:
        for column, literal in rule.predicate.gate or ():
            literals[column][literal] = anywhere(literal)
    rows = np.zeros(view.rows, dtype=bool)
    for column, patterns in literals.items():
        rows |= view.holds(Text(column, tuple(patterns.values())))
    return rows


def _alerts(rule: Rule, view: View) -> Iterator[Alert]:
    columns: dict[str, list[Any]] = {
        name: view.array(name).to_pylist()
        for name in ("@timestamp", "event.id", "actor.account", "owner.account")
    }
    objects = view.texts(rule.object) if rule.object else [None] * view.rows
    for time, event, account, owner, thing in zip(*columns.values(), objects, strict=True):
        yield Alert(
            rule=rule.id,
            version=rule.version,
            title=rule.title,
            severity=rule.severity,
            confidence=rule.confidence,
            time=time,
            event=event,
            account=account,
            owner=owner,
            object=thing,
            tags=rule.tags,
            tactics=rule.tactics,
        )
