"""Matches rules over batches of events.

Which rules could match where is told first by literals (`prefilter.py`); only there the whole
conditions are asked.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from analytics.detection.columns import View
from analytics.detection.correlations import gathering
from analytics.detection.loading import RuleSet
from analytics.detection.prefilter import Prefilter
from analytics.detection.sigma import Rule
from analytics.findings import Alert

PIECE = 65_536  # rows at a time, which bounds memory


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
    wanted = rules.needs
    for start in range(0, events.num_rows, PIECE):
        piece = View(events.slice(start, PIECE), derived=rules.derived)
        for rule, rows in hits(rules.prefilter, piece):
            if rule.id in wanted:
                gathered.append(gathering.gathered(rule, rows, wanted[rule.id]))
            if rule.id not in rules.parts:
                alerts.extend(_alerts(rule, rows))
    return Detected(alerts, gathering.joined(gathered))


def hits(prefilter: Prefilter, view: View) -> Iterator[tuple[Rule, View]]:
    """Each rule that matches, with a view of the events that it matched."""
    for rule, rows in prefilter.candidates(view):
        matched = rows.only(rows.holds(rule.predicate))
        if matched.rows:
            yield rule, matched


def _alerts(rule: Rule, view: View) -> Iterator[Alert]:
    columns: dict[str, list[Any]] = {
        name: view.array(name).to_pylist()
        for name in ("@timestamp", "event.id", "actor.account", "owner.account")
    }
    objects = view.texts(rule.object) if rule.object else [None] * view.rows
    groups = zip(*(view.texts(name) for name in rule.alike), strict=True)
    for time, event, account, owner, thing, group in zip(
        *columns.values(), objects, groups, strict=True
    ):
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
            group=tuple(text or "" for text in group),
            within=rule.within,
            duty=rule.duty,
            elsewhere=rule.elsewhere,
        )
