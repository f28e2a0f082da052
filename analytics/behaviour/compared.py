"""Person-days that hold values, and what becomes of them when they are compared with each other."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from analytics.behaviour.person_days import Codes, Numbers


@dataclass(frozen=True)
class Used:
    """The values of person-days: row i is day `days[i]` (a number) of person number `codes[i]`.

    Entry k says that in row `rows[k]` the value `values[k]` was used; `told` says of which rows
    anything is known. Entries are many times as many as rows, so they are made when asked for.
    """

    codes: Codes
    days: Codes
    lists: pa.ChunkedArray

    def part(self, chosen: npt.NDArray[np.bool_]) -> "Used":
        """Of some rows only."""
        return Used(self.codes[chosen], self.days[chosen], self.lists.filter(pa.array(chosen)))

    @cached_property
    def rows(self) -> Codes:
        """The row of each entry."""
        return np.asarray(pc.list_parent_indices(self._whole), dtype=np.int64)

    @cached_property
    def values(self) -> Codes:
        """The value of each entry."""
        return np.asarray(pc.list_flatten(self._whole), dtype=np.int64)

    @cached_property
    def told(self) -> npt.NDArray[np.bool_]:
        """Of each row whether anything is known."""
        return np.asarray(pc.is_valid(self.lists), dtype=bool)

    @property
    def sizes(self) -> Codes:
        """The number of entries of each row."""
        return np.asarray(pc.fill_null(pc.list_value_length(self.lists), 0), dtype=np.int64)

    @cached_property
    def _whole(self) -> pa.Array:
        return self.lists.combine_chunks()


@dataclass(frozen=True, slots=True, kw_only=True)
class Odd:
    """Values of today that were not usual: `values[k]` for person number `codes[k]`."""

    codes: Codes
    values: Codes

    def of(self, code: int) -> Codes:
        """Those of one person."""
        return np.asarray(self.values[self.codes == code])


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """How many of today's values each person never used (nan: no day), what these weigh, what
    each row of the past weighed (nan: not known), and which values of today these are."""

    observed: Numbers
    weighed: Numbers
    past: Numbers
    odd: Odd
