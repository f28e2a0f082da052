"""Person-days of the past, of which a few columns are in memory at a time.

Whole they would be the largest thing there is: of 10,000 people's 91 days and 78 features half a
gigabyte. Features are asked one after the other, so nothing is lost by reading them so.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Protocol

import pyarrow as pa

from analytics.store.base import StoreUnavailable

AT_ONCE = 16  # columns of numbers; those of values are many times as large

Read = Callable[[Sequence[str]], pa.Table]
"""The rows with `day`, `person` and those of the columns that any row has, in the same order each
time it is asked."""


class History(Protocol):
    """Rows of person-days before a day: a pa.Table, or a LookBack."""

    @property
    def num_rows(self) -> int:
        """How many there are."""

    def __getitem__(self, name: str, /) -> pa.ChunkedArray:
        """`day`, `person` or a feature. Raises KeyError where no row has that feature."""


def has_column(history: History, name: str) -> bool:
    """Whether any row has the feature."""
    try:
        history[name]
    except KeyError:
        return False
    return True


class LookBack:
    """A History that reads a column when it is asked for, together with those that follow it in
    order of name: each is read once where they are asked for in that order."""

    def __init__(self, read: Read, names: Iterable[str], lists: Collection[str] = ()) -> None:
        """Of these features; `lists` are those of them that keep values."""
        self._read = read
        self._rows = read(())
        self._lists = frozenset(lists)
        self._numbers = sorted(set(names) - self._lists)
        self._held: dict[bool, pa.Table] = {}  # the last ones read: of lists, and of numbers

    @property
    def num_rows(self) -> int:
        """How many there are."""
        return int(self._rows.num_rows)

    def __getitem__(self, name: str, /) -> pa.ChunkedArray:
        """`day`, `person` or a feature. Raises KeyError where no row has that feature, and
        StoreUnavailable where rows changed since the first were read."""
        if name in self._rows.column_names:
            return self._rows[name]
        kind = name in self._lists
        if kind not in self._held or name not in self._held[kind].column_names:
            self._held.pop(kind, None)  # before more is read
            self._held[kind] = self._columns(self._beside(name))
        return self._held[kind][name]

    def _beside(self, name: str) -> list[str]:
        """The columns that are read with this one."""
        if name not in self._numbers:
            return [name]
        place = self._numbers.index(name)
        return self._numbers[place : place + AT_ONCE]

    def _columns(self, names: Sequence[str]) -> pa.Table:
        table = self._read(names)
        if not table["person"].equals(self._rows["person"]):
            raise StoreUnavailable("person-days changed while they were read")
        return table.drop_columns(["day", "person"])
