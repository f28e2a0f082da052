"""Who changes what others depend on after each incident (S6 of the catalogue).

Whoever wants a fault to stay unfound hears what is being looked into, and adapts. One change after
an incident is a coincidence or a repair; how far it is one is asked of the days alone: had the
person made each change at the same hour of any day of the fortnight, how often would as many of
them follow incidents? Where something breaks every day all follow one, and nothing is said.
docs/scoring.md tells the model.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import prod

from scipy.special import bdtrc

from analytics.findings import Finding, ReasonKind, Severity
from analytics.risk.joining import SUREST, joined_events
from analytics.site import Site

ID = "S6"
TITLE = "After each incident something of others changed"
ROWS = ("D09", "D10", "D11", "D12", "D13", "D15", "D45")
"""Rows of the catalogue that change what others load: environments, weights, data, evaluations."""
KINDS = (ReasonKind.RULE, ReasonKind.ISOLATION)
SPAN = timedelta(days=14)  # as the catalogue has it, and the half-life of what they weigh
WITHIN = (timedelta(hours=6), timedelta(hours=24))  # the same shift, the next day
LEAST = 3  # changes, and incidents before them: twice is a coincidence
NOTICED = 0.05  # of the times alone; each change is a sign already
SATURDAY = 5
LEAST_POINTS = Severity.MEDIUM.points  # what is weaker is everybody's work

Coverage = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Pattern:
    """So many changes followed incidents closely, and by how much chance they would."""

    changes: tuple[Finding, ...]
    within: timedelta
    incidents: int
    probability: float


def find(findings: Iterable[Finding], covered: Coverage, site: Site) -> list[Finding]:
    """A finding for each person whose changes of what is others' keep following incidents.

    What was done on duty, or by whose work it is to repair, is no sign.
    """
    begun = sorted({one.since for one in site.incidents if one.since is not None})
    if len(begun) < LEAST:
        return []
    ids = frozenset().union(*(covered.get(row, frozenset()) for row in ROWS))
    changes: dict[str, list[Finding]] = defaultdict(list)
    for one in findings:
        asked = one.kind in KINDS and one.id in ids and one.points >= LEAST_POINTS
        if asked and not site.looks_after(one.person) and not site.on_duty(one.person, one.time):
            changes[one.person].append(one)
    found = []
    for person, own in sorted(changes.items()):
        pattern = _pattern(own, begun)
        if pattern is not None and pattern.probability < NOTICED:
            found.append(_finding(person, pattern))
    return found


def _pattern(own: Sequence[Finding], begun: Sequence[datetime]) -> Pattern | None:
    """The least likely of the patterns, one for each of `WITHIN`; None where there is none."""
    until = max(one.time for one in own)
    since = until - SPAN
    days: dict[date, Finding] = {}
    for one in sorted(own, key=lambda one: (one.time, -one.points, one.id, one.events)):
        if one.time > since:
            days.setdefault(_day(one.time), one)  # a day of changes is one
    told = [_followed(list(days.values()), begun, since, until, within) for within in WITHIN]
    return min(filter(None, told), key=lambda one: one.probability, default=None)


def _followed(
    changes: Sequence[Finding],
    begun: Sequence[datetime],
    since: datetime,
    until: datetime,
    within: timedelta,
) -> Pattern | None:
    before = {
        change: [at for at in begun if at <= change.time <= at + within] for change in changes
    }
    after = tuple(change for change, incidents in before.items() if incidents)
    known = {incidents[-1] for incidents in before.values() if incidents}
    if min(len(after), len(known)) < LEAST:
        return None
    days = _days(changes, since, until)
    shares = [_share(change.time, days, begun, within) for change in changes]
    chance = float(bdtrc(len(after) - 1, len(changes), sum(shares) / len(shares)))
    return Pattern(after, within, len(known), min(1.0, chance * len(WITHIN)))


def _days(changes: Iterable[Finding], since: datetime, until: datetime) -> list[date]:
    """The days (UTC) of the span on which the person might have changed things as well: those from
    Monday to Friday, and those on which it was so."""
    own = {_day(change.time) for change in changes}
    span = (_day(since) + timedelta(days=place) for place in range(1, SPAN.days + 1))
    return sorted({*(day for day in span if day.weekday() < SATURDAY), *own})


def _share(
    time: datetime, days: Sequence[date], begun: Sequence[datetime], within: timedelta
) -> float:
    """On how many of the days the same time of day follows an incident so soon: people work, and
    things break, at their hours."""
    at_day = datetime.combine(_day(time), datetime.min.time(), UTC)
    moments = [time + (datetime.combine(day, datetime.min.time(), UTC) - at_day) for day in days]
    hits = [any(at <= moment <= at + within for at in begun) for moment in moments]
    return sum(hits) / len(hits)


def _day(time: datetime) -> date:
    return time.astimezone(UTC).date()


def _finding(person: str, pattern: Pattern) -> Finding:
    """What the changes say together: each may have its reason, and the times may be chance."""
    ordered = sorted(pattern.changes, key=lambda one: (one.time, one.events), reverse=True)
    doubt = prod(1 - part.confidence for part in ordered)
    hours = int(pattern.within / timedelta(hours=1))
    return Finding(
        kind=ReasonKind.SEQUENCE,
        id=ID,
        title=TITLE,
        person=person,
        time=ordered[0].time,
        points=float(Severity.HIGH.points),
        confidence=min(SUREST, (1 - doubt) * (1 - pattern.probability)),
        sentence=(
            f"changed what is others' on {len(ordered)} days, each within {hours} hours of an"
            f" incident ({pattern.incidents} in all): {ordered[0].sentence}"
        ),
        events=joined_events(ordered),
        resource=next((part.resource for part in ordered if part.resource), None),
        tactics=("impact",),
        observed=float(len(ordered)),
        probability=pattern.probability,
    )
