"""Person-days that hold values, and what becomes of them when they are compared with each other."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from analytics.behaviour.person_days import Codes, Numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """The values of person-days: row i is day `days[i]` (a number) of person number `codes[i]`.

    Entry k says that in row `rows[k]` the value `values[k]` was used; `told` says of which rows
    anything is known.
    """

    codes: Codes
    days: Codes
    rows: Codes
    values: Codes
    told: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, codes: Codes, days: Codes, lists: pa.ChunkedArray) -> "Used":
        """The rows of a column of lists."""
        column = lists.combine_chunks()
        return cls(
            codes=codes,
            days=days,
            rows=np.asarray(pc.list_parent_indices(column), dtype=np.int64),
            values=np.asarray(pc.list_flatten(column), dtype=np.int64),
            told=np.asarray(pc.is_valid(column), dtype=bool),
        )


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
