"""Findings as they are kept."""

from datetime import date

from analytics.findings import Finding, ReasonKind
from analytics.risk.dismissals import Dismissal
from auditapp.cases.models import FindingRow


def row_of(day: date, found: Finding, dismissed_by: Dismissal | None) -> FindingRow:
    """The row that keeps a finding of that day, and whose judgement dismisses it."""
    return FindingRow(
        day=day,
        kind=found.kind,
        finding=found.id,
        title=found.title,
        person=found.person,
        time=found.time,
        points=found.points,
        confidence=found.confidence,
        sentence=found.sentence,
        events=list(found.events),
        resource=found.resource[:1000] if found.resource else None,
        tactics=list(found.tactics),
        observed=found.observed,
        expected=found.expected,
        probability=found.probability,
        owners=[list(pair) for pair in found.owners],
        dismissed_by_id=dismissed_by.number if dismissed_by else None,
    )


def finding_of(row: FindingRow) -> Finding:
    """The finding that the row keeps."""
    return Finding(
        kind=ReasonKind(row.kind),
        id=row.finding,
        title=row.title,
        person=row.person,
        time=row.time,
        points=row.points,
        confidence=row.confidence,
        sentence=row.sentence,
        events=tuple(row.events),
        resource=row.resource,
        tactics=tuple(row.tactics),
        observed=row.observed,
        expected=row.expected,
        probability=row.probability,
        owners=tuple((str(owner), int(count)) for owner, count in row.owners),
    )
