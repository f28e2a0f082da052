"""Turns the documents of a log into columns: a row of its own for each costs more than reading it.

A source says in a `Form` where its records are in a document, what it wants of them, and how
columns are made of that for many records at once. The rest is done here: a record's values are
taken while it is at hand and it is dropped at once, what is no record or has no plausible time
is rejected, and the text and place of each are kept.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cached_property
from itertools import compress
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from analytics.event import (
    EARLIEST,
    LONGEST_REJECTED,
    MOST_BYTES,
    MOST_ROWS,
    Batch,
    Context,
    Rejected,
    Source,
    assemble,
    readable,
)
from analytics.fields import BY_NAME
from analytics.jsonlog.cells import TEXT, TIME, column, originals
from analytics.jsonlog.keeping import KEPT
from analytics.jsonlog.lined import Block, blocks
from analytics.jsonlog.samples import Looks, Rows
from analytics.jsonlog.taking import Path, taker
from analytics.jsonlog.values import Payload, canonical, text, time_of
from analytics.reading import Document, documents
from analytics.reading.documents import Within

AT_ONCE = 256  # records: more would fall out of the caches
BYTES_AT_ONCE = 1 << 20
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Texts = Sequence[str | None]
Columns = Mapping[str, Sequence[Any] | pa.Array | str]
# Line's number, offset and text of a document; what in that is the record's, where it has several.
Place = tuple[int, int, bytes, bytes]


class Entries:
    """Some records of a log, whose values are asked for by the column."""

    def __init__(
        self,
        context: Context,
        paths: Sequence[Path],
        rows: Sequence[Sequence[Any]],
        places: Sequence[Place],
    ) -> None:
        """With what was taken of each record, and the place of the document that it is in."""
        self.context, self.rows, self.places = context, rows, places
        self._paths = paths

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def _columns(self) -> dict[Path, Sequence[Any]]:
        return dict(zip(self._paths, zip(*self.rows, strict=True), strict=True))

    def values(self, path: Path) -> Sequence[Any]:
        """Whatever stands at a path, None where nothing does."""
        return self._columns[path]

    def texts(self, path: Path) -> Texts:
        """The texts at a path that are not empty, None for anything else."""
        values = self._columns[path]
        if TEXT.issuperset(map(type, values)) and "" not in values:
            return values
        return [value or None if type(value) is str else None for value in values]

    def times(self, *paths: Path, zone: tzinfo = UTC) -> pa.Array:
        """The first time that stands at one of these paths, null where there is none.

        A time that names no zone is of `zone`.
        """
        found = _times(self._columns[paths[0]], zone)
        if not found.null_count or len(paths) == 1:
            return found
        return pc.coalesce(found, self.times(*paths[1:], zone=zone))

    def ids(self, kind: str, own: Sequence[Any], *more: Sequence[Any]) -> list[str]:
        """An id for each: of its own identity and what belongs to that, else of its line."""
        context = self.context
        if "\x00" in "".join(filter(None, own)):
            own = list(map(text, own))
        made = context.event_ids(kind, own, *more)
        if all(own):
            return made
        return [
            known if identity else context.line_id(offset, part)
            for known, identity, (_, offset, _, part) in zip(made, own, self.places, strict=True)
        ]

    def kept(self, wanted: Sequence[bool]) -> "Entries":
        """Only those that are wanted."""
        rows, places = list(compress(self.rows, wanted)), list(compress(self.places, wanted))
        return Entries(self.context, self._paths, rows, places)


def _times(values: Sequence[Any], zone: tzinfo) -> pa.Array:
    """Times as `time_of` reads them, null for what is none."""
    try:
        return pa.array(values, pa.string()).cast(TIME)
    except (ValueError, TypeError):  # one of them is written in another way, or is none
        return pa.array([time_of(value, zone) for value in values], TIME)


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How a source's log is read by the column.

    `records` finds the record or the records in a document's value, or says why there are none.
    `paths` say what is wanted of a record; `columns` makes columns of that, and `times` those
    times at which it happened; `timeless` says what a record lacks that has none. `looks` are
    what all that looks into: of lines that are alike only a few have to be read then.
    """

    records: Callable[[Any], Payload | list[Payload] | str]
    paths: tuple[Path, ...]
    times: Callable[[Entries], pa.Array]
    timeless: str
    columns: Callable[[Entries], Columns]
    within: tuple[str, ...] = ()
    looks: Looks | None = None

    def read(self, documents: Sequence[Document], context: Context) -> list[Rows]:
        """The rows of each document's record, or why there are none."""
        rows: list[Rows] = []
        read: list[int] = []
        for document in documents:
            found = document.error or self.records(document.value)
            if isinstance(found, Mapping):
                read.append(len(rows))
            rows.append([dict(found)] if isinstance(found, Mapping) else "no single record")
        if read:
            told = self._told([documents[at] for at in read], [rows[at][0] for at in read], context)
            for at, one in zip(read, told, strict=True):
                rows[at] = one
        return rows

    def _told(
        self, documents: Sequence[Document], records: Sequence[Any], context: Context
    ) -> list[Rows]:
        places = [(one.number, one.offset, one.raw, one.raw) for one in documents]
        taken = list(map(taker(self.paths), records))
        entries = Entries(context, self.paths, taken, places)
        told = {
            "@timestamp": self.times(entries),
            **{name: column(name, of, len(taken)) for name, of in self.columns(entries).items()},
            "event.original": originals([one.raw for one in documents]),
            "batch.line": [one.number for one in documents],
        }
        columns = [of if isinstance(of, list) else of.to_pylist() for of in told.values()]
        rows = [dict(zip(told, values, strict=True)) for values in zip(*columns, strict=True)]
        return [[row] if row["@timestamp"] else self.timeless for row in rows]


def batches(stream: BinaryIO, form: Form, context: Context, source: Source) -> Iterator[Batch]:
    """The events of a log, in batches of bounded size."""
    gathered = _Gathered(context, source, form, taker(form.paths))
    within = Within.of(form.within, context.framing.add)
    if form.looks is None:
        yield from gathered.batches(documents(stream, within))
    else:
        with KEPT.learning(form.read, form.looks, context, source) as learning:
            for part in blocks(stream, within):
                if isinstance(part, Block):
                    events, rest = learning.events(part, within)
                    if events:
                        yield Batch(events=events)
                    yield from gathered.batches(rest)
                else:
                    yield from gathered.batches(iter((part,)))
    if gathered.pieces or gathered.rejected:
        yield gathered.take()


@dataclass(slots=True)
class _Gathered:
    """Columns of what was read so far, in pieces, and what was rejected."""

    context: Context
    source: Source
    form: Form
    taken: Callable[[Payload], tuple[Any, ...]]
    pieces: list[dict[str, pa.Array]] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    made: int = 0  # rows of all pieces
    weight: int = 0  # bytes of all pieces

    def batches(self, waiting: Iterator[Document]) -> Iterator[Batch]:
        """What some documents give, whenever it is much."""
        while self.read(waiting):
            if self.full:
                yield self.take()

    def read(self, waiting: Iterator[Document]) -> bool:
        """Makes columns of some documents, and says whether there may be more."""
        rows: list[tuple[Any, ...]] = []
        places: list[Place] = []
        find, taken, size, more = self.form.records, self.taken, 0, False
        for number, offset, raw, value, error, _ in waiting:
            found = error or find(value)
            if isinstance(found, str):
                self._reject(number, raw, found)
            elif isinstance(found, list):
                rows += map(taken, found)
                places += [(number, offset, raw, canonical(record, raw)) for record in found]
            else:
                rows.append(taken(found))
                places.append((number, offset, raw, raw))
            size += len(raw)
            if len(rows) >= AT_ONCE or size >= BYTES_AT_ONCE:
                more = True
                break
        self.weight += size
        if rows:
            self._add(Entries(self.context, self.form.paths, rows, places))
        return more

    def _reject(self, number: int, raw: bytes, reason: str) -> None:
        kept = readable(raw[: 5 * LONGEST_REJECTED])[:LONGEST_REJECTED]
        self.rejected.append(Rejected(line=number, reason=reason, text=kept))

    def _add(self, entries: Entries) -> None:
        when = self.form.times(entries)
        wanted = self._wanted(when)
        if not all(wanted):
            self._reject_unfit(entries, when, wanted)
            entries, when = entries.kept(wanted), when.filter(pa.array(wanted, pa.bool_()))
        if entries.rows:
            self.pieces.append(self._piece(entries, when))
            self.made += len(entries)

    def _wanted(self, when: pa.Array) -> list[bool]:
        """Which of these times can be events' times."""
        latest = self.context.latest
        low, high = (pa.scalar(bound, TIME) for bound in (EARLIEST, latest))
        fit = pc.and_(pc.greater_equal(when, low), pc.less_equal(when, high))
        found: list[bool] = fit.fill_null(False).to_pylist()
        return found

    def _reject_unfit(self, entries: Entries, when: pa.Array, wanted: list[bool]) -> None:
        times = when.cast(pa.int64()).to_pylist()
        for (number, _, raw, _), time, fit in zip(entries.places, times, wanted, strict=True):
            if not fit:
                self._reject(number, raw, self._wrong(time))
        self.rejected.sort(key=lambda one: one.line)

    def _wrong(self, time: int | None) -> str:
        try:
            moment = None if time is None else EPOCH + timedelta(microseconds=time)
        except OverflowError:
            moment = None
        return self.form.timeless if moment is None else self.context.implausible(moment) or ""

    def _piece(self, entries: Entries, when: pa.Array) -> dict[str, pa.Array]:
        told = self.form.columns(entries)
        numbers, _, raws, _ = zip(*entries.places, strict=True)
        return {
            **{name: column(name, values, len(entries)) for name, values in told.items()},
            "@timestamp": when,
            "event.original": originals(raws),
            "batch.line": pa.array(numbers, pa.int64()),
        }

    @property
    def full(self) -> bool:
        """Whether it is time to `take`."""
        heavy = self.weight >= MOST_BYTES
        return heavy or self.made >= MOST_ROWS or len(self.rejected) >= MOST_ROWS

    def take(self) -> Batch:
        """What was gathered since the last time."""
        columns = {name: self._whole(name) for name in set[str]().union(*self.pieces)}
        events = assemble(columns, self.made, self.context, self.source)
        batch = Batch(events=events, rejected=tuple(self.rejected))
        self.pieces, self.rejected, self.made, self.weight = [], [], 0, 0
        return batch

    def _whole(self, name: str) -> pa.ChunkedArray:
        kind = BY_NAME[name].arrow
        found = [
            piece[name] if name in piece else pa.nulls(len(piece["@timestamp"]), kind)
            for piece in self.pieces
        ]
        return pa.chunked_array(found, kind)
