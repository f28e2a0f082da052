"""Assesses the days that changed and keeps everybody's score."""

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Q

from analytics import pipeline
from analytics.columnar.allocating import frugally
from analytics.findings import Alert as FoundAlert
from analytics.findings import Finding, ReasonKind, RiskScore, Severity
from analytics.risk.dismissals import dismissing
from analytics.risk.urgent import RULES
from analytics.risk.weights import Weights
from analytics.site import Site
from analytics.store.base import Question
from analytics.store.remembering import remembering
from auditapp import clock, stopping
from auditapp.cases import budget, history, raising, standings, turns, weighing
from auditapp.cases.correlating import asking, recording
from auditapp.cases.dismissing.deciding import in_force as dismissals_in_force
from auditapp.cases.excepting import deciding, hiding
from auditapp.cases.finding_rows import finding_of, row_of
from auditapp.cases.intake import touch
from auditapp.cases.models import Alert, FindingRow, ScoreRow, TouchedDay
from auditapp.cases.reviewing import keeping
from auditapp.cases.rules import rule_set
from auditapp.eventstore import store
from auditapp.people import seen
from auditapp.people.directory import site

AFTERMATH = timedelta(days=28)  # later days whose baseline a changed day still moves noticeably
HISTORY = timedelta(days=90)  # daily scores are kept current this far back

Progress = Callable[[int, int], None]


def touch_all(since: datetime | None = None, until: datetime | None = None) -> None:
    """Marks every day that has events in that time: people, resources, weights or what is found
    changed."""
    days = store().days(Question(since=since, until=until))
    recording.touch(days)
    touch(days)


def refresh(
    now: datetime, progress: Progress | None = None, *, settled: bool = False
) -> list[date]:
    """Asks correlations, assesses what changed and scores from there on; the days it assessed.

    `settled` leaves out days that a backfill goes on touching. The marks on days go last: who is
    stopped before does all of it again. Raises turns.Taken where another process is at it, and
    stopping.Stopped between two steps where this process is to stop.
    """
    with suppress(turns.Taken):
        asking.refresh()
    with turns.turn("assess") as prolong:

        def step(done: int, total: int) -> None:
            stopping.check()
            prolong()
            if progress:
                progress(done, total)

        deciding.expire(clock.now())
        marks = _marks(datetime.now(UTC) if settled else None)
        _hide(marks, step)
        known = site()
        days = _assess(marks, known, step)
        if days or not ScoreRow.objects.exists():
            rescore(days[0] if days else now.date(), now, step, known)
            if now.date() >= clock.now().date():
                budget.spend(clock.now())
        _clear(marks)
        return days


def _hide(marks: Iterable[date], step: Progress) -> None:
    """Asks anew which alerts of these days exceptions hide: persons may have changed."""
    for day in sorted(marks):
        step(0, 1)
        since = datetime.combine(day, time.min, UTC)
        hiding.settle(Alert.objects.filter(time__gte=since, time__lt=since + timedelta(days=1)))


def assess_touched(progress: Progress | None = None) -> list[date]:
    """Assesses all touched days and those that learn from them; the days it assessed."""
    marks = _marks(None)
    days = _assess(marks, site(), progress)
    _clear(marks)
    return days


def _marks(settled_by: datetime | None) -> dict[date, int]:
    """The days that are marked, with their serials."""
    due = TouchedDay.objects.all()
    if settled_by:
        due = due.filter(Q(after__isnull=True) | Q(after__lte=settled_by))
    return dict(due.values_list("day", "serial"))


def _clear(marks: dict[date, int]) -> None:
    for day, serial in marks.items():  # touched again meanwhile: the serial grew, the mark stays
        TouchedDay.objects.filter(day=day, serial=serial).delete()


def _assess(marks: dict[date, int], known: Site, progress: Progress | None) -> list[date]:
    days = _affected(sorted(marks)) if marks else []
    weights = weighing.in_force()
    touched = set(TouchedDay.objects.values_list("day", flat=True))  # also what is not due yet
    dismissals, events = dismissals_in_force(), remembering(store())
    for number, day in enumerate(days):
        if progress:
            progress(number, len(days))
        with frugally():
            assessed = pipeline.assess(
                day, store=events, site=known, weights=weights, touched=day in touched
            )
        named = pipeline.sighted(day, store()) if day in marks else None
        with transaction.atomic():
            if named is not None:
                seen.record(day, named)
            FindingRow.objects.filter(day=day).delete()
            judged = [(found, dismissing(found, dismissals)) for found in assessed.findings]
            rows = [row_of(day, found, by) for found, by in judged]
            FindingRow.objects.bulk_create(rows, batch_size=500)
            keeping.keep(day, assessed.verdicts, known)
            counting = [found for found, by in judged if by is None]
            raising.settle(day, counting, known.directory, weights)
    return days


def _affected(touched: list[date]) -> list[date]:
    """The touched days, the following ones that have events, and later ones with updates of shared
    branches whose verdict what was touched may change, in order."""
    start = datetime.combine(touched[0], time.min, UTC)
    known = store().days(Question(since=start))
    near = (day for day in known if any(mark <= day <= mark + AFTERMATH for mark in touched))
    days = {*touched, *near}
    return sorted(days | keeping.hanging(touched, days, store()))


def rescore(
    since: date, now: datetime, progress: Progress | None = None, known: Site | None = None
) -> None:
    """Computes everybody's score at the end of each day from `since` and at `now`, and keeps them.

    Those of `now` replace what is kept of its day after its midnight, and of the future. `known`
    is the site where it is at hand.
    """
    weights = weighing.in_force()
    weighing.keep(weights)
    midnight = datetime.combine(now.date(), time.min, UTC)
    first = max(datetime.combine(since, time.min, UTC), midnight - HISTORY) + timedelta(days=1)
    times, known = sorted({*_midnights(first, midnight), now}), known or site()
    for number, as_of in enumerate(times):
        if progress:
            progress(number, len(times))
        scores = scores_at(as_of, weights, known=known)
        with transaction.atomic():
            history.keep(scores, as_of, weights, newest=as_of == now)
            if as_of == now:
                standings.keep(scores, now)
    history.forget(midnight - HISTORY)


def _midnights(first: datetime, last: datetime) -> Iterator[datetime]:
    while first <= last:
        yield first
        first += timedelta(days=1)


def scores_at(
    as_of: datetime,
    weights: Weights | None = None,
    without: Collection[ReasonKind] = (),
    known: Site | None = None,
) -> list[RiskScore]:
    """Everybody's score at a time, from what is known now, the highest first; keeps nothing.

    With other weights than those in force it says what they would make of the same findings;
    with kinds it leaves out, what the others are worth alone. `known` is the site where it is at
    hand: to read it takes seconds where there are ten thousand people.
    """
    start = as_of - timedelta(days=pipeline.SCORED_DAYS)
    alerts = Alert.objects.shown().filter(time__gte=start, time__lte=as_of)
    alerts = alerts.exclude(state=Alert.State.CLOSED, close_reason__in=Alert.SAYING_NOTHING)
    alerts = alerts.exclude(rule__in=RULES)  # their findings count
    findings = FindingRow.objects.filter(time__gte=start, time__lte=as_of)
    dismissals, dropped = dismissals_in_force(), raising.taken_back(start, as_of)

    def counts(finding: Finding) -> bool:
        judged = finding in dropped or dismissing(finding, dismissals) is not None
        return finding.kind not in without and not judged

    return pipeline.rate(
        (_alert(row) for row in alerts.iterator(2000)),
        (finding_of(row) for row in findings.iterator(2000)),
        as_of=as_of,
        site=known or site(),
        weights=weights or weighing.in_force(),
        rules=rule_set(),
        counts=counts,
    )


def _alert(row: Alert) -> FoundAlert:
    return FoundAlert(
        rule=row.rule,
        version=row.rule_version,
        title=row.title,
        severity=Severity(row.severity),
        confidence=row.confidence,
        time=row.time,
        event=row.event,
        account=row.account,
        owner=row.owner,
        object=row.object,
        tags=tuple(row.tags),
        tactics=tuple(row.tactics),
    )
