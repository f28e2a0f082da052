"""The records of a log by a site's description: their text and columns, or why they have none."""

import csv
from collections.abc import Callable, Iterator
from typing import BinaryIO, NamedTuple

import re2

from analytics.event import readable
from analytics.mapping.description import Description
from analytics.mapping.values import Columns
from analytics.reading import Line, documents, leaves, lines
from analytics.reading.documents import Within

MOST_COLUMNS = 512
PAIR = re2.compile(r'([A-Za-z_][\w.\-]*)=(?:"((?:[^"\\]|\\.)*)"|(\S*))')
ESCAPED = re2.compile(r"\\(.)")
Reader = Callable[[str], Columns | str]
Framed = Callable[[int, bytes], bool]


class Record(NamedTuple):
    """One record of a log; `error` says why it has no columns."""

    number: int
    offset: int
    raw: bytes
    columns: Columns
    error: str | None = None


def records(
    stream: BinaryIO,
    description: Description,
    told: tuple[str, ...] = (),
    framed: Framed = lambda line, text: True,
) -> Iterator[Record]:
    """Each record of a log; `told` are the columns of a CSV log that came without its header.

    What stands around the records, as that does, goes to `framed`.
    """
    if description.format == "json":
        for found in documents(stream, Within.of(description.within, framed)):
            error = found.error or (None if isinstance(found.value, dict) else "not a JSON object")
            columns = {} if error else leaves(found.value, most=MOST_COLUMNS)
            yield Record(found.number, found.offset, found.raw, columns, error)
        return
    read = _reader(description, told)
    for line in lines(stream):
        if line.text.strip():
            yield from _of_line(line, read, framed)


def _of_line(line: Line, read: Reader, framed: Framed) -> Iterator[Record]:
    columns = "line is too long" if line.too_long else read(readable(line.text))
    place = (line.number, line.offset, line.text)
    if isinstance(columns, str):
        yield Record(*place, {}, columns)
    elif columns:
        yield Record(*place, columns)
    elif not framed(line.number, line.text):
        yield Record(*place, {}, "one of too many headers")


def _reader(description: Description, told: tuple[str, ...]) -> Reader:
    if description.format == "regex":
        search = description.pattern.search

        def by_pattern(text: str) -> Columns | str:
            found = search(text)
            return found.groupdict("") if found else "does not match the pattern"

        return by_pattern
    if description.format == "keyvalue":
        return _pairs
    return _Table(description.columns or told, description.delimiter).read


def _pairs(text: str) -> Columns | str:
    found = PAIR.findall(text)
    columns = {
        name: ESCAPED.sub(r"\1", quoted) if quoted else bare
        for name, quoted, bare in found[:MOST_COLUMNS]
    }
    return columns or "has no key=value"


class _Table:
    """The rows of a CSV log; its first line names the columns where nothing else does."""

    def __init__(self, columns: tuple[str, ...], delimiter: str) -> None:
        self.columns, self.delimiter = columns, delimiter

    def read(self, text: str) -> Columns | str:
        """A row's cells by column; nothing of the header itself."""
        try:
            cells = next(csv.reader([text], delimiter=self.delimiter), [])
        except csv.Error as error:
            return f"not CSV: {error}"
        if not self.columns:
            self.columns = tuple(cells[:MOST_COLUMNS])
        if tuple(cells) == self.columns:
            return {}
        if len(cells) != len(self.columns):
            return f"has {len(cells)} columns instead of {len(self.columns)}"
        return dict(zip(self.columns, cells, strict=True))
