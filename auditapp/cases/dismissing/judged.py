"""What somebody may judge: a finding that stands on a page, taken as it stands there."""

from dataclasses import dataclass
from datetime import date, datetime

from analytics.findings import ReasonKind, Severity
from auditapp.cases.investigation.fields import Wrong
from auditapp.cases.models import FindingRow, ScoreRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A finding as it is shown. `day` is its day in UTC."""

    person: str
    kind: str
    finding: str
    title: str
    sentence: str
    day: date
    time: datetime
    points: float
    events: tuple[str, ...]
    observed: float | None

    @property
    def needs_second(self) -> bool:
        """What is critical is not for one person to dismiss."""
        return self.points >= Severity.CRITICAL.points


def of_row(row: FindingRow) -> Judged:
    """A finding of a day."""
    return Judged(
        person=row.person,
        kind=row.kind,
        finding=row.finding,
        title=row.title,
        sentence=row.sentence,
        day=row.day,
        time=row.time,
        points=row.points,
        events=tuple(row.events),
        observed=row.observed,
    )


def of_reason(row: ScoreRow, place: int) -> Judged:
    """The reason at that place of a score. Raises Wrong where there is none, or where alerts of a
    rule are behind it: those are closed, or an exception hides them."""
    if not 0 <= place < len(row.reasons):
        raise Wrong("the score was computed anew; please open the reason again")
    told = row.reasons[place]
    if told["kind"] == ReasonKind.RULE:
        raise Wrong("alerts of a rule are closed on their page")
    time = datetime.fromisoformat(told["time"])
    return Judged(
        person=row.person,
        kind=told["kind"],
        finding=told["id"],
        title=told["title"],
        sentence=told["sentence"],
        day=time.date(),
        time=time,
        points=float(told["points"]),
        events=tuple(told["events"]),
        observed=told.get("observed"),
    )
