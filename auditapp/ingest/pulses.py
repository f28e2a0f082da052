"""Keeps how each source of a feed is: when it was heard, its newest event, its clock."""

from datetime import datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from auditapp.ingest.models import Batch, Feed, Pulse

FRESH = timedelta(minutes=15)  # an event older than that says nothing of the clock
HEARD_EVERY = timedelta(seconds=10)  # no row is written for each of many requests


def hear(feed: Feed, received: datetime) -> None:
    """The feed sent something just now."""
    if feed.heard is None or received - feed.heard > HEARD_EVERY:
        feed.heard = received
        feed.save(update_fields=["heard"])


def record(batch: Batch, events: pa.Table) -> None:
    """Takes over what events of a batch say of their source; batches may come in any order."""
    if not events.num_rows:
        return
    newest: datetime = pc.max(events["@timestamp"]).as_py()
    ahead = _ahead(events["@timestamp"], batch.received)
    pulse, made = Pulse.objects.get_or_create(
        feed_id=batch.feed_id,
        source=batch.source,
        defaults={"heard": batch.received, "newest": newest, "ahead": ahead},
    )
    if made:
        return
    if ahead is not None and batch.received >= pulse.heard:
        pulse.ahead = ahead
    pulse.heard = max(pulse.heard, batch.received)
    pulse.newest = max(pulse.newest or newest, newest)
    pulse.save(update_fields=["heard", "newest", "ahead"])


def _ahead(times: pa.ChunkedArray, received: datetime) -> float | None:
    """Seconds that the fresh events were ahead of being received: the median; below zero they
    were behind, as they must be. None where none was fresh."""
    known = times.drop_null()
    fresh = known.filter(pc.greater(known, pa.scalar(received - FRESH, known.type)))
    if not len(fresh):
        return None
    micros = pc.quantile(fresh.cast(pa.timestamp("us", "UTC")).cast(pa.int64()), q=0.5)
    return float(micros[0].as_py()) / 1e6 - received.timestamp()
