"""Raw logs on disk, unpacked, as <spool>/<yyyy-mm>/<batch id>: whole, or not there at all."""

import errno
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO
from uuid import UUID

import numpy as np
from django.conf import settings
from django.db.models import Sum

from auditapp.ingest.models import Batch

BLOCK = 1 << 20
NEWLINE = ord("\n")
FLUSH = 8 << 20
FORGOTTEN = timedelta(hours=1)
PENDING = (Batch.State.WAITING, Batch.State.WORKING)


_durable: set[Path] = set()  # folders that this process has seen safely on disk


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
    known = path.parent in _durable and path.parent.exists()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    unfinished = path.with_name(f"{path.name}.part")
    try:
        with unfinished.open("xb") as file:
            spooled = _copy(log, file, limit)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(path)
        _sync(path.parent)
        if not known:
            _sync(path.parent.parent)
            _durable.add(path.parent)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise SpoolFull("the disk is full") from error
        raise
    finally:
        unfinished.unlink(missing_ok=True)
    return spooled


def digest(log: BinaryIO, *, limit: int) -> str:
    """The SHA-256 that `write` would find. Raises TooLarge, and what reading the log raises."""
    with Path(os.devnull).open("wb") as nowhere:
        return _copy(log, nowhere, limit).sha256


def _copy(log: BinaryIO, file: BinaryIO, limit: int | None) -> Spooled:
    digest, size, lines, last, begun = hashlib.sha256(), 0, 0, b"\n", 0
    while block := log.read(BLOCK):
        size += len(block)
        if limit is not None and size > limit:
            raise TooLarge(f"larger than {limit} bytes")
        lines += int(np.count_nonzero(np.frombuffer(block, np.uint8) == NEWLINE))
        last = block[-1:]
        digest.update(block)
        file.write(block)
        if size - begun >= FLUSH:
            _begin_to_write(file, begun, size - begun)
            begun = size
    return Spooled(size=size, lines=lines + (last != b"\n"), sha256=digest.hexdigest())


def _begin_to_write(file: BinaryIO, start: int, length: int) -> None:
    """Lets the disk begin with what the file has so far, without waiting for it: else all of it is
    written at the end, and whoever else waits for the disk then waits for that too."""
    file.flush()
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(file.fileno(), start, length, os.POSIX_FADV_DONTNEED)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """Bytes: what waits to be worked on, of how many that may, and what the disk has left."""

    waiting: int
    limit: int
    free: int
    reserve: int

    @property
    def left(self) -> int:
        """How many more may come; 0 where none."""
        return max(0, min(self.limit - self.waiting, self.free - self.reserve))

    @property
    def lack(self) -> str:
        """Why no more may come; empty where they may."""
        if self.waiting >= self.limit:
            return f"{self.waiting} bytes wait to be worked on"
        return "the disk is nearly full" if self.free <= self.reserve else ""


def room() -> Room:
    """How much more the spool takes, now."""
    waiting = Batch.objects.filter(state__in=PENDING).aggregate(size=Sum("size"))["size"] or 0
    folder = Path(settings.SPOOL)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return Room(
        waiting=waiting,
        limit=settings.SPOOL_LIMIT_BYTES,
        free=shutil.disk_usage(folder).free,
        reserve=settings.SPOOL_RESERVE_BYTES,
    )


def check_room() -> None:
    """Raises SpoolFull where more waits than SPOOL_LIMIT_BYTES, or the disk is nearly full."""
    if lack := room().lack:
        raise SpoolFull(lack)


def check_writable() -> None:
    """Raises OSError where no log could be spooled."""
    folder = Path(settings.SPOOL)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(f"{folder} cannot be written")


def remove_forgotten() -> int:
    """Deletes files of batches that were never accepted or are kept no longer; gives their number.

    Only files that nobody wrote to for an hour: a batch's row follows its file at once.
    """
    removed = 0
    oldest = _disk_time() - FORGOTTEN.total_seconds()
    for path in [*Path(settings.SPOOL).glob("*.staged"), *Path(settings.SPOOL).glob("*/*")]:
        try:
            if path.stat().st_mtime < oldest and not _accepted(path):
                path.unlink()
                removed += 1
        except FileNotFoundError:
            continue
    return removed


def _disk_time() -> float:
    """What time it is by the clock that files are stamped with: not this process's on a disk that
    several machines share."""
    folder = Path(settings.SPOOL)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with NamedTemporaryFile(dir=folder, prefix="time.") as probe:
        return os.fstat(probe.fileno()).st_mtime


def _accepted(path: Path) -> bool:
    try:
        return Batch.objects.filter(id=UUID(path.name), kept=True).exists()
    except ValueError:
        return False
