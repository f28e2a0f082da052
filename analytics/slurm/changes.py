"""Tables of changes in Slurm's accounts: the rows of all headers with the same columns together.

A header may stand above every few rows, as where a cron job appends each day's table to a file.
"""

import re
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.columnar.blocks import Piece
from analytics.columnar.lined import Found, Lines, rejection, texts_of
from analytics.columnar.splitting import Splitting
from analytics.columnar.values import listed
from analytics.event import Rejected
from analytics.framing import Framing
from analytics.reading import LONGEST_LINE

HEADER = re.compile(
    r"(?=(?:.*\W)?Action\b)(?=(?:.*\W)?Actor\b)(?=(?:.*\W)?Time\b)\w+([|;,\t^~])(?:[\w ]+\1)*[\w ]*"
)
MARK = "\ufeff"  # before a file's first line, or before that of a file appended to it
FEW = 128  # rows of the same columns; to split fewer costs more than to look at each
WORDS = ("time", "action", "actor", "where", "info")
TOLD = (*WORDS, "cluster")
PARTS = (*TOLD, "identity")


@dataclass(frozen=True, slots=True)
class Header:
    """What a header says of the rows below it."""

    delimiter: str = "|"
    names: tuple[str, ...] = WORDS

    @classmethod
    def of(cls, text: str) -> "Header | None":
        """The header that a line is."""
        header = HEADER.fullmatch(text[:1024])
        if header is None:
            return None
        names = (name.strip().lower() for name in text.split(header[1]) if name)
        return cls(header[1], tuple(names))

    @property
    def is_plain(self) -> bool:
        """Whether each column has a name of its own, time and action among them."""
        return {"time", "action"} <= set(self.names) and len(set(self.names)) == len(self.names)

    def split(self, line: Splitting) -> None:
        """Leaves rows with all columns, a time and an action; the last cell has what is left."""
        cells = [str(place) for place in range(len(self.names))]
        line.split("line", self.delimiter, cells, most=len(cells) - 1)
        line.match(str(self.names.index("time")), "[0-9A-Za-z]")
        line.match(str(self.names.index("action")), "(?s).")
        whole = pc.binary_join_element_wise(*(line[cell] for cell in cells), "\x1f")
        for name in TOLD:
            told = line[str(self.names.index(name))] if name in self.names else None
            line.put(name, pa.nulls(len(whole), pa.string()) if told is None else told)
        line.put("identity", whole)

    def cells(self, text: str) -> tuple[str | None, ...] | None:
        """The same of one row; None without an action."""
        told = text.split(self.delimiter, len(self.names) - 1)
        cells = dict(zip(self.names, told, strict=False))
        if not cells.get("action"):
            return None
        return (*map(cells.get, TOLD), "\x1f".join(cells.values()))


@dataclass(slots=True)
class Tables:
    """Reads a log piece by piece; a header holds until the next one."""

    framing: Framing
    no_record: str  # why a row is rejected
    _header: Header = field(default_factory=Header)

    def found(self, piece: Piece) -> Found:
        """The rows of a piece."""
        texts = texts_of(piece.data)
        if MARK.encode() in piece.data:
            texts = pc.replace_substring_regex(texts, f"^{MARK}", "")
        headers, header_of = self._headers(piece, texts)
        some = [] if piece.too_long else _split(texts, headers, header_of)
        done = header_of < 0
        for rows, _ in some:
            done[rows] = True
        others, rejected = self._others(piece, texts, headers, header_of, np.flatnonzero(~done))
        return _together(piece, texts, [*some, others]), rejected

    def _headers(self, piece: Piece, texts: pa.Array) -> tuple[list[Header], np.ndarray]:
        """The headers of different columns, and for each line which is above it, -1 for them."""
        codes, known = {self._header: 0}, dict[str, Header | None]()
        above, at = [0], list[int]()
        for row, text in _with_words(texts) if b"Actor" in piece.data else ():
            if text not in known:
                known[text] = Header.of(text)
            header = known[text]
            if header and self.framing.head(piece.number + row, text.encode()):
                above.append(codes.setdefault(header, len(codes)))
                at.append(row)
                self._header = header
        header_of = np.repeat(above, np.diff([0, *at, len(texts)]))
        header_of[at] = -1
        return list(codes), header_of

    def _others(
        self,
        piece: Piece,
        texts: pa.Array,
        headers: list[Header],
        header_of: np.ndarray,
        rows: np.ndarray,
    ) -> tuple[tuple[np.ndarray, dict[str, pa.Array]], list[Rejected]]:
        """What these rows are, one by one."""
        places, found, rejected = [], [], []
        told = listed(texts.take(pa.array(rows)))
        for row, code, text in zip(rows.tolist(), header_of[rows].tolist(), told, strict=True):
            if not text.strip():
                continue
            too_long = piece.too_long or len(text) > LONGEST_LINE
            cells = None if too_long else headers[code].cells(text)
            if cells is None:
                rejected.append(rejection(piece.number + row, self.no_record, text))
            else:
                places.append(row)
                found.append(cells)
        columns = zip(*found, strict=True) if found else [[]] * len(PARTS)
        parts = {
            name: pa.array(column, pa.string()) for name, column in zip(PARTS, columns, strict=True)
        }
        return (np.array(places, dtype=np.int64), parts), rejected


def _with_words(texts: pa.Array) -> list[tuple[int, str]]:
    """Lines with the words of a header, and their places."""
    words = (pc.match_substring(texts, word) for word in ("Actor", "Action", "Time"))
    found = np.flatnonzero(np.logical_and.reduce([np.asarray(word) for word in words]))
    return list(zip(found.tolist(), listed(texts.take(pa.array(found))), strict=True))


def _split(
    texts: pa.Array, headers: list[Header], header_of: np.ndarray
) -> list[tuple[np.ndarray, dict[str, pa.Array]]]:
    """Rows and their parts, header by header, where many rows are alike."""
    some = []
    order = np.argsort(header_of, kind="stable")
    ends = np.cumsum(np.bincount(header_of + 1, minlength=len(headers) + 1))
    for header, first, end in zip(headers, ends, ends[1:], strict=False):
        if end - first < FEW or not header.is_plain:
            continue
        rows = order[first:end]
        own = texts.take(pa.array(rows))
        line = Splitting("line", own)
        line.put("size", pc.binary_length(own))
        line.leave(np.asarray(pc.less_equal(line["size"], LONGEST_LINE)))
        header.split(line)
        some.append((rows[line.rows], {name: line[name] for name in PARTS}))
    return some


def _together(
    piece: Piece, texts: pa.Array, some: list[tuple[np.ndarray, dict[str, pa.Array]]]
) -> Lines:
    """All rows in the order of lines."""
    places = np.concatenate([rows for rows, _ in some])
    parts = {name: pa.concat_arrays([parts[name] for _, parts in some]) for name in PARTS}
    lines = Lines(pa.array(places + piece.number), texts.take(pa.array(places)), parts)
    return lines if (np.diff(places) > 0).all() else lines.take(np.argsort(places))
