"""Person-days of the past, read a few columns at a time and held small.

Most people do most things on few days: of 10,000 people's 60 days and 78 features nine numbers in
ten are zero. As one table they take half a gigabyte, without their zeros a tenth of it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from analytics.store.base import StoreUnavailable

AT_ONCE = 8  # columns

Read = Callable[[Sequence[str]], pa.Table]
"""The rows with `day`, `person` and those of the columns that any row has, in the same order each
time it is asked."""


class History(Protocol):
    """Rows of person-days before a day: a pa.Table, or a LookBack."""

    @property
    def num_rows(self) -> int:
        """How many there are."""

    @property
    def column_names(self) -> list[str]:
        """`day`, `person`, and the features that any of them has."""

    def __getitem__(self, name: str, /) -> pa.ChunkedArray:
        """A column of them."""


@dataclass(frozen=True, slots=True)
class _Sparse:
    """A column of numbers: those that are not zero, and where they stand; the null ones as nan."""

    rows: npt.NDArray[np.int32]
    numbers: npt.NDArray[np.float64]

    @classmethod
    def of(cls, column: pa.ChunkedArray) -> "_Sparse":
        numbers = np.asarray(pc.fill_null(column, np.nan), dtype=np.float64)
        rows = np.flatnonzero(numbers)
        return cls(rows.astype(np.int32), numbers[rows])

    def whole(self, length: int) -> pa.ChunkedArray:
        numbers = np.zeros(length)
        numbers[self.rows] = self.numbers
        return pa.chunked_array([pa.array(numbers, from_pandas=True)])


class LookBack:
    """A History of which a column is made whole only while it is looked at."""

    def __init__(self, read: Read, names: Iterable[str]) -> None:
        """Reads these columns, as far as there are any. Raises StoreUnavailable where rows change
        meanwhile."""
        self._rows = read(())
        self._columns: dict[str, _Sparse | pa.ChunkedArray] = {}
        rest = iter(sorted(names))
        while some := list(islice(rest, AT_ONCE)):
            table = read(some)
            if not table["person"].equals(self._rows["person"]):
                raise StoreUnavailable("person-days changed while they were read")
            for name in table.column_names[2:]:
                column = table[name]
                lists = pa.types.is_list(column.type)
                self._columns[name] = column if lists else _Sparse.of(column)

    @property
    def num_rows(self) -> int:
        """How many there are."""
        return int(self._rows.num_rows)

    @property
    def column_names(self) -> list[str]:
        """`day`, `person`, and the features that any of them has."""
        return [*self._rows.column_names, *self._columns]

    def __getitem__(self, name: str, /) -> pa.ChunkedArray:
        """A column of them."""
        if name in self._rows.column_names:
            return self._rows[name]
        column = self._columns[name]
        return column.whole(self.num_rows) if isinstance(column, _Sparse) else column
