"""Logs of one request a line: a form's regular expression says what stands where."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import BinaryIO, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.columnar.blocks import Piece, pieces, raw_lines
from analytics.columnar.lined import texts_of
from analytics.columnar.splitting import Splitting
from analytics.columnar.values import mapped
from analytics.event import (
    EARLIEST,
    Batch,
    Context,
    Rejected,
    Source,
    merged,
    readable,
)
from analytics.hubtraffic.times import EPOCH, Clock, microseconds
from analytics.hubtraffic.traffic import Gathered, Labelling, Requests, batch_of, together

AT_ONCE = 1 << 21  # bytes: each of some hundred steps costs its call, however few the lines
Groups = tuple[str | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A format of lines.

    Each of `patterns` has one group for each of `parts`, the commonest pattern first; one of the
    parts is `time`. `start` finds where a record begins: where a writer was cut off, the next
    record may stand on the same line. `never` does not stand in the last part of one record.

    Each of `usual` splits the lines of a kind that most are of, many at once. What it leaves must
    have the parts that the first pattern finds, without `never` in the last one. A part that
    lines of the kind do not have may be missing.
    """

    called: str
    parts: tuple[str, ...]
    usual: tuple[Callable[[Splitting], None], ...]
    patterns: tuple[re.Pattern[str], ...]
    start: re.Pattern[bytes]
    clock: Clock
    labels: Labelling
    never: str = "\n"

    def groups(self, text: str) -> Groups | None:
        """The parts of a record, or None where it is not of this format."""
        for pattern in self.patterns:
            match = pattern.fullmatch(text)
            if match:
                return match.groups()
        return None

    def share(self, head: bytes, most: int = 200) -> float:
        """How many of a log's first lines are of this format, 0 to 1."""
        lines = [line for line in readable(head).split("\n")[:most] if line.strip()]
        return sum(self.groups(line.rstrip("\r")) is not None for line in lines) / max(
            len(lines), 1
        )


class Times(dict[str, int | None]):
    """Microseconds of each time as it is written; None for what cannot be an event's."""

    def __init__(self, clock: Clock, context: Context) -> None:
        """With the clock that reads them."""
        super().__init__()
        self.clock, self.zone = clock, context.timezone
        self.earliest = microseconds(EARLIEST)
        self.latest = microseconds(context.latest)

    def __missing__(self, text: str) -> int | None:
        """Reads it once."""
        time = self.clock(text, self.zone)
        good = time is not None and self.earliest <= time <= self.latest
        if len(self) > 100_000:
            self.clear()
        self[text] = time if good else None
        return self[text]


def split_head(line: Splitting) -> None:
    """Splits what web servers write in front of a request: client, identity, user and [time]."""
    line.cut("head", " [", "time")
    line.match("head", "^[^ ]+ [^ ]+ [^ ]+$")
    line.match("time", r"^[^\]]+\] $")
    line.put("time", pc.utf8_slice_codeunits(line["time"], 0, -2))
    line.split("head", " ", ("client", "", "user"))


def read(stream: BinaryIO, form: Form, context: Context, source: Source) -> Iterator[Batch]:
    """Events of a log of that form."""
    times = Times(form.clock, context)
    found = (_requests(piece, form, times, context) for piece in pieces(stream, AT_ONCE))
    return merged(batch_of(requests, context, source, form.labels) for requests in found)


class _Lines(NamedTuple):
    """Some lines as they stand in the log, and as texts."""

    number: int  # of the first one
    offsets: list[int]
    raw: list[bytes]
    texts: pa.Array


def _requests(piece: Piece, form: Form, times: Times, context: Context) -> Requests:
    if piece.too_long:
        text = readable(piece.data)[:4096]
        too_long = Rejected(line=piece.number, reason="line is too long", text=text)
        return Gathered(form.parts, rejected=[too_long]).requests(context)
    texts = texts_of(piece.data)
    lines = _Lines(piece.number, *raw_lines(piece.offset, piece.data), texts)
    left = np.arange(len(texts))
    found: list[Requests] = []
    for usual in form.usual:
        split = Splitting("line", texts.take(pa.array(left)) if found else texts)
        usual(split)
        split.put("told", mapped(split["time"], times.__getitem__))
        split.leave(np.asarray(pc.is_valid(split["told"])))
        found.append(_split(lines, left[split.rows], split, form, context))
        left = np.delete(left, split.rows)
        if not len(left):
            return together(found)
    others = Gathered(form.parts)
    for at in left.tolist():
        if lines.raw[at].strip():
            _take_apart(others, lines, at, form, times, context)
    return together([*found, others.requests(context)])


def _split(
    lines: _Lines, rows: np.ndarray, split: Splitting, form: Form, context: Context
) -> Requests:
    """The requests of lines that were split."""
    number, offsets, raw, texts = lines
    if len(rows) < len(texts):
        texts, kept = texts.take(pa.array(rows)), rows.tolist()
        offsets, raw = [offsets[row] for row in kept], [raw[row] for row in kept]
    nothing = pa.nulls(len(rows), pa.string())
    return Requests(
        numbers=pa.array(rows + number),
        ids=pa.array(context.line_ids(offsets, raw), pa.string()),
        texts=texts,
        times=split["told"],
        parts={name: split.get(name, nothing) for name in form.parts},
    )


def _take_apart(
    found: Gathered, lines: _Lines, at: int, form: Form, times: Times, context: Context
) -> None:
    """Takes an unusual line apart: where records begin in it, and what each of them is."""
    line, stamp = lines.raw[at], form.parts.index("time")
    borders = [0, len(line)]
    if not _is_one(readable(line), form, times):
        starts = [match.start() for match in form.start.finditer(line)]
        borders[1:1] = starts[1:]  # a single record may have words in front
    for start, end in pairwise(borders):
        raw = line[start:end]
        text = readable(raw)
        groups = form.groups(text)
        written = groups[stamp] or "" if groups else None
        time = times[written] if written is not None else None
        if groups and time is not None:
            found.add(lines.number + at, lines.offsets[at] + start, raw, text, time, groups)
        elif text.strip():
            reason = _wrong(form, written, context)
            found.rejected.append(Rejected(line=lines.number + at, reason=reason, text=text))


def _is_one(text: str, form: Form, times: Times) -> bool:
    """Whether a line is one record of the commonest pattern, whatever seems to begin in it."""
    match = form.patterns[0].fullmatch(text)
    if not match or form.never in (match[match.re.groups] or ""):
        return False
    return times[match[form.parts.index("time") + 1]] is not None


def _wrong(form: Form, written: str | None, context: Context) -> str:
    return f"not in {form.called}" if written is None else unfit(form.clock, written, context)


def unfit(clock: Clock, written: str, context: Context) -> str:
    """Why a time, as it is written, is no event's."""
    time = clock(written, context.timezone)
    if time is None:
        return f"time {written} cannot be read"
    try:
        return context.implausible(EPOCH + timedelta(microseconds=time)) or "time cannot be"
    except OverflowError:
        return f"time {written} cannot be"
