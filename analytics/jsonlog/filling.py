"""Fills in what was learnt from samples for all lines that are like them, a column at a time."""

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.event import Context, Source, assemble
from analytics.fields import BY_NAME
from analytics.jsonlog.alike import Alike
from analytics.jsonlog.learnt import Cell, Pattern, Sample
from analytics.jsonlog.marks import FIRST_ID, LINE, NUMBER, RECEIVED, Piece
from analytics.jsonlog.moments import TIME, isoformats
from analytics.jsonlog.reading import parts, times

STRING = pa.string()
EMPTY = hashlib.blake2b(digest_size=16)
BESIDE = r"^\[|\]?:[0-9]{1,5}$"  # beside an address
ODD = r"[^ -&(-\[\]-~]"  # what Python shows in another way
NOTHING = Cell("same", None, (None,))  # of a field that an event does not have
Same = Sequence[tuple[Any, ...]]  # by sample, what is the same in all of its lines


class Filling:
    """Lines of one form that are fit; `codes` say which sample is whose.

    What decides on which lines are fit is the same in all samples (`Sample.fitting`).
    """

    def __init__(
        self, alike: Alike, samples: Sequence[Sample], codes: Any, of: tuple[Context, Source]
    ) -> None:
        self.alike, self.samples, self.codes = alike, samples, codes
        self.context, self.source = of
        self.size = len(codes)
        self._texts: dict[Piece, pa.StringArray] = {}
        self._some: dict[tuple[int, ...], _Some] = {}
        self._shapes: dict[int, list[int]] = {}
        for code, sample in enumerate(samples):
            self._shapes.setdefault(id(sample.shape), []).append(code)

    def tables(self) -> list[pa.Table]:
        """The events of all lines: a table for each event that a line gives."""
        found = []
        for at in range(len(self.samples[0].rows)):
            columns = {name: self._field(name, at) for name in self.names(at)}
            found.append(assemble(columns, self.size, self.context, self.source))
        return found

    def names(self, row: int) -> list[str]:
        """The fields that an event has, by its place among those of a line."""
        firsts = (self.samples[codes[0]] for codes in self._shapes.values())
        return list(dict.fromkeys(name for sample in firsts for name in sample.rows[row]))

    def _field(self, name: str, row: int) -> pa.Array:
        ways: dict[tuple[str, Any], list[int]] = {}
        for codes in self._shapes.values():
            cell = self.samples[codes[0]].rows[row].get(name, NOTHING)
            ways.setdefault((cell.kind, cell.shape), []).extend(codes)
        if len(ways) == 1:
            return self.column(name, row)
        parts = [part for codes in ways.values() if (part := self._of(codes)).size]
        order = np.empty(self.size, np.int64)
        order[np.concatenate([part.lines for part in parts])] = np.arange(self.size)
        whole = pa.concat_arrays([part.column(name, row) for part in parts])
        return whole.take(pa.array(order))

    def _of(self, codes: list[int]) -> "_Some":
        """The lines of some samples."""
        key = tuple(codes)
        if key not in self._some:
            self._some[key] = _Some(self, codes)
        return self._some[key]

    def column(self, name: str, row: int) -> pa.Array:
        """A column that is made in one way for all lines."""
        kind = BY_NAME[name].arrow
        cell = self.samples[0].rows[row].get(name, NOTHING)
        if cell.kind == "time":
            return self.times(cell.shape)
        if cell.kind == "number":
            is_line = cell.shape == NUMBER
            return pa.array(self.numbers(), kind) if is_line else self.raw(cell.shape).cast(kind)
        told = (sample.rows[row].get(name, NOTHING) for sample in self.samples)
        same = [one.same for one in told] if cell.same else []
        if cell.kind == "same":
            return self._spread([told[0] for told in same], kind)
        return self._text(cell.shape, same) if cell.kind == "text" else self._listed(cell, same)

    def numbers(self) -> Any:
        """Each line's number."""
        return self.alike.block.number + 1 + self.alike.rows

    def raw(self, leaf: int) -> pa.StringArray:
        return self.alike.raw(self.alike.form.leaves[leaf].piece)

    def _said(self, leaf: int) -> pa.StringArray:
        return self.alike.column(self.alike.form.leaves[leaf].piece)

    def times(self, leaf: int) -> pa.Array:
        if leaf == RECEIVED:
            return pa.repeat(pa.scalar(self.context.received, TIME), self.size)
        return times(self.alike, self.samples[0], leaf)

    def _spread(self, values: Sequence[Any], kind: pa.DataType) -> pa.Array:
        """For each line what its sample has."""
        first = values[0]
        if not isinstance(first, list) and all(value == first for value in values):
            size = self.size
            return (
                pa.nulls(size, kind) if first is None else pa.repeat(pa.scalar(first, kind), size)
            )
        return pa.array(values, kind).take(pa.array(self.codes))

    def _text(self, pattern: Pattern, same: Same) -> pa.StringArray:
        if len(pattern) == 1 and pattern[0]:
            return self.piece(pattern[0])
        found, at = [], 0
        for piece in pattern:
            if piece:
                found.append(self.piece(piece))
                continue
            told = [texts[at] for texts in same]
            at += 1
            if len(pattern) > 1 and len(set(told)) == 1:
                found.append(pa.scalar(told[0], STRING))
            else:
                found.append(self._spread(told, STRING))
        return found[0] if len(found) == 1 else pc.binary_join_element_wise(*found, "")

    def _listed(self, cell: Cell, same: Same) -> pa.Array:
        """Lists of texts, or labels: as many for each line."""
        size = self.size
        patterns = cell.shape if cell.kind == "list" else cell.shape[1]
        columns, at, width = [], 0, len(patterns)
        for pattern in patterns:
            count = sum(piece is None for piece in pattern)
            columns.append(self._text(pattern, [told[at : at + count] for told in same]))
            at += count
        index = np.arange(width * size).reshape(width, size).T.ravel()
        values = pa.concat_arrays(columns).take(pa.array(index)) if width > 1 else columns[0]
        offsets = pa.array(np.arange(0, (size + 1) * width, width, dtype=np.int32))
        if cell.kind == "list":
            return pa.ListArray.from_arrays(offsets, values)
        return pa.MapArray.from_arrays(offsets, repeated(cell.shape[0], size), values)

    def piece(self, piece: Piece) -> pa.StringArray:
        if piece not in self._texts:
            self._texts[piece] = self._made(piece)
        return self._texts[piece]

    def _made(self, piece: Piece) -> pa.StringArray:
        if piece.leaf <= FIRST_ID:
            return self._ids(FIRST_ID - piece.leaf)
        if piece.lower:
            return lowered(self.piece(piece._replace(lower=False)))
        if piece.cut:
            return pc.utf8_slice_codeunits(self.piece(piece._replace(cut=0)), 0, piece.cut)
        if piece.leaf == LINE:
            lines = self.alike.lines()
            return quoted(lines) if piece.quoted else lines
        return self._copied(piece)

    def _copied(self, piece: Piece) -> pa.StringArray:
        if part := self.samples[0].parts.get(piece.leaf):
            return parts(self.alike, part)[part.gap]
        if piece.iso:
            return isoformats(self.times(piece.leaf))
        if piece.shown:
            return pc.replace_substring_regex(self.raw(piece.leaf), BESIDE, "")
        return self._said(piece.leaf)

    def _ids(self, number: int) -> pa.StringArray:
        cells = [cell for sample in self.samples if (cell := sample.ids[number])]
        if not cells:
            block, rows = self.alike.block, self.alike.rows
            offsets = (block.offset + block.starts[rows]).tolist()
            return pa.array(self.context.line_ids(offsets, block.lines(rows)), STRING)
        same = [cell.same for cell in cells]
        if cells[0].kind == "same":
            return hashed(self._spread([told[0] for told in same], STRING))
        return hashed(self._text(cells[0].shape, same))


class _Some(Filling):
    """Lines of some samples, for what is made of these in a way of their own."""

    def __init__(self, whole: Filling, codes: Sequence[int]) -> None:
        place = np.full(len(whole.samples), -1)
        place[codes] = np.arange(len(codes))
        told = place[whole.codes]
        self.whole, self.lines = whole, np.flatnonzero(told >= 0)
        samples = [whole.samples[code] for code in codes]
        super().__init__(whole.alike, samples, told[self.lines], (whole.context, whole.source))

    def numbers(self) -> Any:
        return self.whole.numbers()[self.lines]

    def raw(self, leaf: int) -> pa.StringArray:
        return self.whole.raw(leaf).take(pa.array(self.lines))

    def times(self, leaf: int) -> pa.Array:
        return self.whole.times(leaf).take(pa.array(self.lines))

    def piece(self, piece: Piece) -> pa.StringArray:
        return self.whole.piece(piece).take(pa.array(self.lines))


def repeated(texts: Sequence[str], times: int) -> pa.StringArray:
    """Some texts one after another, so many times."""
    written = [text.encode() for text in texts]
    ends = np.cumsum(list(map(len, written)))
    offsets = np.append(0, (np.arange(times)[:, None] * ends[-1] + ends).ravel()).astype(np.int32)
    data = b"".join(written) * times
    return pa.StringArray.from_buffers(len(offsets) - 1, pa.py_buffer(offsets), pa.py_buffer(data))


def quoted(texts: pa.StringArray) -> pa.StringArray:
    """The texts as Python shows their bytes; they have quotation marks in them."""
    odd = pc.match_substring_regex(texts, ODD)
    if not pc.any(odd).as_py():
        return texts
    shown = [repr(text.encode())[2:-1] for text in texts.filter(odd).to_pylist()]
    return pc.replace_with_mask(texts, odd, pa.array(shown, STRING))


def lowered(texts: pa.StringArray) -> pa.StringArray:
    """The texts in lower case."""
    if pc.all(pc.string_is_ascii(texts)).as_py():
        return pc.ascii_lower(texts)
    return pa.array([text.lower() for text in texts.to_pylist()], STRING)


def hashed(texts: pa.StringArray) -> pa.StringArray:
    """The ids that `Context.event_id` makes of these texts."""
    found: list[bytes] = []
    for text in texts.cast(pa.binary()).to_numpy(zero_copy_only=False):
        digest = EMPTY.copy()
        digest.update(text)
        found.append(digest.digest())
    ids = b"".join(found).hex().encode()
    offsets = np.arange(0, 32 * len(found) + 1, 32, dtype=np.int32)
    return pa.StringArray.from_buffers(len(found), pa.py_buffer(offsets), pa.py_buffer(ids))
