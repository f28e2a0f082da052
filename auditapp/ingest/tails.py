"""What the bodies of a stream leave open at their ends, and who goes on with it.

Bodies of one chain are worked on in the order in which they came. Whatever a body's worker has
decided stays: a body that is read again, after a kill or on request, begins and ends as it did.
"""

import hashlib
import io
import logging
import uuid
from datetime import datetime, timedelta
from typing import BinaryIO, NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Length

from analytics.carrying import Part, joined
from analytics.event import Context, Source
from analytics.reading import LONGEST_LINE
from auditapp import clock
from auditapp.ingest import queue, spool
from auditapp.ingest.models import Batch, Tail

log = logging.getLogger(__name__)

PATIENCE = timedelta(seconds=60)
AT_ONCE = 50


def part(lease: queue.Lease, source: Source, log: BinaryIO, context: Context) -> Part:
    """A batch's log, with what the one before it in its chain left open. Raises LeaseLost."""
    batch, carried, heading = lease.batch, b"", b""
    if batch.chain:
        with lease.writing():
            _take(batch)
        tail = Tail.objects.filter(taken_by=batch.repeats_id or batch.id).first()
        heading = _heading(batch)
        if tail and tail.content:
            begin = log.read(LONGEST_LINE)
            carried = joined(source, context, bytes(tail.content), begin, heading)
    return Part(
        source=source,
        context=context,
        log=log,
        size=batch.size,
        carried=carried,
        heading=heading,
    )


def _heading(batch: Batch) -> bytes:
    """The header that holds for a batch's first line: the newest of its chain before it."""
    begun = batch.repeats.received if batch.repeats else batch.received
    before = Tail.objects.filter(batch__chain=batch.chain, batch__received__lt=begun)
    newest = before.exclude(heading=b"").order_by("-batch__received")
    return bytes(newest.values_list("heading", flat=True).first() or b"")


def awaited(chain: str) -> bool:
    """Whether some body of the chain is, or may yet be, left open for the next one."""
    return (
        Batch.objects.filter(chain=chain, state__in=spool.PENDING).exists()
        or Tail.objects.filter(batch__chain=chain, taken_by=None).exists()
    )


def _take(batch: Batch) -> None:
    """Decides once what a batch begins with: the tail before it, or as the same body did."""
    if batch.repeats_id or Tail.objects.filter(taken_by=batch).exists():
        return
    before = Batch.objects.filter(chain=batch.chain, received__lt=batch.received)
    same = before.filter(sha256=batch.sha256, repeats=None, records__gt=0).order_by("received")
    batch.repeats = same.first()
    if batch.repeats:
        Batch.objects.filter(id=batch.id).update(repeats=batch.repeats)
        return
    last = before.filter(repeats=None).order_by("-received").first()
    Tail.objects.filter(batch=last, taken_by=None).update(taken_by=batch)


def rest(part: Part, batch: Batch) -> bytes:
    """What this batch leaves open; as before where it was worked on before."""
    if not batch.chain:
        return b""
    known = Tail.objects.filter(batch=batch.repeats_id or batch.id).first()
    if known:
        return bytes(known.content)
    return b"" if batch.repeats_id or _followers(batch).exists() else part.rest()


def leave(batch: Batch, rest: bytes, heading: bytes = b"") -> None:
    """Keeps what a batch left open, and the header that holds for what follows; in the transaction
    that finishes it."""
    if batch.chain and (rest or heading) and not batch.repeats_id:
        told = {
            "content": rest,
            "heading": heading,
            "at": batch.size - len(rest),
            "left": clock.now(),
        }
        Tail.objects.get_or_create(batch=batch, defaults=told)


def _followers(batch: Batch) -> QuerySet[Batch]:
    """Batches of the chain behind this one on which work began: they went on without more."""
    later = Batch.objects.filter(chain=batch.chain, received__gt=batch.received)
    return later.exclude(started=None)


def follower(batch: Batch) -> UUID | None:
    """The next one of the chain, whose turn it is now."""
    if not batch.chain:
        return None
    later = Batch.objects.filter(chain=batch.chain, received__gt=batch.received)
    waits = later.filter(state=Batch.State.WAITING).order_by("received")
    return waits.values_list("id", flat=True).first()


def flush(now: datetime | None = None) -> list[UUID]:
    """Batches of their own, of tails that nobody went on with for a minute: read as they are."""
    made: list[UUID] = []
    pending = Batch.objects.filter(
        chain=OuterRef("batch__chain"),
        received__gt=OuterRef("batch__received"),
        state__in=spool.PENDING,
    )
    old = Tail.objects.filter(taken_by=None, left__lt=(now or clock.now()) - PATIENCE)
    for tail in (
        old.exclude(content=b"")
        .exclude(Exists(pending))
        .select_related("batch")
        .order_by("left")[:AT_ONCE]
    ):
        try:
            batch = _flushed(tail)
        except spool.SpoolFull as error:
            log.warning("open records wait on: %s", error)
            break
        if batch:
            made.append(batch.id)
    return made


def _flushed(tail: Tail) -> Batch | None:
    """The batch that a tail became; None where another one took it meanwhile."""
    left_by, content = tail.batch, bytes(tail.content)
    log = bytes(tail.heading) + content
    key = f"{left_by.origin}\x1f{tail.at}\x1f{len(content)}"
    batch = Batch(
        id=uuid.uuid4(),
        origin=hashlib.sha256(key.encode()).hexdigest(),
        **{name: getattr(left_by, name) for name in SAME},
    )
    path = spool.path_of(batch.id, batch.received)
    spooled = spool.write(io.BytesIO(log), path)
    batch.size, batch.lines, batch.sha256 = spooled.size, spooled.lines, spooled.sha256
    with transaction.atomic():
        batch.save(force_insert=True)
        if Tail.objects.filter(id=tail.id, taken_by=None).update(taken_by=batch):
            return batch
        transaction.set_rollback(True)
    path.unlink(missing_ok=True)
    return None


class Open(NamedTuple):
    """What a batch left open: its bytes, and the batch that goes on with it, if one does yet."""

    size: int
    taken_by: UUID | None


def of(batch: Batch) -> Open | None:
    """What is known of a batch's tail."""
    tails = Tail.objects.filter(batch=batch).exclude(content=b"").annotate(size=Length("content"))
    found = tails.values_list("size", "taken_by").first()
    return Open(*found) if found else None


def forget() -> None:
    """Removes tails that nobody can read again, as the logs on both sides are kept no longer.

    A header stays until there is a newer one in its chain.
    """
    read = Tail.objects.filter(batch__kept=False, taken_by__kept=False)
    newer = Tail.objects.filter(
        batch__chain=OuterRef("batch__chain"), batch__received__gt=OuterRef("batch__received")
    )
    read.filter(Q(heading=b"") | Exists(newer.exclude(heading=b""))).delete()


SAME = (
    *("feed", "source", "path", "host", "user", "timezone", "columns", "token", "backfill"),
    "received",  # what names no time is of when its bytes came
)
