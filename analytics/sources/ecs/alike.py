"""Finds a block's documents that are of one form, and takes their values by columns."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from analytics.event import EARLIEST
from analytics.jsonlog.alike import unescaped
from analytics.sources.ecs.forms import Form, learnt
from analytics.sources.ecs.lined import Block
from analytics.sources.ecs.times import TIME, time_of, times_of

ENOUGH = 32  # documents of one form that are worth a table of their own
MOST_FORMS = 256
MOST_ALIKE = 8  # forms with as many marks
MOST_TRIED = 16  # documents of a block from which no form was learnt


class Alike:
    """Documents of one form in a block; `places` are where their pieces begin and end."""

    def __init__(self, form: Form, block: Block, rows: Any, places: Any) -> None:
        self.form, self.block, self.rows, self.places = form, block, rows, places
        self.size, self.width = places.shape
        offsets = np.append(places.ravel(), places[-1:, -1]).astype(np.int32)
        self._pieces = pa.StringArray.from_buffers(
            places.size, pa.py_buffer(offsets), pa.py_buffer(block.data)
        )
        self._firsts = np.arange(self.size, dtype=np.int32)[:, None] * self.width

    def by_column(self, pieces: Sequence[int]) -> list[pa.Array]:
        """A column of texts for each of some pieces, as they were before they were escaped."""
        wanted = (np.array(pieces, np.int32)[:, None] + self._firsts.T).ravel()
        taken = self._unescaped(self._pieces.take(pa.array(wanted)))
        return [taken.slice(at * self.size, self.size) for at in range(len(pieces))]

    def by_row(self, pieces: Any) -> pa.Array:
        """The same, document by document."""
        return self._unescaped(self._raw(pieces))

    def _raw(self, pieces: Any) -> pa.Array:
        """The texts of some pieces as they stand there, document by document."""
        return self._pieces.take(pa.array((self._firsts + pieces.astype(np.int32)).ravel()))

    def _unescaped(self, texts: pa.Array) -> pa.Array:
        has_any = self.block.escaped and pc.any(pc.match_substring(texts, "\\")).as_py()
        return unescaped(texts) if has_any else texts

    def lines(self) -> pa.Array:
        """The documents' whole texts."""
        whole = self.places[:, [0, -1]].ravel()
        texts = pa.StringArray.from_buffers(
            2 * self.size - 1, pa.py_buffer(whole), pa.py_buffer(self.block.data)
        )
        return texts.take(pa.array(np.arange(0, 2 * self.size, 2)))

    def only(self, fit: Any) -> "Alike":
        """The same without some documents."""
        return self if fit.all() else Alike(self.form, self.block, self.rows[fit], self.places[fit])

    def same(self) -> Any:
        """Which documents have the same around their values as all of the form."""
        around = np.frombuffer(self._raw(self.form.fixed).buffers()[2], np.uint8)
        length = len(self.form.text)
        told = around[: self.size * length].reshape(self.size, length) == self.form.text
        return told.all(axis=1)

    def parted(self) -> Any:
        """Which documents have no escape in a list: its texts can be told apart then."""
        fit = np.ones(self.size, bool)
        for piece in self.form.lists if self.block.escaped else ():
            raw = self._raw(np.array([piece]))
            fit &= ~np.asarray(pc.match_substring(raw, "\\"))
        return fit

    def counted(self) -> Any:
        """Which documents have numbers where numbers belong, written as we write them."""
        fit = np.ones(self.size, bool)
        for texts in self.by_column(self.form.numbers) if self.form.numbers else ():
            try:
                told = pc.equal(texts.cast(pa.int64()).cast(pa.string()), texts)
            except pa.ArrowInvalid:
                told = [_is_number(text) for text in texts.to_pylist()]
            fit &= np.asarray(told)
        return fit

    def times(self) -> pa.Array:
        """The documents' times."""
        (texts,) = self.by_column([self.form.time.piece])
        if self.form.time.kind == "text":
            return times_of(texts)
        return pa.array([time_of(orjson.loads(text)) for text in texts.to_pylist()], TIME)


def _is_number(text: str) -> bool:
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return type(value) in (int, float) and str(value) == text


class Forms:
    """The forms met so far, by their number of marks: those met last come first."""

    def __init__(self, latest: datetime) -> None:
        self.earliest, self.latest = (pa.scalar(time, TIME) for time in (EARLIEST, latest))
        self.known: dict[int, list[Form]] = {}

    def found(self, block: Block) -> list[Alike]:
        """A block's documents by form, where there are enough of one."""
        found: list[Alike] = []
        tries = MOST_TRIED
        numbers, counts = np.unique(block.counts, return_counts=True)
        for marks in numbers[(counts >= ENOUGH) & (numbers > 0)].tolist():
            rows = np.flatnonzero(block.counts == marks)
            for form in self.known.get(marks, []):
                alike = self._of(form, block, rows) if len(rows) >= ENOUGH else None
                if alike and alike.size >= ENOUGH:
                    found.append(alike)
                    rows = np.setdiff1d(rows, alike.rows, assume_unique=True)
            while len(rows) >= ENOUGH and tries:
                new = learnt(block.lines(rows[:1])[0])
                alike = self._of(new, block, rows) if new else None
                rows = rows[1:]
                if new and alike and alike.size >= ENOUGH:
                    self._remember(new)
                    found.append(alike)
                    rows = np.setdiff1d(rows, alike.rows, assume_unique=True)
                else:
                    tries -= 1
        return found

    def _remember(self, form: Form) -> None:
        if sum(map(len, self.known.values())) >= MOST_FORMS:
            self.known.clear()
        alike = self.known.get(form.marks, [])
        self.known[form.marks] = [form, *alike][:MOST_ALIKE]

    def _of(self, form: Form, block: Block, rows: Any) -> Alike | None:
        """Which of some lines are of a form and have plausible times."""
        starts, ends = block.starts[rows], block.ends[rows]
        places = np.empty((len(rows), len(form.at) + 2), np.int32)
        places[:, 0], places[:, -1] = starts, ends
        cuts = places[:, 1:-1]
        at = block.first[rows, None] + np.minimum(form.at, form.marks - 1)
        np.add(block.marks[at], form.moves, out=cuts)
        behind = form.at >= form.marks
        if behind.any():
            cuts[:, behind] = ends[:, None] + form.moves[behind]
        widths = np.diff(places)
        fit = (widths[:, form.fixed] == form.lengths).all(axis=1)
        if widths.min() < 0:
            fit &= (widths >= 0).all(axis=1)
        if not fit.any():
            return None
        alike = Alike(form, block, rows[fit], places[fit])
        for which in (Alike.same, Alike.parted, Alike.counted, self._timely):
            fit = which(alike)
            if not fit.any():
                return None
            alike = alike.only(fit)
        return alike

    def _timely(self, alike: Alike) -> Any:
        times = alike.times()
        told = pc.and_(pc.greater_equal(times, self.earliest), pc.less_equal(times, self.latest))
        return np.asarray(told.fill_null(False))
