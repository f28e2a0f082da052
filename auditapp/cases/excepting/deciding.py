"""Every way to change an exception. Each is one transaction that keeps who did it and why, shows
or hides the alerts that it concerns, and marks their days so that scores follow."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Max, QuerySet

from auditapp import clock
from auditapp.cases.excepting import hiding
from auditapp.cases.excepting.models import AlertException, ExceptionChange, Standing, State
from auditapp.cases.excepting.wanted import Wanted, check_span, reasoned
from auditapp.cases.intake import touch
from auditapp.cases.investigation.fields import Wrong
from auditapp.cases.models import Alert

MADE, EXPIRED = "made", "expired"
ITSELF = "Foureyes"  # the author of what only time did


def make(wanted: Wanted, reason: str, author: str) -> AlertException:
    """A new exception, in force at once unless a second person must approve it. Raises Wrong."""
    now = clock.now()
    check_span(wanted.begin, wanted.expiry, now)
    words = reasoned(reason)
    row = AlertException(
        rule=wanted.rule,
        account=wanted.account,
        person=wanted.person,
        conditions=[[each.field, each.how.value, each.value] for each in wanted.conditions],
        reason=words,
        begin=wanted.begin,
        expiry=wanted.expiry,
        author=author,
        created=now,
        state=State.PROPOSED if wanted.needs_second else State.ACCEPTED,
    )
    with transaction.atomic():
        row.save()
        proposed = row.state == State.PROPOSED
        _keep(row, author, State.PROPOSED.value if proposed else MADE, words)
        if not proposed:
            _settle(concerned(row))
    return row


def accept(key: int, by: str) -> AlertException:
    """A second person approves what was proposed. Raises Wrong."""
    with _changing(key) as row:
        _check_proposed(row)
        if by == row.author:
            raise Wrong("somebody else than its author must approve it")
        row.state, row.approved_by = State.ACCEPTED, by
        row.save()
        _keep(row, by, State.ACCEPTED)
        _settle(concerned(row))
    return row


def refuse(key: int, reason: str, by: str) -> AlertException:
    """What was proposed will not be. Raises Wrong."""
    words = reasoned(reason)
    with _changing(key) as row:
        _check_proposed(row)
        row.state, row.ended = State.REFUSED, clock.now()
        row.save()
        _keep(row, by, State.REFUSED, words)
    return row


def revoke(key: int, reason: str, by: str) -> AlertException:
    """Ends it: what it hid is shown again, unless another one hides it. Raises Wrong."""
    words = reasoned(reason)
    with _changing(key) as row:
        if row.standing(clock.now()) not in (Standing.ACTIVE, Standing.SCHEDULED):
            raise Wrong("it is not in force")
        row.state = State.REVOKED
        _end(row)
        _keep(row, by, State.REVOKED, words)
        _settle(row.alerts.all())
    return row


def expire(now: datetime) -> int:
    """Ends those whose time is over; how many."""
    over = AlertException.objects.filter(ended=None, expiry__lte=now)
    keys = list(over.values_list("pk", flat=True))
    for key in keys:
        with _changing(key) as row:
            if row.ended is None:
                _end(row)
                _keep(row, ITSELF, EXPIRED)
                _settle(row.alerts.all())
    return len(keys)


def merge(one: str, into: str) -> None:
    """What was about the one person is about the other. To be called inside the transaction that
    merges them; their days are marked there."""
    AlertException.objects.filter(person=one).update(person=into)


def concerned(row: AlertException) -> QuerySet[Alert]:
    """The alerts that it could hide."""
    alerts = Alert.objects.filter(time__gte=row.begin, time__lt=row.expiry)
    if row.rule:
        alerts = alerts.filter(rule=row.rule)
    return alerts.filter(account=row.account) if row.account else alerts


@contextmanager
def _changing(key: int) -> Iterator[AlertException]:
    with transaction.atomic():
        yield AlertException.objects.select_for_update().get(pk=key)


def _check_proposed(row: AlertException) -> None:
    if row.standing(clock.now()) is not Standing.PROPOSED:
        raise Wrong("it does not wait for anybody")


def _end(row: AlertException) -> None:
    told = row.alerts.aggregate(hid=Count("pk"), last=Max("time"))
    row.hid, row.last_hit, row.ended = told["hid"], told["last"], clock.now()
    row.save()


def _keep(row: AlertException, author: str, what: str, words: str = "") -> None:
    ExceptionChange.objects.create(
        exception=row, time=clock.now(), author=author, what=str(what), words=words
    )


def _settle(alerts: QuerySet[Alert]) -> None:
    touch(hiding.settle(alerts))
