"""One batch's way from the spool into the store: what a worker and the command line both do."""

import io
import logging
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO
from uuid import UUID
from zoneinfo import ZoneInfo

from analytics import pipeline
from analytics.carrying import Part, heading
from analytics.detection.loading import RuleSet
from analytics.event import Batch as Chunk
from analytics.event import Context, Rejected, readable
from analytics.reading import Unreadable
from analytics.store.base import Question
from analytics.store.query import OneOf
from auditapp import clock, logs, stopping, tracing
from auditapp.cases import intake as cases
from auditapp.cases.rules import rule_set
from auditapp.cases.versioning import keeping
from auditapp.eventstore import store
from auditapp.ingest import arrivals, carried, hints, pulses, queue, spool, tails
from auditapp.ingest.models import Batch, RejectedLine
from auditapp.operations import tally
from auditapp.people.directory import realm_of

own_log = logging.getLogger(__name__)

Progress = Callable[[int], None]
LET_PASS = 20  # batches that overtake a backfill between two of its chunks


def process(batch_id: UUID | str, progress: Progress | None = None) -> bool:
    """Takes a batch in if it is free; whether it was. How it went stands on the batch.

    `progress` is told how many bytes of the log were read.
    """
    lease = None if stopping.asked() else queue.claim(batch_id)
    if lease is None:
        return False
    source = lease.batch.source
    with logs.about(lease.batch.id), tracing.span("take in", batch=str(batch_id), source=source):
        with lease:
            _take_in(lease, progress or (lambda _: None))
        if follower := tails.follower(lease.batch):
            hints.process(follower, backfill=lease.batch.backfill)
        if not queue.waiting(1):  # during a rush the scheduler's minute is soon enough
            hints.assess()
    return True


def let_pass() -> None:
    """Takes in what waits and is no backfill, so that it need not wait for one."""
    for batch_id in queue.waiting(LET_PASS, backfill=False):
        process(batch_id)


def _take_in(lease: queue.Lease, progress: Progress) -> None:
    batch = lease.batch
    records = rejected = stored = 0
    rules = rule_set()  # the batch is matched with one set from start to finish
    watch = tally.Watch()
    file = _Metered(spool.path_of(batch.id, batch.received))
    with io.BufferedReader(file, spool.BLOCK) as log:
        context = _context(batch)
        chunks, rest, part = _opened(lease, log, context)
        with lease.writing():
            batch.rejected_lines.all().delete()
        file.taken = 0
        for chunk in watch.each("parse", chunks):
            with watch.during("store"):
                taken = _keep(lease, chunk, rules)
            stored += taken.stored
            rejected += len(taken.rejected)
            records += chunk.events.num_rows + len(chunk.rejected)
            progress(file.taken)
            stopping.check()
            if batch.backfill:
                let_pass()
    if lease.again:  # counts what earlier attempts stored
        stored = store().count(Question(query=OneOf("batch.id", (str(batch.id),))))
    events = records - rejected
    with lease.writing():
        tails.leave(batch, rest, heading(part.source, context) if part else b"")
        Batch.objects.filter(id=batch.id).update(framing=_framing(context, part))
        lease.finish(records=records, stored=stored, rejected=rejected)
        _count(batch, watch, events, rejected, stored)
    own_log.info("taken in: %d events, %d stored, %d rejected", events, stored, rejected)


def _count(batch: Batch, watch: tally.Watch, events: int, rejected: int, stored: int) -> None:
    duplicates, lines = max(events - stored, 0), batch.lines
    parse = {"came": lines, "went": events, "rejected": rejected, "bytes": batch.size}
    tally.add("parse", batch.source, batches=1, seconds=watch.seconds["parse"], **parse)
    store = {"came": events, "went": stored, "duplicates": duplicates}
    tally.add("store", batch.source, batches=1, seconds=watch.seconds["store"], **store)


def _opened(
    lease: queue.Lease, log: BinaryIO, context: Context
) -> tuple[Iterable[Chunk], bytes, Part | None]:
    """What is to be read of a batch's log, what stays open at its end, and of which stream it is
    a part."""
    batch = lease.batch
    if read := carried.reader(batch):
        return read(log, context), b"", None
    source = pipeline.log_sources().get(batch.source)
    if source is None:
        raise Unreadable(f"there is no source {batch.source}")
    part = tails.part(lease, source, log, context)
    rest = tails.rest(part, batch)
    return pipeline.parse_part(part, len(rest)), rest, part


def _framing(context: Context, part: Part | None) -> list[dict[str, object]]:
    """What the batch's log has around its records, without the header of an earlier batch."""
    before, above = (part.before.count(b"\n"), part.heading.count(b"\n")) if part else (0, 0)
    return [
        {"line": max(piece.line - before, 1), "text": readable(piece.text), "times": times}
        for piece in context.framing.pieces()
        if (times := piece.times - (piece.line <= above))
    ]


def _keep(lease: queue.Lease, chunk: Chunk, rules: RuleSet) -> pipeline.Taken:
    """Store, detect, record: each may be done twice without harm. Gives what became of it now."""
    taken = pipeline.take_in(chunk, store=store(), rules=rules, again=lease.again)
    batch = lease.batch
    raised = {(alert.rule, alert.version) for alert in taken.found.alerts}
    keeping.note(rules.rules, raised)
    cases.record(taken.found, taken.days, batch.id, events=chunk.events, backfill=batch.backfill)
    with lease.writing():
        arrivals.record(lease.batch.feed_id, taken.arrivals)
        if not batch.backfill:
            pulses.record(batch, chunk.events)
        RejectedLine.objects.bulk_create(
            (_row(lease.batch, rejected) for rejected in taken.rejected), batch_size=500
        )
    return taken


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
        read=clock.now(),
        timezone=UTC if batch.timezone == "UTC" else ZoneInfo(batch.timezone),
        host=batch.host or None,
        user=batch.user or None,
        realm=realm_of(batch.host, batch.feed.realm),
        columns=tuple(batch.columns),
        earlier=_earlier(batch),
    )


def _first_received(batch: Batch) -> datetime:
    """When these very bytes first came by this feed: an event whose log names no time has this
    one, and must have it again when the log is sent again, or it would be another event."""
    same = Batch.objects.filter(
        feed=batch.feed_id, origin=batch.origin, sha256=batch.sha256, source=batch.source
    )
    earlier = same.filter(received__lt=batch.received).order_by("received").first()
    return earlier.received if earlier else batch.received


def _earlier(batch: Batch) -> tuple[tuple[datetime, int], ...]:
    """When the same log came before, and how long it was then."""
    same = Batch.objects.filter(feed=batch.feed_id, origin=batch.origin, source=batch.source)
    before = same.filter(received__lt=batch.received).order_by("received")
    return tuple(before.values_list("received", "size"))


class _Metered(io.FileIO):
    """A file that counts what was read of it. Raises Unreadable where it is missing."""

    def __init__(self, path: Path) -> None:
        self.taken = 0
        try:
            super().__init__(path)
        except FileNotFoundError as error:
            raise Unreadable("its spooled log is missing") from error

    def readinto(self, buffer: object) -> int:
        stopping.check()
        count = super().readinto(buffer) or 0  # type: ignore[arg-type]
        self.taken += count
        return count
