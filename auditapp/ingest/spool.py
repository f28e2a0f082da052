"""Raw logs on disk, unpacked, as <spool>/<yyyy-mm>/<batch id>: whole, or not there at all."""

import errno
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from django.conf import settings
from django.db.models import Sum
from django.utils import timezone

from auditapp.ingest.models import Batch

BLOCK = 1 << 20
FORGOTTEN = timedelta(hours=1)
PENDING = (Batch.State.WAITING, Batch.State.WORKING)


class TooLarge(Exception):
    """There are more bytes than one batch may have."""


class SpoolFull(Exception):
    """The spool or its disk has no room; there will be some once workers have caught up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spooled:
    """A log on disk: its bytes, its lines (the last one with or without its end), its hash."""

    size: int
    lines: int
    sha256: str


def path_of(batch: UUID, received: datetime) -> Path:
    """Where a batch's log lies."""
    return Path(settings.SPOOL) / f"{received:%Y-%m}" / str(batch)


def write(log: BinaryIO, path: Path, *, limit: int | None = None) -> Spooled:
    """Writes a log durably; nothing is left behind where that fails.

    Raises TooLarge beyond `limit` bytes, SpoolFull where the disk is full, and what reading
    the log raises.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    unfinished = path.with_name(f"{path.name}.part")
    try:
        with unfinished.open("xb") as file:
            spooled = _copy(log, file, limit)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(path)
        _sync(path.parent)
        _sync(path.parent.parent)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise SpoolFull("the disk is full") from error
        raise
    finally:
        unfinished.unlink(missing_ok=True)
    return spooled


def _copy(log: BinaryIO, file: BinaryIO, limit: int | None) -> Spooled:
    digest, size, lines, last = hashlib.sha256(), 0, 0, b"\n"
    while block := log.read(BLOCK):
        size += len(block)
        if limit is not None and size > limit:
            raise TooLarge(f"larger than {limit} bytes")
        lines += block.count(b"\n")
        last = block[-1:]
        digest.update(block)
        file.write(block)
    return Spooled(size=size, lines=lines + (last != b"\n"), sha256=digest.hexdigest())


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def staged(stream: BinaryIO, name: str) -> Iterator[BinaryIO]:
    """The stream's bytes as a file that can be sought in, gone afterwards."""
    folder = Path(settings.SPOOL)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{name}.staged"
    try:
        with path.open("xb") as written:
            _copy(stream, written, None)
        with path.open("rb") as file:
            yield file
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise SpoolFull("the disk is full") from error
        raise
    finally:
        path.unlink(missing_ok=True)


def check_room() -> None:
    """Raises SpoolFull where more waits to be worked on than SPOOL_LIMIT_BYTES."""
    waiting = Batch.objects.filter(state__in=PENDING).aggregate(size=Sum("size"))["size"] or 0
    if waiting >= settings.SPOOL_LIMIT_BYTES:
        raise SpoolFull(f"{waiting} bytes wait to be worked on")


def check_writable() -> None:
    """Raises OSError where no log could be spooled."""
    folder = Path(settings.SPOOL)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(f"{folder} cannot be written")


def remove_forgotten() -> int:
    """Deletes files of batches that were never accepted; gives their number.

    Only files that nobody wrote to for an hour: a batch's row follows its file at once.
    """
    removed = 0
    oldest = (timezone.now() - FORGOTTEN).timestamp()
    for path in [*Path(settings.SPOOL).glob("*.staged"), *Path(settings.SPOOL).glob("*/*")]:
        try:
            if path.stat().st_mtime < oldest and not _accepted(path):
                path.unlink()
                removed += 1
        except FileNotFoundError:
            continue
    return removed


def _accepted(path: Path) -> bool:
    try:
        return Batch.objects.filter(id=UUID(path.name)).exists()
    except ValueError:
        return False
