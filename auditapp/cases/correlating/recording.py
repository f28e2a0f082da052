"""Keeps hits, and which stretches of time are to be asked for them."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from analytics.detection.correlations.gathering import FIELD
from auditapp.cases.correlating.models import Hit, Stretch

LONGEST_FIELD = 1_000  # characters of a value that is grouped by or counted


def record(hits: pa.Table, *, backfill: bool) -> None:
    """Keeps hits, each once, and marks their stretch. To be called inside a transaction.

    One that was known has the fields that correlations look at today.
    """
    if not hits.num_rows:
        return
    rows = [_hit(row) for row in hits.to_pylist()]
    Hit.objects.bulk_create(
        rows,
        batch_size=500,
        update_conflicts=True,
        unique_fields=["rule", "event"],
        update_fields=["fields"],
    )
    times = pc.min_max(hits["time"]).as_py()
    Stretch.objects.create(begin=times["min"], end=times["max"], backfill=backfill)


def touch(days: Iterable[date]) -> None:
    """Marks days (UTC) on which it changed who is behind an account."""
    for day in sorted(set(days)):
        begin = datetime.combine(day, time.min, UTC)
        Stretch.objects.create(begin=begin, end=begin + timedelta(days=1), backfill=True)


def _hit(row: dict[str, Any]) -> Hit:
    fields = {
        name.removeprefix(FIELD): value[:LONGEST_FIELD]
        for name, value in row.items()
        if name.startswith(FIELD) and value is not None
    }
    return Hit(
        rule=row["rule"],
        event=row["event"],
        time=row["time"],
        account=_cut(row["account"], 300),
        owner=_cut(row["owner"], 300),
        object=_cut(row["object"], 1000),
        fields=fields,
    )


def _cut(value: str | None, length: int) -> str | None:
    return value[:length] if value else None
