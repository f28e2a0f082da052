"""Alerts as findings: the alerts of one rule about one person on one day are one finding."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date

import pyarrow as pa

from analytics.findings import Alert, Finding, ReasonKind
from analytics.identity import Directory
from analytics.risk.weights import Weights
from analytics.selection import MOST_EVENTS

LONGEST_OBJECT = 120


def from_alert(alert: Alert, directory: Directory, weights: Weights) -> Finding | None:
    """One alert as a finding; None where nobody known did it."""
    person = directory.who(alert.account, alert.time)
    return _finding(person, [alert], weights) if person else None


def from_alerts(alerts: Iterable[Alert], directory: Directory, weights: Weights) -> list[Finding]:
    """A finding for each person, rule and day (UTC), so that a thousand alerts count once; in
    order of person, rule and day. Alerts about nobody known are left out."""
    listed = list(alerts)
    accounts = pa.chunked_array([pa.array([alert.account for alert in listed], pa.string())])
    times = pa.chunked_array(
        [pa.array([alert.time for alert in listed], pa.timestamp("us", tz="UTC"))]
    )
    groups: dict[tuple[str, str, date], list[Alert]] = defaultdict(list)
    for alert, person in zip(listed, directory.persons(accounts, times).to_pylist(), strict=True):
        if person:
            groups[(person, alert.rule, alert.time.astimezone(UTC).date())].append(alert)
    return [
        _finding(person, groups[person, rule, day], weights) for person, rule, day in sorted(groups)
    ]


def _finding(person: str, alerts: list[Alert], weights: Weights) -> Finding:
    newest_first = sorted(alerts, key=lambda alert: (alert.time, alert.event), reverse=True)
    newest = newest_first[0]
    return Finding(
        kind=ReasonKind.RULE,
        id=newest.rule,
        title=newest.title,
        person=person,
        time=newest.time,
        points=max(weights.severity[alert.severity] for alert in alerts),
        confidence=max(alert.confidence for alert in alerts),
        sentence=_sentence(newest, len(alerts)),
        events=tuple(dict.fromkeys(alert.event for alert in newest_first))[:MOST_EVENTS],
        resource=newest.object,
        tactics=tuple(sorted({tactic for alert in alerts for tactic in alert.tactics})),
    )


def _sentence(newest: Alert, count: int) -> str:
    shown = newest.object or ""
    if len(shown) > LONGEST_OBJECT:
        shown = shown[: LONGEST_OBJECT - 1] + "…"
    if count == 1:
        return f"{newest.title}: {shown}" if shown else newest.title
    return f"{count:,} × {newest.title}" + (f": latest on {shown}" if shown else "")
