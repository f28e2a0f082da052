"""Keeps what kinds of events arrived by which feed, and tells what could be found with them."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from analytics.readiness.arrivals import Arrival as Arrived
from analytics.readiness.judging import Readiness, judge
from analytics.readiness.needs import declared, of_rules
from auditapp.cases.rules import rule_set
from auditapp.ingest.models import Arrival

MOST = 2_000  # kinds of one feed: an action may be any text of a log
MOST_FIELDS = 400
NEWS = timedelta(minutes=10)  # a newer event is written down only after so long
# What tells kinds apart, and how long each may be.
KEY = {"dataset": 50, "module": 50, "category": 50, "type": 50, "action": 100}


def record(feed: str, arrivals: Sequence[Arrived]) -> None:
    """Adds what a batch brought; writes only what is news."""
    actions = {_kind(one)["action"] for one in arrivals}
    known = {_key(row): row for row in Arrival.objects.filter(feed=feed, action__in=actions)}
    new: dict[tuple[str, ...], Arrival] = {}
    grown: dict[tuple[str, ...], Arrival] = {}
    for one in arrivals:
        fresh = Arrival(feed_id=feed, last=one.last, **_kind(one))
        key = _key(fresh)
        row = known.get(key) or new.setdefault(key, fresh)
        fields = sorted({*row.fields, *one.fields})[:MOST_FIELDS]
        if key in known and (fields != row.fields or one.last - row.last > NEWS):
            grown[key] = row
        row.fields, row.last = fields, max(row.last, one.last)
    Arrival.objects.bulk_update(grown.values(), ["fields", "last"], batch_size=200)
    room = MOST - Arrival.objects.filter(feed=feed).count() if new else 0
    Arrival.objects.bulk_create(
        list(new.values())[: max(room, 0)], batch_size=200, ignore_conflicts=True
    )


def readiness(now: datetime) -> list[Readiness]:
    """Whether each check of a pillar, feature and rule can work with what has arrived."""
    arrivals = [
        Arrived(
            feed=row.feed_id,
            fields=frozenset(row.fields),
            last=row.last,
            **{name: getattr(row, name) for name in KEY},
        )
        for row in Arrival.objects.all()
    ]
    return judge([*declared(), *of_rules(rule_set().rules)], arrivals, now)


def _kind(one: Arrived) -> dict[str, str]:
    """The values of its kind, as long as their columns are."""
    return {name: getattr(one, name)[:most] for name, most in KEY.items()}


def _key(row: Arrival) -> tuple[str, ...]:
    return tuple(getattr(row, name) for name in KEY)
