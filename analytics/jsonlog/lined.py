"""JSON lines by the block, with the places at which their texts begin and end."""

import io
from collections.abc import Iterator
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa

from analytics.reading import LARGEST_DOCUMENT, Document
from analytics.reading.documents import ALONE, by_line, documents, is_enveloped, is_lined, unwrapped

BLOCK = 16 << 20  # bytes: fewer cost more for each document
LOOKED_AT = 64 << 10
QUOTE, BACKSLASH = b'"\\'
LINE_END, RETURN, SPACE = b"\n\r "
HEX = np.isin(np.arange(256), np.frombuffer(b"0123456789abcdefABCDEF", np.uint8))
ESCAPED = np.isin(np.arange(256), np.frombuffer(b'"\\/bfnrtu', np.uint8))  # behind a backslash
HALF = np.isin(np.arange(256), np.frombuffer(b"dD", np.uint8))  # of a pair begins so, perhaps


class Block:
    """Some whole lines of a log; `number` and `offset` are what comes before them.

    `marks` are the places of all quotation marks around texts; of each line the first one and
    their number. `odd` are lines with control characters, with escapes of NUL, of halves of
    pairs or of nothing, and those in which quotation marks are amiss; they count no marks.
    """

    def __init__(self, data: bytes, number: int, offset: int) -> None:
        self.data, self.number, self.offset = data, number, offset
        self.text = np.frombuffer(data, np.uint8)
        control = np.flatnonzero(self.text < SPACE).astype(np.int32)
        self.breaks = control[self.text[control] == LINE_END]
        self.starts = np.append(0, self.breaks[:-1] + 1).astype(np.int32)
        self.ends = self.breaks - (self.text[self.breaks - 1] == RETURN)
        self.odd = np.zeros(len(self.starts), bool)
        quotes = self.text == QUOTE
        self.escaped = b"\\" in data
        if self.escaped:
            self._unescape(quotes)
        self.marks = np.flatnonzero(quotes).astype(np.int32)
        self._note_strange(control)
        self._count()

    def _count(self) -> None:
        bounds = np.append(np.searchsorted(self.marks, self.starts), len(self.marks))
        self.first, self.counts = bounds[:-1], np.diff(bounds)
        self.odd |= self.counts % 2 > 0
        self.counts[self.odd] = 0

    def _note(self, places: Any) -> None:
        self.odd[np.searchsorted(self.breaks, places)] = True

    def _note_strange(self, control: Any) -> None:
        if len(control) != len(self.breaks):
            self._note(np.setdiff1d(control, (self.breaks, self.ends), assume_unique=True))
        if not _is_text(self.data):
            every = self.lines(np.arange(len(self.odd)))
            self.odd |= np.array([not _is_text(line) for line in every])

    def _unescape(self, quotes: Any) -> None:
        """Takes the quotation marks out that belong to texts, and notes strange escapes."""
        inner, strange = escapes(self.text)
        self._note(strange)
        quotes[inner] = False

    def lines(self, rows: Any) -> list[bytes]:
        """Some lines without their ends."""
        places = zip(self.starts[rows].tolist(), self.ends[rows].tolist(), strict=True)
        return [self.data[start:end] for start, end in places]

    def documents(self, rows: Any, within: tuple[str, ...] = ()) -> Iterator[Document]:
        """What is in some lines, told in order."""
        found = self._documents(rows)
        return unwrapped(found, within) if within else found

    def _documents(self, rows: Any) -> Iterator[Document]:
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


def escapes(text: Any) -> tuple[Any, Any]:
    """The places of quotation marks that belong to texts, and of strange escapes."""
    found = np.flatnonzero(text == BACKSLASH)
    begins = np.append(True, np.diff(found) > 1)
    run = np.maximum.accumulate(np.where(begins, np.arange(len(found)), 0))
    starters = found[(np.arange(len(found)) - run) % 2 == 0]
    said = text[starters + 1]
    strange = [starters[~ESCAPED[said]]]
    points = starters[said == ord("u")]
    if len(points):
        digits = text[np.minimum(points[:, None] + np.arange(2, 6), len(text) - 1)]
        fit = HEX[digits].all(axis=1) & ~HALF[digits[:, 0]]
        fit &= (digits != ord("0")).any(axis=1)
        strange.append(points[~fit])
    return starters[said == QUOTE] + 1, np.concatenate(strange)


def _is_text(data: bytes) -> bool:
    """Whether it is UTF-8; Arrow need not decode it to tell."""
    if not data.isascii():
        bounds = np.array([0, len(data)], np.int32)
        text = pa.StringArray.from_buffers(1, pa.py_buffer(bounds), pa.py_buffer(data))
        try:
            text.validate(full=True)
        except pa.ArrowInvalid:
            return False
    return True


def blocks(
    stream: BinaryIO, within: tuple[str, ...] = (), block: type[Block] = Block
) -> Iterator[Block | Document]:
    """A log's lines in blocks; of a log that is not, or no longer, JSON lines its documents.

    `within` are names under which an envelope has its records in a list.
    """
    number, offset, begun = 0, 0, b""
    while more := stream.read(BLOCK):
        if not offset and not begun:
            head = more[:LOOKED_AT]
            if not is_lined(head) or is_enveloped(head, within):
                yield from documents(_resumed(more, stream), within)
                return
        end = more.rfind(b"\n") + 1
        data = b"".join((begun, memoryview(more)[:end])) if end else b""
        found = block(data, number, offset) if end else None
        if (found and found.opens()) or (not found and len(begun) + len(more) > LARGEST_DOCUMENT):
            rest = by_line(_resumed(begun + more, stream), number, offset)
            yield from unwrapped(rest, within) if within else rest
            return
        if found:
            yield found
            number, offset, begun = number + len(found.starts), offset + len(data), more[end:]
        else:
            begun += more
    if begun:
        yield block(begun + b"\n", number, offset)


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
