"""Accepts a log: its bytes on disk first, then its Batch row. From then on it cannot be lost."""

import hashlib
import io
import re
import uuid
from dataclasses import dataclass
from pathlib import PurePath
from typing import BinaryIO
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import IntegrityError, transaction
from django.utils import timezone

from analytics.event import Source, readable
from analytics.pipeline import HEAD, log_sources, recognise
from auditapp.accounts.models import ApiToken
from auditapp.ingest import spool
from auditapp.ingest.models import Batch, Feed

FIRST_LINE = 4096
ROTATED = re.compile(r"([.-]\d+)?(\.(gz|zst|zip))?$")


class NotALog(Exception):
    """The bytes are no log that any source can read; the message says why."""


class UnknownZone(Exception):
    """No time zone has that name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What is said of a log beside its bytes; empty means unsaid.

    `source` empty means to recognise it, `feed` empty means the source's name. `request` says
    that the bytes are a request's whole body rather than a file that may have grown.
    """

    source: str = ""
    feed: str = ""
    path: str = ""
    host: str = ""
    user: str = ""
    timezone: str = ""
    columns: tuple[str, ...] = ()
    request: bool = False
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
    that source, and what reading the log raises. The row's IntegrityError (the token's key is
    taken) leaves no file behind.
    """
    head = _head(log)
    source = _source(head, label)
    if lacking := source.lacking(label.columns):
        raise NotALog(f"the columns do not name {', '.join(lacking)}")
    if label.token and not label.token.may_send(source.name):
        raise PermissionError(f"this token may not send {source.name}")
    batch_id, received = uuid.uuid4(), timezone.now()
    path = spool.path_of(batch_id, received)
    spooled = spool.write(io.BufferedReader(_Rejoined(head, log), spool.BLOCK), path, limit=limit)
    try:
        with transaction.atomic():
            feed, _ = Feed.objects.get_or_create(name=label.feed or source.name)
            batch = Batch(
                id=batch_id,
                feed=feed,
                source=source.name,
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
                token=label.token,
            )
            batch.origin = spooled.sha256 if label.request else _origin(head, batch)
            batch.save(force_insert=True)
    except IntegrityError:
        path.unlink(missing_ok=True)
        raise
    return batch


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
        self._head, self._rest = memoryview(head), rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if self._head:
            data, self._head = self._head[: len(buffer)], self._head[len(buffer) :]
        else:
            data = memoryview(self._rest.read(len(buffer)))
        buffer[: len(data)] = data
        return len(data)
