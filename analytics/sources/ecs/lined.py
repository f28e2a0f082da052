"""JSON lines by the block, with the places at which their texts begin and end."""

import io
from collections.abc import Iterator
from typing import Any, BinaryIO

import numpy as np

from analytics.jsonlog.lined import escapes
from analytics.reading import LARGEST_DOCUMENT, Document
from analytics.reading.documents import ALONE, by_line, documents, is_lined

BLOCK = 4 << 20  # bytes: fewer cost more for each document, more fall out of the caches
LOOKED_AT = 64 << 10
QUOTE, COMMA, COLON, OPENING, CLOSING = b'",:[]'
LINE_END, RETURN, SPACE = b"\n\r "


class Block:
    """Some whole lines of a log; `number` and `offset` are what comes before them.

    `marks` are the places of all quotation marks but those between the texts of one list; of
    each line the first one and their number. A line with control characters or strange escapes,
    or in which quotation marks are amiss, has none.
    """

    def __init__(self, data: bytes, number: int, offset: int) -> None:
        self.data, self.number, self.offset = data, number, offset
        text = np.frombuffer(data, np.uint8)
        places = np.flatnonzero(text <= QUOTE).astype(np.int32)  # or a little more than is needed
        found = text[places]
        breaks, marks = places[found == LINE_END], places[found == QUOTE]
        self.starts = np.append(0, breaks[:-1] + 1).astype(np.int32)
        self.ends = breaks - (text[breaks - 1] == RETURN)
        control = np.setdiff1d(places[found < SPACE], (breaks, self.ends), assume_unique=True)
        self.escaped = b"\\" in data
        strange = [control]
        if self.escaped:
            inner, odd_escapes = escapes(text)
            marks = np.delete(marks, np.searchsorted(marks, inner))
            strange.append(odd_escapes)
        counts = np.diff(np.searchsorted(marks, np.append(self.starts, len(data))))
        odd = counts % 2 > 0
        odd[np.searchsorted(breaks, np.concatenate(strange))] = True
        if not _is_text(data):
            odd[:] = True
        if odd.any():
            marks = marks[~np.repeat(odd, counts)]
        kept, amiss = _kept(text, marks)
        odd[np.searchsorted(breaks, amiss)] = True
        self.marks = marks[kept]
        self.first = np.searchsorted(self.marks, self.starts)
        self.counts = np.diff(np.append(self.first, len(self.marks)))
        self.counts[odd] = 0

    def lines(self, rows: Any) -> list[bytes]:
        """Some lines without their ends."""
        places = zip(self.starts[rows].tolist(), self.ends[rows].tolist(), strict=True)
        return [self.data[start:end] for start, end in places]

    def documents(self, rows: Any) -> Iterator[Document]:
        """What is in some lines, told in order."""
        if not len(rows):
            return
        breaks = np.flatnonzero(np.diff(rows) > 1)
        firsts, lasts = np.append(rows[0], rows[breaks + 1]), np.append(rows[breaks], rows[-1])
        bounds = np.append(self.starts, len(self.data))
        for first, last in zip(firsts.tolist(), lasts.tolist(), strict=True):
            start, end = bounds[first], bounds[last + 1]
            lines = io.BytesIO(self.data[start:end])
            yield from by_line(lines, self.number + first, self.offset + int(start))

    def opens(self) -> bool:
        """Whether an object or an array begins here that goes on over many lines."""
        return any(line.strip() in ALONE for line in self.lines(self.counts == 0))


def _is_text(data: bytes) -> bool:
    try:
        return data.isascii() or bool(data.decode())
    except UnicodeDecodeError:
        return False


def _kept(text: Any, marks: Any) -> tuple[Any, Any]:
    """Which marks are not between the texts of a list, and the places of those that are amiss."""
    kept = np.ones(len(marks), bool)
    opens, closes = marks[0::2], marks[1::2]
    behind = text[closes + 1]
    joined = opens[1:] - closes[:-1] == 2
    joined &= (behind[:-1] == COMMA) & (behind[1:] != COLON)
    if not joined.any():
        return kept, marks[:0]
    kept[2::2] = kept[1:-1:2] = ~joined
    inner, goes_on = np.append(False, joined), np.append(joined, False)
    begin, end = opens[goes_on & ~inner], closes[inner & ~goes_on]
    amiss = np.append(begin[text[begin - 1] != OPENING], end[text[end + 1] != CLOSING])
    return kept, amiss


def blocks(stream: BinaryIO) -> Iterator[Block | Document]:
    """A log's lines in blocks; of a log that is not, or no longer, JSON lines its documents."""
    number, offset, data = 0, 0, b""
    while more := stream.read(BLOCK):
        data += more
        if not offset and len(data) == len(more) and not is_lined(data[:LOOKED_AT]):
            yield from documents(_resumed(data, stream))
            return
        end = data.rfind(b"\n") + 1
        block = Block(data[:end], number, offset) if end else None
        if (block and block.opens()) or (not block and len(data) > LARGEST_DOCUMENT):
            yield from by_line(_resumed(data, stream), number, offset)
            return
        if block:
            yield block
            number, offset, data = number + len(block.starts), offset + end, data[end:]
    if data:
        yield Block(data + b"\n", number, offset)


def _resumed(begun: bytes, stream: BinaryIO) -> BinaryIO:
    """A stream from before what was read of it already."""
    return io.BufferedReader(_Resumed(begun, stream))


class _Resumed(io.RawIOBase):
    def __init__(self, begun: bytes, stream: BinaryIO) -> None:
        self._begun, self._stream = io.BytesIO(begun), stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._begun.read(len(buffer)) or self._stream.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)
