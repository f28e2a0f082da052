"""A log's lines, each of bounded length."""

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

BLOCK = 1 << 20
LONGEST_LINE = 1 << 20


class Line(NamedTuple):
    """A line without its end; `number` from 1, `offset` in bytes of the plain log."""

    number: int
    offset: int
    text: bytes
    too_long: bool = False  # `text` is only its beginning


def lines(stream: BinaryIO, longest: int = LONGEST_LINE) -> Iterator[Line]:
    """Each line of a stream, LF or CRLF, the last one with or without its end.

    Memory stays bounded by `longest`: of a longer line only the beginning is given.
    """
    number, offset = 0, 0
    while raw := stream.readline(longest + 1):
        number += 1
        start, text = offset, raw
        offset += len(raw)
        too_long = len(raw) > longest
        while not raw.endswith(b"\n") and (raw := stream.readline(BLOCK)):
            offset += len(raw)
        yield Line(number, start, text.rstrip(b"\r\n"), too_long)
