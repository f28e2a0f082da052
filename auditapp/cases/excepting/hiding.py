"""Which alerts exceptions in force hide, and keeps it with the alerts.

It is asked of new alerts before they are kept, of all alerts of a day before the day is assessed
(persons may have changed), and of those that a changed exception concerns.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc
from django.db import transaction
from django.db.models import Q, QuerySet

from analytics.detection import exceptions
from analytics.detection.exceptions import ALERTS, Exempt
from analytics.fields import SCHEMA
from analytics.store.base import Question
from analytics.store.query import OneOf
from auditapp import clock
from auditapp.cases.excepting.models import AlertException, State
from auditapp.cases.grouping import regroup
from auditapp.cases.models import Alert, Window
from auditapp.eventstore import store
from auditapp.people.directory import directory

AT_ONCE = 2_000  # alerts
IDS = 500  # events asked of the store at a time
AFTER = timedelta(microseconds=1)


def in_force() -> list[Exempt]:
    """What exceptions hide now, the oldest first."""
    rows = AlertException.objects.filter(state=State.ACCEPTED, expiry__gt=clock.now())
    return [row.exempt for row in rows.order_by("id")]


def mark(alerts: Sequence[Alert], events: pa.Table | None = None) -> None:
    """Sets `hidden_by` of alerts that are not kept yet. `events` are theirs where at hand."""
    exempt = in_force()
    for alert, by in zip(alerts, hidden(exempt, alerts, events), strict=True):
        alert.hidden_by_id = by


def settle(alerts: QuerySet[Alert]) -> set[date]:
    """Keeps with these alerts what hides them now; the days (UTC) on which that changed."""
    exempt = in_force()
    days: set[date] = set()
    for piece in _pieces(_concerned(exempt, alerts)):
        changed: dict[int | None, list[Alert]] = defaultdict(list)
        for alert, by in zip(piece, hidden(exempt, piece), strict=True):
            if alert.hidden_by_id != by:
                changed[by].append(alert)
                days.add(alert.time.astimezone(UTC).date())
        if changed:
            _keep(changed)
    return days


def _keep(changed: Mapping[int | None, list[Alert]]) -> None:
    with transaction.atomic():
        for by, alerts in changed.items():
            keys = [alert.pk for alert in alerts]
            Alert.objects.filter(pk__in=keys).update(hidden_by=by)
        regroup(alert for alerts in changed.values() for alert in alerts)


def _concerned(exempt: Sequence[Exempt], alerts: QuerySet[Alert]) -> QuerySet[Alert]:
    """Those that are hidden, and those that could be."""
    may = Q(hidden_by__isnull=False)
    for one in exempt:
        such = Q(time__gte=one.begin, time__lt=one.end)
        if one.rule:
            such &= Q(rule=one.rule)
        if one.account:
            such &= Q(account=one.account)
        may |= such
    return alerts.filter(may)


def _pieces(alerts: QuerySet[Alert]) -> Iterator[list[Alert]]:
    """In pieces by key, as rows change meanwhile."""
    last = 0
    ordered = alerts.select_related("window").order_by("pk")
    while piece := list(ordered.filter(pk__gt=last)[:AT_ONCE]):
        yield piece
        last = piece[-1].pk


def hidden(
    exempt: Sequence[Exempt], alerts: Sequence[Alert], events: pa.Table | None = None
) -> list[int | None]:
    """By which of these exceptions each alert is hidden, as `exceptions.hidden`."""
    if not exempt or not alerts:
        return [None] * len(alerts)
    table = _table(alerts, persons=any(one.person for one in exempt))
    columns = exceptions.columns(exempt)
    wanted = exceptions.asked(exempt, table) if columns else []
    if events is not None and wanted:
        at_hand = pc.is_in(events[exceptions.ID], pa.array(wanted, pa.string()))
        looked_at = events.select(columns).filter(at_hand)
    else:
        looked_at = _stored(wanted, _span(alerts), columns or [exceptions.ID])
    return exceptions.hidden(exempt, table, looked_at)


def _table(alerts: Sequence[Alert], *, persons: bool) -> pa.Table:
    """Alerts as columns; with who was behind the account only where that is asked for."""
    told = {
        name: [getattr(alert, name) for alert in alerts]
        for name in ("rule", "severity", "time", "account", "object")
    }
    told["events"] = [_events_of(alert) for alert in alerts]
    told["person"] = [None] * len(alerts)
    table = pa.table({each.name: pa.array(told[each.name], each.type) for each in ALERTS})
    if not persons:
        return table
    found = directory().persons(table["account"], table["time"])
    return table.set_column(table.column_names.index("person"), "person", found)


def _events_of(alert: Alert) -> list[str]:
    """Its event, and of a correlation those that its window names."""
    window = _window(alert)
    return list(dict.fromkeys([*(window.events if window else ()), alert.event]))


def _span(alerts: Sequence[Alert]) -> tuple[datetime, datetime]:
    """From the first to after the last of their events."""
    windows = [window for alert in alerts if (window := _window(alert))]
    times = [*(alert.time for alert in alerts), *(window.begun for window in windows)]
    return min(times), max(times) + AFTER


def _window(alert: Alert) -> Window | None:
    return getattr(alert, "window", None) if alert.pk else None


def _stored(ids: Sequence[str], span: tuple[datetime, datetime], names: list[str]) -> pa.Table:
    tables = [pa.schema([SCHEMA.field(name) for name in names]).empty_table()]
    for start in range(0, len(ids), IDS):
        query = OneOf(exceptions.ID, tuple(ids[start : start + IDS]))
        question = Question(since=span[0], until=span[1], query=query)
        tables.extend(store().scan(question, names))
    return pa.concat_tables(tables)
