"""Raw lines, read by their own parsers, as a day that isolation judges."""

import importlib
import io
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa

from analytics.event import Context
from analytics.findings import Finding
from analytics.governance import isolation, jobs
from analytics.site import Site
from analytics.store import open_store
from analytics.store.base import EventStore
from tests.analytics.laboratory import EMPTY, SITE

__all__ = ["judged", "open_store", "read"]

DAY = date(2026, 3, 10)
ARRIVAL = datetime(2026, 3, 12, tzinfo=UTC)


def read(source: str, log: str, **told: Any) -> pa.Table:
    """The events of a log."""
    origin = f"{source} {told.get('host')} {told.get('user')}"
    context = Context(feed="f", batch="b", origin=origin, received=ARRIVAL, **told)
    parsed = importlib.import_module(f"analytics.sources.{source}").SOURCE
    batches = list(parsed.parse(io.BytesIO(log.encode()), context))
    assert [line for batch in batches for line in batch.rejected] == []
    return pa.concat_tables([batch.events for batch in batches])


def judged(
    tables: Iterable[pa.Table], site: Site = SITE, store: EventStore = EMPTY, day: date = DAY
) -> dict[str, Finding]:
    """What isolation says of the day, by check; at most one person a check."""
    events = jobs.current(pa.concat_tables(list(tables)))
    begin = datetime(day.year, day.month, day.day, tzinfo=UTC)
    times = [begin <= time < begin + timedelta(days=1) for time in events["@timestamp"].to_pylist()]
    events = events.filter(pa.array(times, pa.bool_())).select(isolation.COLUMNS)
    found = isolation.find(day, events, site, store)
    assert len({one.id for one in found}) == len(found)
    return {one.id: one for one in found}
