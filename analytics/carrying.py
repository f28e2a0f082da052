"""Reads a part of a stream: with what the part before left open, up to what is left open itself.

    the header in force | what was carried | the part's own bytes … | the rest, which is carried on

Places in the log stay those in the part's own bytes: what stands before them is at offsets
below 0.
"""

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import BinaryIO

import orjson
import pyarrow.compute as pc

from analytics.event import Batch, Context, Rejected, Source
from analytics.framing import Framing
from analytics.reading import LONGEST_LINE, documents
from analytics.reading.ends import closing
from analytics.seams import Seam, begun_by, half_line

LARGEST_REST = 1 << 20  # bytes; a record that is open for longer is read as it is
BEGINS_AS_JSON = re.compile(rb"(?:\xef\xbb\xbf)?[\s,\]]*(?:\{|\[\s*[\[{])")
LINE = "batch.line"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What is to be read of a part of a stream: its own `size` bytes behind what was `carried`,
    below the `heading` that holds for both."""

    source: Source
    context: Context
    log: BinaryIO  # which can be sought in; it stands anywhere
    size: int
    carried: bytes = b""
    heading: bytes = b""

    @property
    def before(self) -> bytes:
        """What stands before its own bytes."""
        return self.heading + self.carried

    def rest(self) -> bytes:
        """What is still open at the end, at most `LARGEST_REST` bytes."""
        length = min(self.size, LARGEST_REST + 1)
        self.log.seek(self.size - length)
        text = self.log.read(length)
        whole = length == self.size and len(self.carried) + length <= LARGEST_REST
        if length == self.size:
            text = (self.carried + text)[-LARGEST_REST - 1 :]
        open_ = self._seam(text if whole else self._begin()).rest(text, whole)
        fits = open_ <= LARGEST_REST and (whole or open_ < len(text))
        return text[len(text) - open_ :] if fits else b""

    def batches(self, rest: int) -> Iterator[Batch]:
        """The events of all but the last `rest` bytes; numbers of lines are those of the part."""
        self.log.seek(0)
        if not self.before and not rest:
            return self.source.parse(self.log, self.context)
        end = len(self.before) + self.size - rest
        stream = io.BufferedReader(_Joined(self.before, self.log, end), LONGEST_LINE)
        if not self.before:
            return self.source.parse(stream, self.context)
        context = Continued.of(self.context, len(self.before))
        found = self.source.parse(stream, context)
        return _numbered(found, self.before.count(b"\n"))

    def _begin(self) -> bytes:
        self.log.seek(0)
        return (self.before + self.log.read(4096))[:4096]

    def _seam(self, begin: bytes) -> Seam:
        return self.source.seam or by_looks(begin)


def joined(
    source: Source, context: Context, rest: bytes, following: bytes, heading: bytes = b""
) -> bytes:
    """What is carried to a part that begins with `following`: the rest of the part before it.

    Senders also leave out the last line's end, or stop in the middle of a line for good: where
    the part begins with a record of its own, the rest gets an end of line. Where the source
    cannot say, both are read, and it is the part's own record if then there are more.
    """
    if not rest or rest.endswith(b"\n"):
        return rest
    if by_looks(rest) is JSON and not BEGINS_AS_JSON.match(following):
        return rest  # it goes on in the middle of a value
    if source.seam and source.seam.apart:
        alone = source.seam.apart(rest[rest.rfind(b"\n") + 1 :], following)
    else:
        first = following.partition(b"\n")[0]
        one, other = (_count(source, context, heading + rest + end + first) for end in (b"\n", b""))
        alone = one > other
    return rest + b"\n" if alone else rest


def heading(source: Source, context: Context) -> bytes:
    """The header that is in force where the reading of a log ended; nothing where there is none."""
    return context.framing.heading() if source.headed else b""


def _count(source: Source, context: Context, log: bytes) -> int:
    alone = replace(context, framing=Framing())
    return sum(batch.events.num_rows for batch in source.parse(io.BytesIO(log), alone))


def _json_rest(text: bytes, whole: bool) -> int:
    """How many bytes at the end are an object, or an array of objects' one, that is not closed."""
    before, last = [b"", *text.rstrip().rsplit(b"\n", 2)][-2:]
    if last[:1] == b"{" and _is_value(last):
        return 0
    if before[:1] == b"{" and _is_value(before):  # a line each
        if text.endswith(b"\n"):
            return 0
        half = text[len(text) - half_line(text, whole) :]
        return 0 if _is_value(half) else _open(half) or len(half)
    return _open(text)


def _open(text: bytes) -> int:
    """How many bytes at the end of JSON values are one whose brackets may still close."""
    for document in documents(io.BytesIO(text)):
        begun = document.error and document.raw[:1] == b"{"
        if begun and closing(text, document.offset, len(text))[1] is None:
            return len(text) - document.offset
    return 0


def _is_value(text: bytes) -> bool:
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return True


JSON = Seam(_json_rest)
LINES = Seam()
GLANCE = 64 << 10  # bytes


def is_closed(source: Source, log: BinaryIO, size: int) -> bool:
    """Whether a part that nothing was carried to surely leaves nothing open, at a glance: it ends
    with a line's end, and behind a whole value where it is JSON. Never sure of sources that have
    headers, or a seam of their own that asks for more than a glance."""
    seam = source.seam
    if source.headed or (seam and (seam.within is None or seam.within > GLANCE)):
        return False
    log.seek(0)
    begin = log.read(4096)
    log.seek(max(size - GLANCE, 0))
    end = log.read(GLANCE)
    if seam:
        return seam.rest(end, size <= GLANCE) == 0
    last = end.rstrip().rsplit(b"\n", 1)[-1]
    return end.endswith(b"\n") and (
        by_looks(begin) is LINES or (last[:1] == b"{" and _is_value(last))
    )


def by_looks(begin: bytes) -> Seam:
    """The seam of logs that begin so: JSON's values or lines."""
    return JSON if BEGINS_AS_JSON.match(begin) else LINES


def begun_by_or_json(first: re.Pattern[bytes]) -> Seam:
    """As `begun_by` where there are such lines, else by the looks of the log."""
    lined = begun_by(first)

    def rest(text: bytes, whole: bool) -> int:
        return (lined if first.search(text) else by_looks(text)).rest(text, whole)

    return Seam(rest, lined.apart)


@dataclass(frozen=True, slots=True, kw_only=True)
class Continued(Context):
    """The context of a log that begins with `before` bytes that were carried to it."""

    before: int

    @classmethod
    def of(cls, context: Context, before: int) -> "Continued":
        """The same, with that."""
        told = {field.name: getattr(context, field.name) for field in fields(context)}
        return cls(**told, before=before)

    def first_seen(self, end: int) -> datetime:
        """As of the log's own bytes."""
        return Context.first_seen(self, end - self.before)

    def line_id(self, offset: int, line: bytes) -> str:
        """As of the log's own bytes."""
        return Context.line_id(self, offset - self.before, line)

    def line_ids(self, offsets: Sequence[int], lines: Sequence[bytes]) -> list[str]:
        """As of the log's own bytes."""
        return Context.line_ids(self, [offset - self.before for offset in offsets], lines)


def _numbered(batches: Iterator[Batch], before: int) -> Iterator[Batch]:
    """The same with numbers of lines in the part itself; what began before it has its first."""
    for batch in batches:
        at = batch.events.schema.get_field_index(LINE)
        placed = pc.subtract(batch.events.column(at), before)
        own = pc.if_else(pc.less(placed, 1), 1, placed)
        events = batch.events.set_column(at, batch.events.schema.field(at), own)
        rejected = (
            Rejected(line=max(line.line - before, 1), reason=line.reason, text=line.text)
            for line in batch.rejected
        )
        yield Batch(events=events, rejected=tuple(rejected))


class _Joined(io.RawIOBase):
    """What was carried, then the log, up to an end."""

    def __init__(self, carried: bytes, log: BinaryIO, end: int) -> None:
        self._carried, self._log, self._left = memoryview(carried), log, end

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        wanted = min(len(buffer), self._left)
        data, self._carried = bytes(self._carried[:wanted]), self._carried[wanted:]
        data += self._log.read(wanted - len(data))
        buffer[: len(data)] = data
        self._left -= len(data)
        return len(data)
