"""What went wrong, who was on duty, away or watched, and which machines there are: the tables of
a site beside its people, as pages list them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from urllib.parse import urlencode

from django.db.models import Model, Q, QuerySet
from django.urls import reverse

from auditapp.accounts import pseudonyms
from auditapp.dashboard.asking import condition, written
from auditapp.people.models import DutyRow, HostRow, IncidentRow, LeaveRow, Person, WatchRow

KEPT = timedelta(days=365)  # what was over for longer is left out
STILL_OPEN = timedelta(days=1)  # shown of an incident without an end
MOST = 200

AnyRow = TypeVar("AnyRow", bound=Model)
PersonRow = TypeVar("PersonRow", DutyRow, LeaveRow, WatchRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """An incident, and the address of the events of its time (and host, where it has one)."""

    row: IncidentRow
    events: str


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """A row about somebody. `reference` is empty where no such person is known; `what` is the
    reason or kind, `now` whether it holds."""

    reference: str
    name: str
    what: str
    since: datetime | None
    until: datetime | None
    now: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """The tables, newest first, at most `MOST` rows of each."""

    incidents: list[Incident]
    duties: list[About]
    leaves: list[About]
    watches: list[About]
    hosts: list[HostRow]


def surroundings(now: datetime) -> Surroundings:
    """What is known at a time."""
    return Surroundings(
        incidents=[_incident(row) for row in _recent(IncidentRow.objects.all(), now)],
        duties=_about(_recent(DutyRow.objects.all(), now), lambda row: "", now),
        leaves=_about(_recent(LeaveRow.objects.all(), now), lambda row: row.kind, now),
        watches=_about(_recent(WatchRow.objects.all(), now), lambda row: row.reason, now),
        hosts=list(HostRow.objects.all()[:MOST]),
    )


def _recent(rows: QuerySet[AnyRow], now: datetime) -> list[AnyRow]:
    return list(rows.filter(Q(until=None) | Q(until__gte=now - KEPT))[:MOST])


def _incident(row: IncidentRow) -> Incident:
    asked = {"from": written(row.since), "to": written(row.until or row.since + STILL_OPEN)}
    if row.host:
        asked["q"] = condition("host.name", row.host)
    return Incident(row=row, events=f"{reverse('events')}?{urlencode(asked)}")


def _about(
    rows: Iterable[PersonRow], what: Callable[[PersonRow], str], now: datetime
) -> list[About]:
    listed = list(rows)
    everybody = {row.person for row in listed}
    known = set(Person.objects.filter(id__in=everybody).values_list("id", flat=True))
    names = pseudonyms.shown_all(everybody)
    return [
        About(
            reference=pseudonyms.reference(row.person) if row.person in known else "",
            name=names[row.person],
            what=what(row),
            since=row.since,
            until=row.until,
            now=(row.since is None or row.since <= now) and (row.until is None or now < row.until),
        )
        for row in listed
    ]
