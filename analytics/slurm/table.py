"""Rows of text cells, looked at by column and by distinct value: a row has no time for more."""

from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

NOTHING = pa.scalar(None, pa.string())
MOST_CODES = 1 << 40


class Table:
    """Cells row by row, as many in each as there are names; a missing column is empty texts.

    `day_first` says that a date such as 05/02/2026 is the fifth of February.
    """

    def __init__(self, names: Sequence[str], cells: pa.Array, day_first: bool = False) -> None:
        self.names, self.cells, self.day_first = tuple(names), cells, day_first
        self.size = len(cells) // len(self.names)
        self._places = {name: place for place, name in enumerate(self.names)}
        self._columns: dict[str, pa.Array] = {}
        self._encoded: dict[str, pa.DictionaryArray] = {}

    def __contains__(self, name: str) -> bool:
        """Whether there is such a column."""
        return name in self._places

    def column(self, name: str) -> pa.Array:
        """A column."""
        if name not in self._columns:
            place, width = self._places.get(name), len(self.names)
            if place is None:
                self._columns[name] = pa.repeat("", self.size)
            else:
                at = np.arange(place, place + self.size * width, width)
                self._columns[name] = self.cells.take(pa.array(at))
        return self._columns[name]

    def told(self, name: str) -> pa.Array:
        """A column with null where it is empty."""
        column = self.column(name)
        return pc.if_else(pc.equal(column, ""), NOTHING, column)

    def distinct(self, name: str) -> list[str]:
        """The distinct texts of a column."""
        texts: list[str] = self._encode(name).dictionary.to_pylist()
        return texts

    def made(
        self, name: str, make: Callable[[str], tuple[Any, ...]], kinds: Sequence[pa.DataType]
    ) -> list[pa.Array]:
        """Columns of what `make` says of each distinct text of a column."""
        indices = self._encode(name).indices
        return _spread([make(text) for text in self.distinct(name)], indices, kinds)

    def made_of(
        self,
        names: Sequence[str],
        make: Callable[..., tuple[Any, ...]],
        kinds: Sequence[pa.DataType],
    ) -> list[pa.Array]:
        """As `made`, of the distinct texts of several columns at once."""
        codes, count = np.zeros(self.size, dtype=np.int64), 1
        for name in names:
            if name in self:
                encoded = self._encode(name)
                if count * len(encoded.dictionary) > MOST_CODES:
                    codes = np.unique(codes, return_inverse=True)[1]
                    count = int(codes.max(initial=0)) + 1
                codes = codes * len(encoded.dictionary) + np.asarray(encoded.indices)
                count *= len(encoded.dictionary)
        _, first, indices = np.unique(codes, return_index=True, return_inverse=True)
        firsts = pa.array(first)
        rows = zip(*(self.column(name).take(firsts).to_pylist() for name in names), strict=True)
        return _spread([make(*row) for row in rows], pa.array(indices), kinds)

    def _encode(self, name: str) -> pa.DictionaryArray:
        if name not in self._encoded:
            self._encoded[name] = pc.dictionary_encode(self.column(name))
        return self._encoded[name]


def of_rows(names: Sequence[str], rows: Sequence[Sequence[str]], day_first: bool = False) -> Table:
    """A table of rows of as many cells each as there are names."""
    return Table(names, pa.array(list(chain.from_iterable(rows)), pa.string()), day_first)


def _spread(
    told: list[tuple[Any, ...]], indices: pa.Array, kinds: Sequence[pa.DataType]
) -> list[pa.Array]:
    columns = zip(*told, strict=True) if told else [()] * len(kinds)
    return [
        pa.array(column, kind).take(indices) for column, kind in zip(columns, kinds, strict=True)
    ]
