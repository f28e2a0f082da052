"""The lake's files of events: a Delta table with a folder a month, and one writer at a time.

A folder a day would be quicker to ask for one day, but a history of thirty days would then cost
thirty small files, and what makes a lake slow is their number.
"""

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from threading import RLock
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.compute as pc
from deltalake import (
    BloomFilterProperties,
    ColumnProperties,
    DeltaTable,
    WriterProperties,
    write_deltalake,
)
from deltalake.exceptions import DeltaError, TableNotFoundError
from filelock import FileLock, Timeout

from analytics.store.base import Question, StoreUnavailable, on
from analytics.store.rows import LATEST, month_of

MANY = 200  # live files, from which on appends become slow
MANY_A_MONTH = 32
SMALL = 16 << 20  # bytes
WORTH = 0.1  # share of a month's bytes in small files that makes sorting it anew worth its cost
FEW = 2 << 20  # bytes of files that are read and sorted at once when a month is compacted
LARGEST = 64 << 20  # bytes of a compacted file, about
STRETCH = 16 << 20  # bytes of files that are searched between two looks at the clock
KEPT_HOURS = 2  # for readers who still hold a file that is no longer live
ROUNDED = timedelta(milliseconds=1)  # the log's times are cut to milliseconds
INSTANT = timedelta(microseconds=1)
WAIT = 120  # seconds for other writers
ROW_GROUP = 1 << 16  # rows
CONFIGURATION = {
    "delta.logRetentionDuration": "interval 1 days",
    "delta.deletedFileRetentionDuration": f"interval {KEPT_HOURS} hours",
    "delta.dataSkippingStatsColumns": "`@timestamp`",
}
LISTED = ["path", "partition.month", "size_bytes", "min.@timestamp", "max.@timestamp"]

_opened: dict[str, int] = {}  # the process in which delta-rs was first used


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A live file: where it is, the first day of its month, its size, and the times of its first
    and last event."""

    path: str
    month: date
    size: int
    first: datetime
    last: datetime


class EventFiles:
    """The files of one lake. Several processes may have one each; none may be forked with it."""

    def __init__(self, folder: Path) -> None:
        """Opens nothing yet."""
        self._folder = folder
        self._lock = FileLock(folder.with_name("writing.lock"), timeout=WAIT)
        self._reading = RLock()
        self._table: DeltaTable | None = None
        self._files: tuple[int, tuple[File, ...]] = (-1, ())

    def live(self) -> tuple[File, ...]:
        """All files that hold events now."""
        with self._reading:
            table = self._current()
            if table is None:
                return ()
            if self._files[0] != table.version():
                self._files = (table.version(), tuple(self._listed(table)))
            return self._files[1]

    @contextmanager
    def writing(self) -> Iterator[None]:
        """While it lasts no other thread or process changes this lake."""
        self._folder.parent.mkdir(parents=True, exist_ok=True)
        try:
            with self._lock:
                yield
        except Timeout:
            raise StoreUnavailable(f"other writers held the lake for {WAIT} s") from None

    def add(self, events: pa.Table) -> None:
        """Adds the events, durably. Only while `writing`."""
        times = events["@timestamp"].combine_chunks()
        if not pc.all(pc.less_equal(times[:-1], times[1:])).as_py():
            events = events.sort_by("@timestamp")
        events = events.append_column("month", month_of(events["@timestamp"]))
        with self._reading:
            write_deltalake(
                self._current() or str(self._folder),
                events,
                mode="append",
                schema_mode="merge",
                partition_by=["month"],
                configuration=CONFIGURATION,
                writer_properties=_options(events.num_rows),
            )
            table = self._current()
            if table is not None:
                _sync(self._folder, table.version())

    def crowded(self) -> list[date]:
        """The months with many small files, or with several where there are many in all."""
        live = self.live()
        months: dict[date, list[int]] = {}
        for file in live:
            months.setdefault(file.month, []).append(file.size)
        least = 2 if len(live) > MANY else MANY_A_MONTH
        return sorted(month for month, sizes in months.items() if _is_crowded(sizes, least))

    def replace(self, month: date, events: pa.RecordBatchReader) -> None:
        """Puts these events, all of that month and with it as their last column, in the place of
        what the month has, in few large files. Only while `writing`."""
        with self._reading:
            write_deltalake(
                self._current() or str(self._folder),
                events,
                mode="overwrite",
                predicate=f"month = '{month.isoformat()}'",
                partition_by=["month"],
                target_file_size=LARGEST,
                writer_properties=_options(ROW_GROUP),
            )
            table = self._current()
            if table is not None:
                _sync(self._folder, table.version())

    def expire(self, before: date) -> list[date]:
        """Takes the months out that end by that day; which, in order. Only while `writing`."""
        months = sorted({file.month for file in self.live()})
        gone = [month for month in months if (month + timedelta(days=32)).replace(day=1) <= before]
        with self._reading:
            table = self._current()
            if table is not None:
                for month in gone:
                    table.delete(f"month = '{month.isoformat()}'")
        return gone

    def clean(self) -> None:
        """Removes files and log entries that no reader can still hold. Only while `writing`."""
        with self._reading:
            table = self._current()
            if table is not None:
                table.vacuum(KEPT_HOURS, dry_run=False, enforce_retention_duration=False)
                table.create_checkpoint()
                table.cleanup_metadata()

    def close(self) -> None:
        """Forgets what was read."""
        self._table, self._files = None, (-1, ())

    def _current(self) -> DeltaTable | None:
        """The table at its newest version; None before the first event."""
        _only_here()
        if self._table is not None:
            try:
                self._table.update_incremental()
            except DeltaError:  # its version was cleaned away meanwhile
                self._table = None
        if self._table is None:
            try:
                self._table = DeltaTable(str(self._folder))
            except TableNotFoundError:
                return None
        return self._table

    def _listed(self, table: DeltaTable) -> Iterator[File]:
        actions = pa.table(table.get_add_actions(flatten=True)).select(LISTED)
        for action in actions.to_pylist():
            yield File(
                path=str(self._folder / unquote(action["path"])),
                month=action["partition.month"],
                size=action["size_bytes"],
                first=action["min.@timestamp"],
                last=action["max.@timestamp"] + ROUNDED,
            )


def _options(rows: int) -> WriterProperties:
    """How files are written that have at least about so many rows: each row group with a Bloom
    filter of its ids, so that an event of which only the id is known is looked for in few of them.
    """
    filtering = BloomFilterProperties(
        set_bloom_filter_enabled=True, fpp=0.01, ndv=max(1, min(rows, ROW_GROUP))
    )
    return WriterProperties(
        compression="ZSTD",
        compression_level=1,
        max_row_group_size=ROW_GROUP,
        column_properties={"event.id": ColumnProperties(bloom_filter_properties=filtering)},
    )


def _only_here() -> None:
    """Raises StoreUnavailable in a process that was forked off one that had used delta-rs, whose
    threads are missing here."""
    opened = _opened.setdefault("process", os.getpid())
    if opened != os.getpid():
        raise StoreUnavailable(f"process {opened} used a lake, then forked: spawn instead")


def within(question: Question, files: Sequence[File]) -> list[str]:
    """The files that may hold events of the question's time."""
    return [
        file.path
        for file in files
        if (question.since is None or file.last >= question.since)
        and (question.until is None or file.first < question.until)
    ]


def stretches(question: Question, files: Sequence[File]) -> list[Question]:
    """The question in parts that follow each other, the newest first: each of at least `STRETCH`
    bytes of files, but for the last."""
    wanted = set(within(question, files))
    newest = sorted((one for one in files if one.path in wanted), key=lambda one: one.last)[::-1]
    cuts: list[datetime] = []
    size = 0
    for newer, older in pairwise(newest):
        size, cut = size + newer.size, older.last + INSTANT
        is_inside = question.since is None or cut > question.since
        # A page that follows asks for the moment again at which the last one stopped: a part that
        # began there would end there as well, and the search would never get on.
        is_older = cut + INSTANT < min(filter(None, [question.until, *cuts[-1:]]), default=LATEST)
        if size >= STRETCH and is_inside and is_older:
            cuts.append(cut)
            size = 0
    bounds = [question.until, *cuts, question.since]
    return [
        Question(since=since, until=until, query=question.query)
        for until, since in pairwise(bounds)
    ]


def periods(month: date, files: Sequence[File]) -> list[Question]:
    """The month's days with events, in order: as many at once as lie in `FEW` bytes of files, or
    one. So neither does a history of small files cost a question a day, nor a full month more
    memory than a day."""
    sizes = {file.path: file.size for file in files}
    found: list[Question] = []
    for number in range(((month + timedelta(days=32)).replace(day=1) - month).days):
        day = on(month + timedelta(days=number))
        if not within(day, files):
            continue
        longer = Question(since=found[-1].since, until=day.until) if found else day
        if sum(sizes[path] for path in within(longer, files)) <= FEW:
            found[-1:] = [longer]
        else:
            found.append(day)
    return found


def _is_crowded(sizes: list[int], least: int) -> bool:
    small = [size for size in sizes if size < SMALL]
    return len(small) >= least and sum(small) >= WORTH * sum(sizes)


def _sync(folder: Path, version: int) -> None:
    """Waits until the disk has a version's files and its log entry."""
    log = folder / "_delta_log"
    entry = log / f"{version:020}.json"
    actions = [json.loads(line) for line in entry.read_text().splitlines()]
    added = [folder / unquote(action["add"]["path"]) for action in actions if "add" in action]
    for path in {*added, *(file.parent for file in added), entry, log, folder}:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
