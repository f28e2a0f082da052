"""Accepts a log: its bytes on disk first, then its Batch row. From then on it cannot be lost."""

import hashlib
import io
import logging
import re
import uuid
from dataclasses import dataclass
from pathlib import Path, PurePath
from time import perf_counter
from typing import BinaryIO, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import IntegrityError, transaction

from analytics.carrying import is_closed
from analytics.event import Source, readable
from analytics.pipeline import HEAD, log_sources, recognise
from auditapp import clock, logs, tracing
from auditapp.accounts.models import ApiToken
from auditapp.ingest import pulses, spool, tails
from auditapp.ingest.models import Batch, Feed
from auditapp.operations import tally

own_log = logging.getLogger(__name__)

FIRST_LINE = 4096
ROTATED = re.compile(r"([.-]\d+)?(\.(gz|zst|zip))?$")


class NotALog(Exception):
    """The bytes are no log that any source can read; the message says why."""


class KeyTaken(Exception):
    """The token used the key for a batch before; `sha256` is of the log that came now."""

    def __init__(self, sha256: str) -> None:
        """Made by `accept`."""
        super().__init__("the key is taken")
        self.sha256 = sha256


class UnknownZone(Exception):
    """No time zone has that name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What is said of a log beside its bytes; empty means unsaid.

    `source` empty means to recognise it, `feed` empty means the source's name. `protocol` names
    what carries records of several sources, which are told apart when they are read. `request`
    says that the bytes are a request's whole body rather than a file that may have grown,
    `backfill` that the log is an old one: others go first, and nobody is told of what it shows,
    `streamed` that a record may stand in this one and the next.
    """

    source: str = ""
    protocol: str = ""
    feed: str = ""
    path: str = ""
    host: str = ""
    user: str = ""
    timezone: str = ""
    columns: tuple[str, ...] = ()
    request: bool = False
    backfill: bool = False
    streamed: bool = False
    token: ApiToken | None = None
    key: str | None = None


def check_zone(name: str) -> str:
    """The name. Raises UnknownZone."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UnknownZone(f"no time zone is called {readable(name)!r}") from error
    return name


def accept(log: BinaryIO, label: Label, *, limit: int | None = None) -> Batch:
    """The batch of an unpacked log, durable when this returns.

    Raises NotALog, spool.TooLarge, spool.SpoolFull, PermissionError where the token may not send
    that source, KeyTaken, and what reading the log raises. No file is left behind then.
    """
    began = perf_counter()
    head = _head(log)
    source = label.protocol or _checked(_source(head, label), label)
    batch_id = uuid.uuid4()
    whole = cast(BinaryIO, _Rejoined(head, log))
    with logs.about(batch_id), tracing.span("receive", batch=str(batch_id), source=source):
        return _keep(batch_id, whole, head, source, label, limit, began)


def _keep(
    batch_id: uuid.UUID,
    log: BinaryIO,
    head: bytes,
    source: str,
    label: Label,
    limit: int | None,
    began: float,
) -> Batch:
    received = clock.now()
    path = spool.path_of(batch_id, received)
    spooled = spool.write(log, path, limit=limit)
    settled = False
    try:
        with transaction.atomic():
            feed, _ = Feed.objects.get_or_create(name=label.feed or source)
            batch = Batch(
                id=batch_id,
                feed=feed,
                source=source,
                received=received,
                path=readable(label.path)[-1000:],
                host=label.host or feed.host,
                user=label.user,
                timezone=label.timezone or feed.timezone,
                columns=list(label.columns),
                size=spooled.size,
                lines=spooled.lines,
                sha256=spooled.sha256,
                idempotency_key=label.key,
                backfill=label.backfill,
                token=label.token,
            )
            batch.origin = _of_request(batch) if label.request else _origin(head, batch)
            batch.chain = _chain(batch, path) if label.streamed else ""
            batch.save(force_insert=True)
            if not label.backfill:  # old logs are no sign of life
                pulses.hear(feed, received)
            _count(batch, perf_counter() - began)
            settled = True  # should committing fail, nobody can tell whether it is: the file stays
    except IntegrityError as error:
        if label.key is None:
            raise
        raise KeyTaken(spooled.sha256) from error
    finally:
        if not settled:
            path.unlink(missing_ok=True)
    own_log.info("accepted %d bytes of %s by %s", batch.size, source, feed.name)
    return batch


def _count(batch: Batch, seconds: float) -> None:
    counts = {"bytes": batch.size, "came": batch.lines, "went": batch.lines, "seconds": seconds}
    tally.add("receive", batch.source, batches=1, **counts)


def _checked(source: Source, label: Label) -> str:
    """The name of a source that can read such a log and that the token may send."""
    if lacking := source.lacking(label.columns):
        raise NotALog(f"the columns do not name {', '.join(lacking)}")
    if label.token and not label.token.may_send(source.name, label.feed):
        raise PermissionError(f"this token may not send {source.name} to {label.feed}")
    return source.name


def _of_request(batch: Batch) -> str:
    """Tells bodies apart by all their bytes; those of several hosts or people may be alike."""
    if not batch.host and not batch.user:
        return batch.sha256
    parts = (batch.host, batch.user, batch.sha256)
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def _chain(batch: Batch, path: Path) -> str:
    """Tells streams apart by who sends them and what is said of them. Empty where nothing is to
    be carried on either side: bodies of no chain are worked on side by side."""
    sender = (batch.feed_id, batch.token_id, batch.source, batch.path, batch.host, batch.user)
    parts = (*map(str, sender), batch.timezone, str(batch.backfill), *batch.columns)
    chain = hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
    source = log_sources().get(batch.source)
    if source is None or tails.awaited(chain):
        return chain
    with path.open("rb") as log:
        return "" if is_closed(source, log, batch.size) else chain


def _head(log: BinaryIO) -> bytes:
    """The first bytes; fewer only where the log ends. Raises NotALog for an empty log."""
    blocks, missing = [], HEAD
    while missing and (block := log.read(missing)):
        blocks.append(block)
        missing -= len(block)
    head = b"".join(blocks)
    if not head.strip() and missing:
        raise NotALog("empty")
    return head


def _source(head: bytes, label: Label) -> Source:
    if label.source:
        return log_sources()[label.source]
    whole = head[: head.rfind(b"\n") + 1] or head if len(head) == HEAD else head
    source = recognise(whole, label.path)
    if source:
        return source
    if head.startswith(b"SQLite format 3\x00"):
        raise NotALog("an SQLite database")
    if b"\x00" in head:
        raise NotALog("binary")
    raise NotALog("no source recognises it")


def _origin(head: bytes, batch: Batch) -> str:
    """Tells files apart by first line, host and user, so that a file that grew stays the same.

    Where no user is known, histories of several people may begin alike: then their names count
    too, without what log rotation adds.
    """
    first = head.split(b"\n", 1)[0][:FIRST_LINE]
    name = "" if batch.user else ROTATED.sub("", PurePath(batch.path).name)
    parts = (batch.host.encode(), batch.user.encode(), name.encode(), first)
    return hashlib.sha256(b"\x1f".join(parts)).hexdigest()


class _Rejoined(io.RawIOBase):
    """What was read already, then the rest."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self._head, self._rest = head, rest

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """Hands the rest on as it comes: buffering it once more would be one more copy."""
        if not self._head:
            return self._rest.read(size)
        if size < 0:
            return b"".join((self._head, self._rest.read()))
        data, self._head = self._head[:size], self._head[size:]
        return data
