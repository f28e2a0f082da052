"""Columns of some events as rules look at them: each distinct value once where values repeat."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from analytics.detection.derived import Derived
from analytics.detection.packages import UNKNOWING
from analytics.fields import BY_NAME

Literals = frozenset[tuple[str, str]]  # each with the column in which it is sought
Mask = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int64]
NONE: Mask = np.zeros(0, dtype=bool)
NO_TEXTS = pa.array([], pa.string())
SAMPLE = 2_000
FEW = 4  # of so many distinct values that one row stands for, only those that stand there are asked
ARGUMENT = re.compile(r"process\.args\[(\d{1,4})\]")
LABEL = "labels."


def known(column: str) -> bool:
    """Whether `View` has a column of this name: a field, a label, an argument, or what is cut
    out of a field."""
    return (
        (column in BY_NAME and column != "labels")
        or column in UNKNOWING
        or column.startswith(LABEL)
        or ARGUMENT.fullmatch(column) is not None
    )


def stored(column: str) -> frozenset[str]:
    """The fields of an event that a column of `View` is made of."""
    if column in UNKNOWING:
        return UNKNOWING[column].of
    if column.startswith(LABEL):
        return frozenset({"labels"})
    return frozenset({"process.args" if ARGUMENT.fullmatch(column) else column})


@dataclass(frozen=True, slots=True)
class Values:
    """The texts of a column and the rows in which they stand.

    `codes` is the place in `texts` of each value, -1 for null; None where texts are the values.
    `parents` is each value's row where the column holds lists.
    """

    texts: pa.Array
    codes: Codes | None
    parents: Codes | None
    rows: int

    def spread(self, chosen: Mask) -> Mask:
        """The rows in which one of the chosen texts stands."""
        if not len(self.texts):
            return np.zeros(self.rows, dtype=bool)
        if self.codes is not None:
            chosen = np.append(chosen, False)[self.codes]
        if self.parents is not None:
            rows = np.zeros(self.rows, dtype=bool)
            rows[self.parents[chosen]] = True
            return rows
        return chosen


class Test(Protocol):
    """Something that holds or not for each row; equal tests have equal answers."""

    def __call__(self, view: "View") -> Mask: ...
    def __hash__(self) -> int: ...


class View:
    """Some events, with what was already found out about them. Columns are cut when asked for.

    What is known of the whole table serves its parts: each distinct value is looked at once.
    """

    def __init__(self, events: pa.Table, derived: Mapping[str, Derived] = UNKNOWING) -> None:
        self._events, self._derived = events, derived
        self._whole: View | None = None  # of which this is a part
        self._places: Codes | None = None
        self.rows: int = events.num_rows
        self._values: dict[str, Values] = {}
        self._answers: dict[Test, Mask] = {}
        self._chosen: dict[Test, Mask] = {}  # among the distinct values of a column
        self._absent: Literals = frozenset()
        self._closed: dict[Literals, bool] = {}

    def holds(self, test: Test) -> Mask:
        """The test's answer, a boolean a row; asked of the columns only once."""
        answer = self._answers.get(test)
        if answer is None:
            answer = self._answers[test] = test(self)
        return answer

    def only(self, rows: Mask) -> "View":
        """A view of some of the rows."""
        if rows.all():
            return self
        places = np.flatnonzero(rows)
        part = View(self._events, self._derived)
        part._whole = self._whole or self
        part._places = places if self._places is None else self._places[places]
        part.rows = len(places)
        return part

    def lacks(self, absent: Literals) -> None:
        """Takes note that these stand nowhere in the whole table, in upper or lower case."""
        self._absent = absent

    def closed(self, gate: Literals) -> bool:
        """Whether it is known that none of these stands anywhere."""
        if self._whole:
            return self._whole.closed(gate)
        found = self._closed.get(gate)
        if found is None:
            found = self._closed[gate] = gate <= self._absent
        return found

    def array(self, column: str) -> pa.Array:
        """A column as it is stored; nulls where these events lack it. A label, an argument or
        the program may be a column by itself, else it is taken out of the one that holds it."""
        if column in self._events.column_names:
            return self._stored(column)
        argument = ARGUMENT.fullmatch(column)
        if argument:
            return _element(self.array("process.args"), int(argument[1]))
        if column in self._derived:
            return self._derived[column].cut(self.array)
        if column.startswith(LABEL):
            labels = self.array("labels")
            return pc.map_lookup(labels, pa.scalar(column.removeprefix(LABEL)), "first")
        return pa.nulls(self.rows, BY_NAME[column].arrow)

    def _stored(self, column: str) -> pa.Array:
        found = self._events.column(column).combine_chunks()
        found = pa.concat_arrays(found.chunks) if isinstance(found, pa.ChunkedArray) else found
        return found if self._places is None else found.take(pa.array(self._places))

    def values(self, column: str) -> Values:
        """A column's texts; numbers, flags and times as Arrow writes them."""
        found = self._values.get(column)
        if found is None:
            found = self._values[column] = self._cut(column)
        return found

    def _cut(self, column: str) -> Values:
        rare = column in self._derived and self._derived[column].rare
        whole = self._whole.values(column) if self._whole and not rare else None
        if whole is None or whole.parents is not None:
            return _values(self.array(column), self.rows)
        if whole.codes is not None:
            return Values(whole.texts, whole.codes[self._places], None, self.rows)
        texts = whole.texts.take(pa.array(self._places)) if len(whole.texts) else whole.texts
        return Values(texts if texts.null_count < len(texts) else NO_TEXTS, None, None, self.rows)

    def texts(self, column: str) -> list[str | None]:
        """A column as texts, one a row; of a list the first."""
        array = self.array(column)
        if pa.types.is_list(array.type):
            array = _element(array, 0)
        texts: list[str | None] = array.cast(pa.string()).to_pylist()
        return texts

    def where(self, column: str, choose: Callable[[pa.Array], Mask], test: Test) -> Mask:
        """The rows in which `choose`, which is all that `test` does, takes one of the texts."""
        values = self.values(column)
        whole = self._whole or self
        if values.codes is None or values.texts is not whole.values(column).texts:
            return values.spread(choose(values.texts) if len(values.texts) else NONE)
        chosen = whole._chosen.get(test)
        if chosen is None and self.rows * FEW < len(values.texts):
            chosen = np.zeros(len(values.texts), dtype=bool)
            some = np.unique(values.codes[values.codes >= 0])
            chosen[some] = choose(values.texts.take(pa.array(some)))
        elif chosen is None:
            chosen = whole._chosen[test] = choose(values.texts)
        return values.spread(chosen)


def _values(array: pa.Array, rows: int) -> Values:
    parents = None
    if pa.types.is_list(array.type) or pa.types.is_large_list(array.type):
        parents = np.asarray(pc.list_parent_indices(array), dtype=np.int64)
        array = array.flatten()
    if array.null_count == len(array):
        return Values(NO_TEXTS, None, parents, rows)
    if array.type != pa.string() and not pa.types.is_dictionary(array.type):
        array = array.cast(pa.string())
    if not pa.types.is_dictionary(array.type):
        if not _repeats(array):
            return Values(array, None, parents, rows)
        array = array.dictionary_encode()
    codes = np.asarray(array.indices.cast(pa.int64()).fill_null(-1))
    return Values(array.dictionary.cast(pa.string()), codes, parents, rows)


def _repeats(array: pa.Array) -> bool:
    """Whether it pays to look at distinct values only: of a near-unique column it does not."""
    if len(array) > SAMPLE:  # of all parts: events of one kind may stand together
        array = array.take(pa.array(np.linspace(0, len(array) - 1, SAMPLE).astype(np.int64)))
    filled = len(array) - array.null_count
    return bool(2 * pc.count_distinct(array).as_py() <= filled)


def _element(lists: pa.Array, place: int) -> pa.Array:
    """The value at a place of each list, null where it is shorter."""
    lengths = np.asarray(pc.list_value_length(lists).fill_null(0), dtype=np.int64)
    starts = np.cumsum(lengths) - lengths
    taken = pa.array(starts + place, mask=lengths <= place)
    return lists.flatten().take(taken)
