"""Finds a block's lines that are of one form, and takes their values by columns."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from analytics.jsonlog.forms import Form, learnt
from analytics.jsonlog.lined import BACKSLASH, Block

ENOUGH = 12  # lines of one form that are worth a table of their own
MOST_FORMS = 512
MOST_ALIKE = 32  # forms with as many marks
MOST_TRIED = 24  # lines of a block from which no form was learnt
LOOKED_AT = 6  # pieces by which most lines of another form are told
TAKEN = 1 << 16  # values at once: more would fall out of the caches
BLANK, LAST = b" ~"


class Taken:
    """Some pieces of so many lines: all texts of one piece, then those of the next."""

    def __init__(self, texts: pa.StringArray, size: int) -> None:
        self.texts, self.size = texts, size
        _, offsets, data = texts.buffers()
        self._bounds = np.frombuffer(offsets, np.int32, len(texts) + 1)
        self._text = np.frombuffer(data or b"", np.uint8)

    @cached_property
    def widths(self) -> Any:
        """How many bytes each text has, a row for each piece."""
        return np.diff(self._bounds).reshape(-1, self.size)

    @cached_property
    def escaped(self) -> Any:
        """Which pieces have an escape in any text."""
        found = np.zeros(len(self.texts) // self.size, bool)
        places = np.flatnonzero(self._text == BACKSLASH)
        found[np.searchsorted(self._bounds[self.size :: self.size], places, "right")] = True
        return found

    @cached_property
    def bare(self) -> Any:
        """Which texts begin and end with ASCII that is no blank; any will do that is empty."""
        text, last = self._text, max(0, len(self._text) - 1)
        if not len(text):
            return np.ones((len(self.texts) // self.size, self.size), bool)
        # Signs are bytes: what is below a blank goes round to above all that is ASCII.
        begun = text[np.minimum(self._bounds[:-1], last)] - BLANK - 1
        ended = text[self._bounds[1:] - 1] - BLANK - 1
        told = np.maximum(begun, ended) < LAST - BLANK
        return told.reshape(-1, self.size) | (self.widths == 0)


class Alike:
    """Lines of one form in a block, copied next to each other: far apart they are slow to read.

    `places` are where their pieces begin and end in `data`. Pieces that were asked for of lines
    of this form are taken together: a call for each would cost more than what it copies.
    """

    def __init__(self, form: Form, block: Block, rows: Any, places: Any, data: pa.Buffer) -> None:
        self.form, self.block, self.rows, self.places, self.data = form, block, rows, places, data
        self.size, self.width = places.shape
        self.text = np.frombuffer(data, np.uint8)
        offsets = np.append(places.ravel(), places[-1:, -1])
        self._pieces = pa.StringArray.from_buffers(places.size, pa.py_buffer(offsets), data)
        self._firsts = np.arange(self.size, dtype=np.int32) * self.width
        self._taken: dict[int, tuple[Taken, int]] = {}
        self._made: dict[Any, Any] = {}
        self._lines: pa.StringArray | None = None
        self._wanted = form.wanted

    @classmethod
    def of(cls, form: Form, block: Block, rows: Any, places: Any) -> "Alike":
        """The lines at some places of a block."""
        lines = _whole(places, pa.py_buffer(block.data))
        _, offsets, data = lines.buffers()
        begins = np.frombuffer(offsets, np.int32, len(rows))
        found = cls(form, block, rows, places + (begins - places[:, 0])[:, None], data)
        found._lines = lines
        return found

    def column(self, piece: int) -> pa.StringArray:
        """What a piece of each line says, as it was before it was escaped."""
        found = self.raw(piece)
        return self.once(piece, lambda: unescaped(found)) if self.escaped(piece) else found

    def once(self, key: Any, make: Callable[[], Any]) -> Any:
        """What is made of these lines, the same when it is asked for under the same key again."""
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]

    def escaped(self, piece: int) -> bool:
        """Whether this piece has an escape in any line."""
        if not self.block.escaped:
            return False
        taken, number = self._taken_with(piece)
        return bool(taken.escaped[number])

    def raw(self, piece: int) -> pa.StringArray:
        """A piece of each line, as it stands there."""
        taken, number = self._taken_with(piece)
        return taken.texts.slice(self.size * number, self.size)

    def bare(self, piece: int, longest: int) -> Any:
        """Which lines' piece neither begins nor ends with a blank, and is not too long."""
        taken, number = self._taken_with(piece)
        return taken.bare[number] & (taken.widths[number] <= longest)

    def _taken_with(self, piece: int) -> tuple["Taken", int]:
        if piece not in self._taken:
            self._wanted.add(piece)
            others = sorted(self._wanted - self._taken.keys() - {piece})
            self._take([piece, *others][: max(1, TAKEN // self.size)])
        return self._taken[piece]

    def _take(self, pieces: Sequence[int]) -> None:
        at = np.array(pieces, np.int32)[:, None] + self._firsts
        taken = Taken(self._pieces.take(pa.array(at.ravel())), self.size)
        self._taken |= {piece: (taken, number) for number, piece in enumerate(pieces)}

    def lines(self) -> pa.StringArray:
        """The whole lines."""
        return _whole(self.places, self.data) if self._lines is None else self._lines

    def widths(self, pieces: Sequence[int]) -> Any:
        """How many bytes some pieces of each line have."""
        at = np.asarray(pieces)
        return self.places[:, at + 1] - self.places[:, at]

    def only(self, fit: Any) -> "Alike":
        """The same without some lines."""
        if fit.all():
            return self
        found = Alike(self.form, self.block, self.rows[fit], self.places[fit], self.data)
        found._wanted = self.form.wanted_of_some
        return found

    def same(self) -> Any:
        """Which lines have the same around their values as all of the form."""
        once = len(self.form.repeated) // len(self.form.text)
        parts = (self._firsts[at : at + once] for at in range(0, self.size, once))
        return np.concatenate([self._same(part) for part in parts])

    def _same(self, firsts: Any) -> Any:
        length = len(self.form.text)
        wanted = (firsts[:, None] + self.form.fixed).ravel()
        around = self._pieces.take(pa.array(wanted)).buffers()[2].slice(0, len(firsts) * length)
        if around.equals(self.form.repeated.slice(0, len(around))):
            return np.ones(len(firsts), bool)
        told = np.frombuffer(around, np.uint8).reshape(len(firsts), length) == self.form.text
        return told.all(axis=1)


def _whole(places: Any, data: pa.Buffer) -> pa.StringArray:
    """Lines that begin and end at the first and the last of some places."""
    bounds = places[:, [0, -1]].ravel()
    texts = pa.StringArray.from_buffers(len(bounds) - 1, pa.py_buffer(bounds), data)
    return texts.take(pa.array(np.arange(0, len(bounds), 2)))


def spans(texts: pa.StringArray) -> tuple[Any, Any]:
    """The bytes of some texts, one after another, and where each begins, and the last one ends."""
    _, offsets, data = texts.buffers()
    bounds = np.frombuffer(offsets, np.int32, len(texts) + 1, 4 * texts.offset)
    return np.frombuffer(data or b"", np.uint8)[bounds[0] : bounds[-1]], bounds - bounds[0]


def unescaped(texts: pa.StringArray) -> pa.StringArray:
    """The texts that were written with escapes, all of which are fit."""
    written = pc.match_substring(texts, "\\")
    escaped = pc.filter(texts, written).to_pylist()
    read = orjson.loads('["' + '","'.join(escaped) + '"]')
    return pc.replace_with_mask(texts, written, pa.array(read, pa.string()))


class Forms:
    """The forms met so far, by their number of marks: those of most lines come first."""

    def __init__(self) -> None:
        self.known: dict[int, list[Form]] = {}

    def found(self, block: Block) -> list[Alike]:
        """A block's lines by form, where there are enough of one."""
        found: list[Alike] = []
        tries = MOST_TRIED
        numbers, counts = np.unique(block.counts, return_counts=True)
        for marks in numbers[(counts >= ENOUGH) & (numbers > 0)].tolist():
            rows = np.flatnonzero(block.counts == marks)
            for form in self.known.get(marks, []):
                alike = self._of(form, block, rows) if len(rows) >= ENOUGH else None
                if alike and alike.size >= ENOUGH:
                    found.append(alike)
                    rows = _without(rows, alike.rows)
            while len(rows) >= ENOUGH and tries:
                new = learnt(block.lines(rows[:1])[0])
                alike = self._of(new, block, rows) if new else None
                if new and alike and alike.size >= ENOUGH:
                    self._remember(new)
                    found.append(alike)
                    rows = _without(rows, alike.rows)
                else:
                    rows, tries = rows[1:], tries - 1
        sizes = {alike.form: alike.size for alike in found}
        for marks in {alike.form.marks for alike in found}:
            self.known.get(marks, []).sort(key=lambda form: -sizes.get(form, 0))
        return found

    def _remember(self, form: Form) -> None:
        if sum(map(len, self.known.values())) >= MOST_FORMS:
            self.known.clear()
        alike = self.known.get(form.marks, [])
        self.known[form.marks] = [form, *alike][:MOST_ALIKE]

    def _of(self, form: Form, block: Block, rows: Any) -> Alike | None:
        """Which of some lines are of a form."""
        if len(form.at) > 4 * LOOKED_AT and len(self.known.get(form.marks, [])) > 1:
            places = _places(form, block, rows, 2 * LOOKED_AT)
            looked = np.diff(places)[:, : 2 * LOOKED_AT : 2]
            rows = rows[(looked == form.lengths[:LOOKED_AT]).all(axis=1)]
            if len(rows) < ENOUGH:
                return None
        places = _places(form, block, rows, len(form.at))
        widths = np.diff(places)
        fit = (widths[:, ::2] == form.lengths).all(axis=1)
        if len(widths) and widths.min() < 0:
            fit &= (widths >= 0).all(axis=1)
        if not fit.all():
            rows, places = rows[fit], places[fit]
        if not len(rows):
            return None
        alike = Alike.of(form, block, rows, places)
        return alike.only(fit) if (fit := alike.same()).any() else None


def _without(rows: Any, others: Any) -> Any:
    kept = np.ones(len(rows), bool)
    kept[np.searchsorted(rows, others)] = False
    return rows[kept]


def _places(form: Form, block: Block, rows: Any, count: int) -> Any:
    """Where the first pieces of some lines begin and end, if they are of a form."""
    at = form.at[:count]
    places = np.empty((len(rows), count + 2), np.int32)
    places[:, 0], places[:, -1] = block.starts[rows], block.ends[rows]
    cuts = places[:, 1:-1]
    marks = block.first[rows, None] + np.minimum(at, form.marks - 1)
    np.add(np.take(block.marks, marks, mode="clip"), form.moves[:count], out=cuts)
    behind = at >= form.marks
    if behind.any():
        cuts[:, behind] = places[:, -1:] + form.moves[:count][behind]
    return places
