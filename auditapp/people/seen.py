"""Keeps which accounts events name, and tells those that belong to nobody."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import pyarrow as pa
from django.db import transaction
from django.db.models import Max, Min, Sum

from analytics.identity import ATTRIBUTED, Directory, Link
from analytics.identity.names import looks_like
from analytics.identity.sightings import Role, sightings_of, ties_of
from auditapp.people.models import AccountDay, TieDay

PORTION = 500


@transaction.atomic
def record(day: date, events: pa.Table) -> None:
    """Keeps the accounts that a day's events name, with at least sightings.COLUMNS, in place of
    what was kept of the day."""
    AccountDay.objects.filter(day=day).delete()
    TieDay.objects.filter(day=day).delete()
    AccountDay.objects.bulk_create(
        (
            AccountDay(
                day=day,
                account=one.account,
                source=one.source[:50],
                acted=one.role is Role.ACTED,
                events=one.events,
                first=one.first,
                last=one.last,
            )
            for one in sightings_of(events)
        ),
        batch_size=PORTION,
    )
    TieDay.objects.bulk_create(
        (
            TieDay(day=day, account=tie.account, kind=tie.kind, other=tie.other, events=tie.events)
            for tie in ties_of(events)
        ),
        batch_size=PORTION,
    )


@dataclass(kw_only=True)
class Seen:
    """An account in events: how often it acted and was named, where and when. `former` are those
    whose it was, `contested` says that it is more than one person's."""

    account: str
    acted: int = 0
    named: int = 0
    first: datetime | None = None
    last: datetime | None = None
    sources: set[str] = field(default_factory=set)
    former: tuple[str, ...] = ()
    contested: bool = False

    @property
    def looks_like(self) -> str:
        """`bot` or `service` where its name or number says so."""
        return looks_like(self.account)

    def add(self, row: Mapping[str, Any]) -> None:
        """Counts one more row of the table of sightings."""
        if row["acted"]:
            self.acted += row["events"]
        else:
            self.named += row["events"]
        self.first = min(self.first or row["first"], row["first"])
        self.last = max(self.last or row["last"], row["last"])
        self.sources.add(row["source"])


COLUMNS = ("account", "source", "acted")


def unknown(known: Directory) -> list[Seen]:
    """The accounts in events that are nobody's, the busiest first. What a shared, service or bot
    account does is known to be nobody's, so it is not among them."""
    found: dict[str, Seen] = {}
    changing: list[str] = []
    rows = AccountDay.objects.values(*COLUMNS).order_by(*COLUMNS)
    for row in rows.annotate(n=Sum("events"), earliest=Min("first"), latest=Max("last")):
        links = known.links_to(row["account"])
        if not all(link.always for link in links):
            changing.append(row["account"])
        elif not links or _is_contested(links):
            values = {"events": row["n"], "first": row["earliest"], "last": row["latest"]}
            _seen(found, row["account"], links).add({**row, **values})
    for row in _days_of(changing):
        links = known.links_to(row["account"])
        holding = [link for link in links if link.holds(row["last"])]
        if not holding or _is_contested(holding):
            _seen(found, row["account"], links).add(row)
    return sorted(found.values(), key=lambda one: (-one.acted, -one.named, one.account))


def _seen(found: dict[str, Seen], account: str, links: tuple[Link, ...]) -> Seen:
    people = tuple(dict.fromkeys(link.person for link in links if link.person))
    return found.setdefault(
        account, Seen(account=account, former=people, contested=_is_contested(links))
    )


def _is_contested(links: Iterable[Link]) -> bool:
    """Whether it is more than one person's at a time."""
    own = [link for link in links if link.use in ATTRIBUTED]
    return any(
        one.person != other.person and _overlap(one, other)
        for place, one in enumerate(own)
        for other in own[place + 1 :]
    )


def _overlap(one: Link, other: Link) -> bool:
    return (one.until is None or other.since is None or other.since < one.until) and (
        other.until is None or one.since is None or one.since < other.until
    )


def _days_of(accounts: list[str]) -> Iterable[Mapping[str, Any]]:
    unique = sorted(set(accounts))
    for start in range(0, len(unique), PORTION):
        rows = AccountDay.objects.filter(account__in=unique[start : start + PORTION])
        yield from rows.values(*COLUMNS, "events", "first", "last")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How much accounts did and on how many days."""

    events: int
    days: tuple[date, ...]


def reach_of(accounts: Iterable[str], since: date | None = None) -> Reach:
    """What a change of whose these accounts are concerns, from a day (UTC) on."""
    days: dict[date, int] = defaultdict(int)
    unique = sorted(set(accounts))
    for start in range(0, len(unique), PORTION):
        rows = AccountDay.objects.filter(account__in=unique[start : start + PORTION])
        rows = rows.filter(day__gte=since) if since else rows
        for day, events in rows.values_list("day").annotate(Sum("events")):
            days[day] += events
    return Reach(events=sum(days.values()), days=tuple(sorted(days)))


def kept_anything() -> bool:
    """Whether any day was looked at for accounts."""
    return AccountDay.objects.exists()
