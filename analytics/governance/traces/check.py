"""What a check of this pillar says and how much it weighs."""

from dataclasses import dataclass

import pyarrow as pa

from analytics.findings import Finding, ReasonKind, Severity
from analytics.selection import evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A way to leave no trail. `sentence` has places for what `finding` is told."""

    title: str
    sentence: str
    severity: Severity
    confidence: float
    tactics: tuple[str, ...]


def finding(name: str, check: Check, person: str, events: pa.Table, **told: object) -> Finding:
    """The finding that these events (at least one) prove."""
    kept = evidence(events)
    return Finding(
        kind=ReasonKind.TRACES,
        id=name,
        title=check.title,
        person=person,
        time=kept.time,
        points=float(check.severity.points),
        confidence=check.confidence,
        sentence=check.sentence.format(**told),
        events=kept.events,
        resource=kept.resource,
        tactics=check.tactics,
        observed=float(events.num_rows),
    )
