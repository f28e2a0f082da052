"""Logs of one record a line: nearly all lines have the usual form, each of the others is looked at.

A form says what parts a line has; columns are made of the parts of many lines at once.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.columnar.blocks import Piece, pieces
from analytics.columnar.splitting import Splitting
from analytics.event import (
    EARLIEST,
    LONGEST_REJECTED,
    Batch,
    Context,
    Rejected,
    Source,
    assemble,
    merged,
    readable,
    table_of,
)
from analytics.fields import BY_NAME
from analytics.reading import LONGEST_LINE

AT_ONCE = 1 << 21  # bytes: each of some hundred steps costs its call, however few the lines
EPOCH, MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
Columns = dict[str, pa.Array]


@dataclass(frozen=True, slots=True)
class Lines:
    """Records of some lines: line numbers, whole texts, and a column for each of their parts."""

    numbers: pa.Array
    texts: pa.Array
    parts: dict[str, pa.Array]

    def take(self, rows: np.ndarray) -> "Lines":
        """Those at these places."""
        places = pa.array(rows)
        parts = {name: part.take(places) for name, part in self.parts.items()}
        return Lines(self.numbers.take(places), self.texts.take(places), parts)


Found = tuple[Lines, list[Rejected]]  # records in the order of lines, and what is none


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What the parts of records mean.

    `times` reads the times of records in microseconds from 1970, null for what is no time.
    `columns` makes the columns beyond time, raw text and line.
    """

    times: Callable[[dict[str, pa.Array], tzinfo], pa.Array]
    columns: Callable[[Lines, Context], Columns]
    no_time: str = "its time does not exist"  # why a record without a time is rejected


@dataclass(frozen=True, slots=True, kw_only=True)
class Form(Meaning):
    """A format of lines.

    `exact` gives a record's parts, or None for what is none. `usual` splits what stands in most
    lines; what it leaves must have the very parts that `exact` would give.
    """

    parts: tuple[str, ...]
    usual: Callable[[Splitting], None]
    exact: Callable[[str], Sequence[str | None] | None]
    no_record: str  # why a line of no form is rejected


def read(stream: BinaryIO, form: Form, context: Context, source: Source) -> Iterator[Batch]:
    """An event for each line of that form; what is none is rejected."""
    found = (_found(piece, form) for piece in pieces(stream, AT_ONCE))
    return told(found, form, context, source)


def told(
    found: Iterable[Found], meaning: Meaning, context: Context, source: Source
) -> Iterator[Batch]:
    """An event for each of the records found at a time whose time can be; others are rejected."""
    teller = _Teller(meaning, context, source)
    return merged(teller.batch(lines, rejected) for lines, rejected in found)


def _found(piece: Piece, form: Form) -> Found:
    """What is a record of the form, and what is none."""
    texts = texts_of(piece.data)
    usual = Splitting("line", texts if _are_short(piece, texts) else texts[:0])
    form.usual(usual)
    parts = {name: usual[name] for name in form.parts}
    if len(usual.rows) == len(texts):
        return Lines(pa.array(usual.rows + piece.number), texts, parts), []
    return _with_others(piece, form, texts, usual.rows, parts)


def _with_others(
    piece: Piece, form: Form, texts: pa.Array, rows: np.ndarray, parts: dict[str, pa.Array]
) -> Found:
    """As `_found`, where not all lines are of the usual form."""
    found: list[tuple[int, Sequence[str | None]]] = []
    rejected = []
    for row in np.setdiff1d(np.arange(len(texts)), rows).tolist():
        text: str = texts[row].as_py()
        too_long = piece.too_long or len(text) > LONGEST_LINE
        record = None if too_long else form.exact(text)
        if record is not None:
            found.append((row, record))
        elif text.strip():
            why = "line is too long" if too_long else form.no_record
            rejected.append(rejection(piece.number + row, why, text))
    columns = zip(*(record for _, record in found), strict=True) if found else ()
    more = dict(zip(form.parts, columns, strict=False))
    whole = {
        name: pa.concat_arrays([part, pa.array(more.get(name, ()), pa.string())])
        for name, part in parts.items()
    }
    places = np.concatenate([rows, np.array([row for row, _ in found], dtype=np.int64)])
    lines = Lines(pa.array(places + piece.number), texts.take(pa.array(places)), whole)
    return lines.take(np.argsort(places)), rejected


class _Teller:
    def __init__(self, meaning: Meaning, context: Context, source: Source) -> None:
        self._meaning, self._context, self._source = meaning, context, source
        self._earliest = _since(EARLIEST)
        self._latest = _since(context.latest)

    def batch(self, lines: Lines, rejected: list[Rejected]) -> Batch:
        times = self._meaning.times(lines.parts, self._context.timezone)
        good = np.asarray(
            pc.fill_null(
                pc.and_(
                    pc.greater_equal(times, self._earliest), pc.less_equal(times, self._latest)
                ),
                False,
            )
        )
        if not good.all():
            rejected += self._untimely(lines, times, np.flatnonzero(~good))
            lines, times = lines.take(np.flatnonzero(good)), times.filter(pa.array(good))
        events = self._events(lines, times)
        return Batch(events=events, rejected=tuple(sorted(rejected, key=lambda one: one.line)))

    def _untimely(self, lines: Lines, times: pa.Array, rows: np.ndarray) -> list[Rejected]:
        return [
            rejection(
                lines.numbers[row].as_py(), self._why(times[row].as_py()), lines.texts[row].as_py()
            )
            for row in rows.tolist()
        ]

    def _why(self, time: int | None) -> str:
        """Why this time is no event's."""
        try:
            moment = None if time is None else EPOCH + timedelta(microseconds=time)
        except OverflowError:
            moment = None
        return (moment and self._context.implausible(moment)) or self._meaning.no_time

    def _events(self, lines: Lines, times: pa.Array) -> pa.Table:
        if not len(times):
            return table_of([], self._context, self._source)
        columns = {
            **self._meaning.columns(lines, self._context),
            "@timestamp": times.cast(BY_NAME["@timestamp"].arrow),
            "event.original": lines.texts,
            "batch.line": lines.numbers,
        }
        return assemble(columns, len(times), self._context, self._source)


def texts_of(data: bytes) -> pa.Array:
    """The lines of a piece as texts, without the ends of lines."""
    lines = pc.split_pattern(pa.array([readable(data)], pa.string()), "\n").flatten()
    return pc.utf8_rtrim(lines, "\r") if b"\r" in data else lines


def _are_short(piece: Piece, texts: pa.Array) -> bool:
    """Whether no line is too long."""
    return not piece.too_long and pc.max(pc.binary_length(texts)).as_py() <= LONGEST_LINE


def rejection(number: int, why: str, text: str) -> Rejected:
    """A line that is no record, with at most `LONGEST_REJECTED` characters of it."""
    return Rejected(line=number, reason=why, text=text[:LONGEST_REJECTED])


def _since(time: datetime) -> int:
    return (time - EPOCH) // MICROSECOND
