"""Every way to change a judgement. Each is one transaction that keeps who did it and why, marks
the findings that it speaks of, and their days, so that scores follow."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from analytics.risk.dismissals import Dismissals, by_key, dismissing
from auditapp import clock
from auditapp.cases.dismissing.judged import Judged
from auditapp.cases.dismissing.models import Dismissal, DismissalChange
from auditapp.cases.excepting.models import State
from auditapp.cases.finding_rows import finding_of
from auditapp.cases.intake import touch
from auditapp.cases.investigation.fields import Wrong, worded
from auditapp.cases.models import FindingRow

LONGEST_REASON = 2000
MADE = "made"


def in_force() -> Dismissals:
    """What is judged innocent now, the oldest judgement first."""
    rows = Dismissal.objects.filter(state=State.ACCEPTED).order_by("id")
    return by_key(row.judged for row in rows)


def dismiss(judged: Judged, reason: str, author: str) -> Dismissal:
    """Judges a finding innocent, at once unless a second person must approve it. Raises Wrong."""
    words = _reasoned(reason)
    state = State.PROPOSED if judged.needs_second else State.ACCEPTED
    row = Dismissal(
        person=judged.person,
        kind=judged.kind,
        finding=judged.finding,
        day=judged.day,
        title=judged.title,
        sentence=judged.sentence,
        points=judged.points,
        events=list(judged.events),
        observed=judged.observed,
        reason=words,
        author=author,
        created=clock.now(),
        state=state,
    )
    with transaction.atomic():
        same = Dismissal.objects.filter(
            person=row.person, kind=row.kind, finding=row.finding, day=row.day
        )
        standing = same.filter(state__in=(State.ACCEPTED, State.PROPOSED))
        if any(each.judged.events == row.judged.events for each in standing):
            raise Wrong("somebody judged it already")
        row.save()
        _keep(row, author, State.PROPOSED if state == State.PROPOSED else MADE, words)
        if state == State.ACCEPTED:
            _follow(row)
    return row


def accept(key: int, by: str) -> Dismissal:
    """A second person agrees. Raises Wrong."""
    with _changing(key) as row:
        _check_state(row, State.PROPOSED, "it does not wait for anybody")
        if by == row.author:
            raise Wrong("somebody else than its author must approve it")
        row.state, row.approved_by = State.ACCEPTED, by
        row.save()
        _keep(row, by, State.ACCEPTED)
        _follow(row)
    return row


def refuse(key: int, reason: str, by: str) -> Dismissal:
    """A second person does not agree. Raises Wrong."""
    words = _reasoned(reason)
    with _changing(key) as row:
        _check_state(row, State.PROPOSED, "it does not wait for anybody")
        row.state = State.REFUSED
        row.save()
        _keep(row, by, State.REFUSED, words)
    return row


def revoke(key: int, reason: str, by: str) -> Dismissal:
    """It was not innocent, or is not thought so any longer: it counts again. Raises Wrong."""
    words = _reasoned(reason)
    with _changing(key) as row:
        _check_state(row, State.ACCEPTED, "it is not in force")
        row.state = State.REVOKED
        row.save()
        _keep(row, by, State.REVOKED, words)
        _follow(row)
    return row


def merge(one: str, into: str) -> None:
    """What was judged of the one person is judged of the other. To be called inside the
    transaction that merges them; their days are marked there."""
    Dismissal.objects.filter(person=one).update(person=into)


def _reasoned(reason: str) -> str:
    return worded(reason, LONGEST_REASON, "a judgement needs a reason")


@contextmanager
def _changing(key: int) -> Iterator[Dismissal]:
    with transaction.atomic():
        yield Dismissal.objects.select_for_update().get(pk=key)


def _check_state(row: Dismissal, state: State, otherwise: str) -> None:
    if row.state != state:
        raise Wrong(otherwise)


def _keep(row: Dismissal, author: str, what: str, words: str = "") -> None:
    DismissalChange.objects.create(
        dismissal=row, time=clock.now(), author=author, what=str(what), words=words
    )


def _follow(row: Dismissal) -> None:
    """Marks what it speaks of, and its day."""
    judgements = in_force()
    such = FindingRow.objects.filter(person=row.person, kind=row.kind, finding=row.finding)
    for found in such:
        by = dismissing(finding_of(found), judgements)
        if found.dismissed_by_id != (by.number if by else None):
            found.dismissed_by_id = by.number if by else None
            found.save(update_fields=["dismissed_by"])
    touch([row.day])
