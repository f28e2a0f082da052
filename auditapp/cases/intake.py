"""Takes over what detection found while logs come in."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import cast
from uuid import UUID

import pyarrow as pa
from django.db import transaction
from django.db.models import CharField, F

from analytics.detection.matcher import Detected
from analytics.findings import Alert as Found
from auditapp import clock
from auditapp.cases import grouping
from auditapp.cases.correlating import recording
from auditapp.cases.excepting import hiding
from auditapp.cases.explaining import explained
from auditapp.cases.models import Alert, TouchedDay

SETTLED, LATEST = timedelta(minutes=2), timedelta(hours=1)


def record(
    found: Detected,
    days: Iterable[date],
    batch: UUID | None = None,
    *,
    events: pa.Table | None = None,
    backfill: bool = False,
) -> None:
    """Keeps alerts and hits, once a rule and event, and marks the days for assessment, all or
    nothing.

    `events` are those that the alerts are about, where they are at hand: exceptions look at them.
    Alerts of a `backfill` are shown, and nobody is told of them.
    """
    rows = [row_of(alert, batch, backfill=backfill) for alert in explained(found.alerts)]
    hiding.mark(rows, events)
    with transaction.atomic():
        Alert.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
        grouping.regroup(rows)
        recording.record(found.hits, backfill=backfill)
        touch(days, backfill=backfill)


def row_of(alert: Found, batch: UUID | None = None, *, backfill: bool) -> Alert:
    """The alert as a row, not kept yet."""
    return Alert(
        rule=alert.rule,
        rule_version=alert.version,
        title=alert.title,
        severity=alert.severity,
        confidence=alert.confidence,
        time=alert.time,
        event=alert.event,
        account=_kept("account", alert.account),
        owner=_kept("owner", alert.owner),
        object=_kept("object", alert.object),
        tags=list(alert.tags),
        tactics=list(alert.tactics),
        batch=batch,
        backfill=backfill,
        group_key=grouping.key_of(alert),
        within=int(alert.within.total_seconds()),
    )


def _kept(name: str, value: str | None) -> str | None:
    """As much of a value as its column holds: a log may name accounts of any length."""
    column = cast("CharField[str, str]", Alert._meta.get_field(name))
    return value[: column.max_length] if value else None


def touch(days: Iterable[date], *, backfill: bool = False) -> None:
    """Marks days whose events, people or rules changed.

    A day that only a backfill touches is assessed once nothing touched it for two minutes, and
    after an hour at the latest: else months would be assessed anew with each of its batches.
    """
    now = clock.now()
    after = now + SETTLED if backfill else None
    for day in sorted(set(days)):
        row, made = TouchedDay.objects.get_or_create(
            day=day, defaults={"after": after, "marked": now}
        )
        if not made:
            later = min(after, row.marked + LATEST) if after and row.after else None
            TouchedDay.objects.filter(day=day).update(serial=F("serial") + 1, after=later)
