"""One batch's way from the spool into the store: what a worker and the command line both do."""

import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from analytics import pipeline
from analytics.event import Batch as Chunk
from analytics.event import Context, Rejected
from analytics.reading import Unreadable
from analytics.store.base import Question
from analytics.store.query import OneOf
from auditapp.cases import intake as cases
from auditapp.cases.rules import rule_set
from auditapp.eventstore import store
from auditapp.ingest import arrivals, hints, queue, spool
from auditapp.ingest.models import Batch, RejectedLine
from auditapp.people.directory import realm_of

Progress = Callable[[int], None]


def process(batch_id: UUID | str, progress: Progress | None = None) -> bool:
    """Takes a batch in if it is free; whether it was. How it went stands on the batch.

    `progress` is told how many bytes of the log were read.
    """
    lease = queue.claim(batch_id)
    if lease is None:
        return False
    with lease:
        _take_in(lease, progress or (lambda _: None))
        if not queue.waiting(1):  # during a rush the scheduler's minute is soon enough
            hints.assess()
    return True


def _take_in(lease: queue.Lease, progress: Progress) -> None:
    batch = lease.batch
    source = pipeline.log_sources().get(batch.source)
    if source is None:
        raise Unreadable(f"there is no source {batch.source}")
    with lease.writing():
        batch.rejected_lines.all().delete()
    events = rejected = stored = 0
    file = _Metered(spool.path_of(batch.id, batch.received))
    with io.BufferedReader(file, spool.BLOCK) as log:
        for chunk in pipeline.parse(source, log, _context(batch)):
            stored += _keep(lease, chunk)
            events += chunk.events.num_rows
            rejected += len(chunk.rejected)
            progress(file.taken)
    if lease.again:  # counts what earlier attempts stored
        stored = store().count(Question(query=OneOf("batch.id", (str(batch.id),))))
    lease.finish(records=events + rejected, stored=stored, rejected=rejected)


def _keep(lease: queue.Lease, chunk: Chunk) -> int:
    """Store, detect, record: each may be done twice without harm. Gives what was stored now."""
    taken = pipeline.take_in(chunk, store=store(), rules=rule_set(), again=lease.again)
    cases.record(taken.alerts, taken.days, lease.batch.id)
    with lease.writing():
        arrivals.record(lease.batch.feed_id, taken.arrivals)
        RejectedLine.objects.bulk_create(
            (_row(lease.batch, rejected) for rejected in chunk.rejected), batch_size=500
        )
    return taken.stored


def _row(batch: Batch, rejected: Rejected) -> RejectedLine:
    return RejectedLine(
        batch=batch, line=rejected.line, reason=rejected.reason[:500], text=rejected.text
    )


def _context(batch: Batch) -> Context:
    return Context(
        feed=batch.feed_id,
        batch=str(batch.id),
        origin=batch.origin,
        received=_first_received(batch),
        timezone=UTC if batch.timezone == "UTC" else ZoneInfo(batch.timezone),
        host=batch.host or None,
        user=batch.user or None,
        realm=realm_of(batch.host, batch.feed.realm),
        columns=tuple(batch.columns),
    )


def _first_received(batch: Batch) -> datetime:
    """When these very bytes first came by this feed: an event whose log names no time has this
    one, and must have it again when the log is sent again, or it would be another event."""
    same = Batch.objects.filter(feed=batch.feed_id, sha256=batch.sha256, source=batch.source)
    earlier = same.filter(received__lt=batch.received).order_by("received").first()
    return earlier.received if earlier else batch.received


class _Metered(io.FileIO):
    """A file that counts what was read of it. Raises Unreadable where it is missing."""

    def __init__(self, path: Path) -> None:
        self.taken = 0
        try:
            super().__init__(path)
        except FileNotFoundError as error:
            raise Unreadable("its spooled log is missing") from error

    def readinto(self, buffer: object) -> int:
        count = super().readinto(buffer) or 0  # type: ignore[arg-type]
        self.taken += count
        return count
