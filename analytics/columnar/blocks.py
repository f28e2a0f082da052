"""Reads a line log in blocks: a log of millions of lines has no time for an object a line."""

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

import numpy as np

from analytics.event import readable
from analytics.reading import LONGEST_LINE

BLOCK = 1 << 20


class Block(NamedTuple):
    """Some lines without their ends: as bytes and as text, with their places in the log."""

    number: int  # of the first line, from 1
    offsets: list[int]
    raw: list[bytes]
    texts: list[str]
    too_long: bool = False  # it is one line's beginning, whose rest was skipped
    exact: bool = True  # no byte is told as \\xNN in the texts


class Piece(NamedTuple):
    """Whole lines of a log without the last one's end, where they begin."""

    number: int  # of the first line, from 1
    offset: int
    data: bytes
    too_long: bool = False  # it is one line's beginning, whose rest was skipped


def blocks(stream: BinaryIO, size: int = BLOCK) -> Iterator[Block]:
    """Each line of a stream, LF or CRLF, the last one with or without its end.

    Memory stays bounded: of a line longer than `LONGEST_LINE` only the beginning is given.
    """
    return (_block(*piece) for piece in pieces(stream, size))


def pieces(stream: BinaryIO, size: int = BLOCK) -> Iterator[Piece]:
    """The lines of a stream, many at once; see `blocks`."""
    number, offset, rest = 1, 0, b""
    while data := stream.read(size):
        data = rest + data
        end = data.rfind(b"\n") + 1
        if end:
            piece = Piece(number, offset, data[: end - 1])
            yield piece
            number += piece.data.count(b"\n") + 1
            offset, rest = offset + end, data[end:]
        elif len(data) > LONGEST_LINE:
            yield Piece(number, offset, data[:LONGEST_LINE], too_long=True)
            skipped, rest = _skipped(stream, size)
            number, offset = number + 1, offset + len(data) + skipped
        else:
            rest = data
    if rest:
        yield Piece(number, offset, rest)


def _skipped(stream: BinaryIO, size: int) -> tuple[int, bytes]:
    """How many bytes end the line that was begun, and what was read of the next one."""
    skipped = 0
    while data := stream.read(size):
        end = data.find(b"\n") + 1
        if end:
            return skipped + end, data[end:]
        skipped += len(data)
    return skipped, b""


def _block(number: int, offset: int, data: bytes, too_long: bool = False) -> Block:
    offsets, raw = raw_lines(offset, data)
    texts = list(map(readable, raw)) if b"\r" in data else readable(data).split("\n")
    return Block(number, offsets, raw, texts, too_long, _is_exact(data))


def raw_lines(offset: int, data: bytes) -> tuple[list[int], list[bytes]]:
    """Where each line begins in the log, and the lines without their ends."""
    lines = data.split(b"\n")
    ends = np.cumsum(np.fromiter(map(len, lines), np.int64, len(lines)) + 1)
    offsets = [offset, *(ends[:-1] + offset).tolist()]
    return offsets, [line.rstrip(b"\r") for line in lines] if b"\r" in data else lines


def _is_exact(data: bytes) -> bool:
    if b"\x00" in data:
        return False
    try:
        return data.isascii() or bool(data.decode())
    except UnicodeDecodeError:
        return False
