"""Alerts as people look at them: whose they are, and which are asked for."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlencode

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.urls import reverse

from analytics.findings import Severity
from auditapp.accounts import pseudonyms
from auditapp.cases.models import Alert, AlertQuerySet
from auditapp.dashboard import reading
from auditapp.people.directory import directory
from auditapp.people.models import AccountLink

CLOSE_REASONS: dict[str, str] = {
    "false_positive": "false positive",
    "expected": "expected and allowed",
    "confirmed": "confirmed and dealt with",
    "duplicate": "duplicate",
}
SEVERITIES: tuple[str, ...] = tuple(reversed([str(severity) for severity in Severity]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An alert with the person behind its account: reference and name, empty where unknown.

    `times` counts the alerts that it stands for, and `all_link` leads to them.
    """

    row: Alert
    person: str
    name: str
    event_link: str
    times: int = 1
    all_link: str = ""


def event_link(alert: Alert) -> str:
    """Address of the event that raised the alert."""
    return reading.event_link(alert.event, alert.time)


def alerts_of(person: str) -> AlertQuerySet:
    """The alerts on what a person did with personal accounts, newest first."""
    links = AccountLink.objects.filter(person_id=person, use__in=AccountLink.ATTRIBUTED)
    condition = Q(pk__in=[])
    for link in links:
        mine = Q(account=link.account)
        if link.since:
            mine &= Q(time__gte=link.since)
        if link.until:
            mine &= Q(time__lt=link.until)
        condition |= mine
    return Alert.objects.filter(condition)


def with_people(alerts: Iterable[Alert]) -> list[Shown]:
    """The alerts with the people behind them."""
    rows = list(alerts)
    known = directory()
    people = [known.who(row.account, row.time) for row in rows]
    names = pseudonyms.shown_all(person for person in people if person)
    return [
        Shown(
            row=row,
            person=pseudonyms.reference(person) if person else "",
            name=names[person] if person else "",
            event_link=event_link(row),
        )
        for row, person in zip(rows, people, strict=True)
    ]


def gathered(state: str, alerts: QuerySet[Alert], most: int) -> list[Shown]:
    """The newest alerts, those of one rule, account and day (UTC) as one; looks at the newest
    500 and gives at most so many. `state` is what the alerts page calls the choice of them."""
    groups: dict[tuple[str, str | None, date], list[Alert]] = {}
    for row in alerts[:500]:
        groups.setdefault((row.rule, row.account, row.time.date()), []).append(row)
    chosen = list(groups.values())[:most]
    shown = with_people(rows[0] for rows in chosen)
    return [
        replace(one, times=len(rows), all_link=_all_link(state, one.row))
        for one, rows in zip(shown, chosen, strict=True)
    ]


def _all_link(state: str, alert: Alert) -> str:
    query = {
        "state": state,
        "rule": alert.rule,
        "account": alert.account or "",
        "day": f"{alert.time:%Y-%m-%d}",
    }
    return f"{reverse('alerts')}?{urlencode(query)}"


def worst_first(alerts: QuerySet[Alert]) -> QuerySet[Alert]:
    """By severity, then the newest."""
    ranks = [
        When(severity=severity, then=Value(place)) for place, severity in enumerate(SEVERITIES)
    ]
    rank = Case(*ranks, default=Value(len(SEVERITIES)), output_field=IntegerField())
    return alerts.annotate(rank=rank).order_by("rank", "-time", "-id")
