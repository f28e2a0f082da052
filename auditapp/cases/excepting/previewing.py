"""What an exception would have hidden, had it been in force."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import QuerySet

from auditapp.cases.excepting import hiding
from auditapp.cases.excepting.wanted import Wanted
from auditapp.cases.models import Alert
from auditapp.people.directory import directory

DAYS, MOST_SHOWN, MOST_ASKED = 30, 50, 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """Of the `asked` shown alerts of the last `days` that could be meant, those it would hide.

    `alerts` are the newest of `count`; `at_once` of them are hidden as soon as it is in force.
    `rules` are titles by id; people are ids, None where unknown. `more` says that there were too
    many to ask all.
    """

    days: int
    asked: int
    count: int
    at_once: int
    alerts: tuple[Alert, ...]
    rules: tuple[tuple[str, str, int], ...]
    people: tuple[tuple[str | None, int], ...]
    more: bool


def preview(wanted: Wanted, now: datetime) -> Preview:
    """What it would have hidden, at least over the last thirty days and as far as it reaches."""
    days = max(DAYS, (now - wanted.begin).days + 1)
    since = now - timedelta(days=days)
    exempt = replace(wanted.exempt, begin=since, end=now + timedelta(days=1))
    candidates = _candidates(wanted, since)
    asked = candidates.count()
    found = [
        alert
        for piece in _pieces(candidates)
        for alert, by in zip(piece, hiding.hidden([exempt], piece), strict=True)
        if by is not None
    ]
    known = directory()
    people = Counter(known.who(alert.account, alert.time) for alert in found)
    titles = {alert.rule: alert.title for alert in found}
    rules = Counter(alert.rule for alert in found)
    return Preview(
        days=days,
        asked=asked,
        count=len(found),
        at_once=sum(alert.time >= wanted.begin for alert in found),
        alerts=tuple(found[:MOST_SHOWN]),
        rules=tuple((rule, titles[rule], count) for rule, count in rules.most_common()),
        people=tuple(people.most_common()),
        more=asked > MOST_ASKED,
    )


def _candidates(wanted: Wanted, since: datetime) -> QuerySet[Alert]:
    alerts = Alert.objects.shown().exclude(close_reason=Alert.SUPERSEDED)
    alerts = alerts.filter(time__gte=since)
    if wanted.rule:
        alerts = alerts.filter(rule=wanted.rule)
    if wanted.account:
        alerts = alerts.filter(account=wanted.account)
    return alerts.select_related("window").order_by("-time", "-pk")


def _pieces(alerts: QuerySet[Alert]) -> Iterator[list[Alert]]:
    newest = list(alerts[:MOST_ASKED])
    for start in range(0, len(newest), hiding.AT_ONCE):
        yield newest[start : start + hiding.AT_ONCE]
