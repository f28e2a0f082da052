"""A dump of Airflow's table `log`: CSV with its names above it, or drawn by a database's shell."""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, NamedTuple

from analytics.carrying import by_looks
from analytics.event import readable
from analytics.framing import Framing
from analytics.reading import Line, lines
from analytics.seams import Seam, half_line

HEADER = re.compile(rb"(?:\xef\xbb\xbf)?[\w\",;|\t ]*\b(?:dttm|when)\b[\w\",;|\t ]*")
RULER = re.compile(rb"-+(?:\+-+)+")  # of a drawn table, below its names
FOOTER = re.compile(rb"\(\d{1,19} rows?\)")
LONGEST_RECORD = 1 << 20


class Record(NamedTuple):
    """A record as names and values, with where and how it stands in the log."""

    number: int
    offset: int
    raw: bytes
    values: Mapping[str, Any] | None
    error: str | None = None


def rows(stream: BinaryIO, framing: Framing) -> Iterator[Record]:
    """Records of a table: quoted values may hold line ends."""
    names: list[str] = []
    delimiter = ","
    for line, error in _wholes(stream):
        if error is None and _is_header(line.text):
            header = readable(line.text).removeprefix("\ufeff")
            delimiter = max(",;|\t", key=header.count)
            names = [name.strip().strip('"').lower() for name in header.split(delimiter)]
            framing.head(line.number, line.text)
        elif error is None and names and RULER.fullmatch(line.text):
            framing.head(line.number, line.text, goes_on=True)
        elif error is None and FOOTER.fullmatch(line.text):
            framing.add(line.number, line.text)
        elif error:
            yield Record(line.number, line.offset, line.text, None, error)
        elif not line.text.strip():
            continue
        elif names:
            yield _row_of_table(line, names, delimiter)
        else:
            yield Record(line.number, line.offset, line.text, None, "no header before it")


def _is_header(text: bytes) -> bool:
    """Whether it names columns: a table that is sent in parts may have its names in each."""
    return len(text) < 4096 and HEADER.fullmatch(text) is not None and b"event" in text


def _row_of_table(line: Line, names: list[str], delimiter: str) -> Record:
    text = readable(line.text)
    try:
        cells = next(csv.reader([text], delimiter=delimiter), [])
    except csv.Error as error:
        return Record(line.number, line.offset, line.text, None, str(error))
    if delimiter == "|":  # a table drawn by a database's shell
        cells = [cell.strip() for cell in cells]
    if len(cells) != len(names):
        reason = f"{len(cells)} values under {len(names)} names"
        return Record(line.number, line.offset, line.text, None, reason)
    return Record(line.number, line.offset, line.text, dict(zip(names, cells, strict=True)))


def _wholes(stream: BinaryIO) -> Iterator[tuple[Line, str | None]]:
    """Lines, joined while a quoted value is open; an error where one never ends."""
    waiting: list[Line] = []
    size = quotes = 0
    for line in lines(stream):
        waiting.append(line)
        size += len(line.text)
        quotes += line.text.count(b'"')
        if line.too_long or size > LONGEST_RECORD:
            for one in waiting:
                yield one, "a quoted value has no end"
        elif quotes % 2:
            continue
        else:
            first = waiting[0]
            text = b"\n".join(one.text for one in waiting)
            yield Line(first.number, first.offset, text), None
        waiting, size, quotes = [], 0, 0
    for one in waiting:
        yield one, "a quoted value has no end"


def _rest(text: bytes, whole: bool) -> int:
    """As JSON, else the last row of a table while a quoted value in it is open."""
    begin = text.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    half = half_line(text, whole)
    if not whole or begin in (b"{", b"["):
        return by_looks(text).rest(text, whole)
    begun = 0
    for line, error in _wholes(io.BytesIO(text[: len(text) - half])):
        begun = line.offset if error else line.offset + len(line.text) + 1
        if error:
            break
    return max(half, len(text) - min(begun, len(text)))


SEAM = Seam(_rest)
