"""Rows by a name and in order of time, so that each question is a few binary searches."""

from bisect import bisect_left
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Rows = npt.NDArray[np.int64]
NONE: Rows = np.empty(0, dtype=np.int64)


class ByName:
    """Rows that have a name; null names are left out."""

    def __init__(
        self, names: pa.Array | pa.ChunkedArray, times: Rows, rows: Rows | None = None
    ) -> None:
        """`times` (microseconds) has an item a name; so has `rows`, which are given back: where
        it is None, a name's own place."""
        encoded = pc.dictionary_encode(
            names.combine_chunks() if isinstance(names, pa.ChunkedArray) else names
        )
        order = np.asarray(pc.array_sort_indices(encoded.dictionary))  # as Python orders texts
        rank = np.empty(len(order) + 1, dtype=np.int64)
        rank[order] = np.arange(len(order))
        rank[-1] = -1
        ranks = rank[np.asarray(pc.fill_null(encoded.indices.cast(pa.int64()), -1))]
        places = np.lexsort((times, ranks))
        places = places[np.searchsorted(ranks[places], 0) :]
        self._names: list[str] = encoded.dictionary.take(pa.array(order)).to_pylist()
        self._starts = np.searchsorted(ranks[places], np.arange(len(order) + 1))
        self._times = times[places]
        self._rows = places if rows is None else rows[places]

    def at(self, name: str, since: int) -> Rows:
        """The rows of that name at or after a time, in order of time."""
        place = bisect_left(self._names, name)
        if place == len(self._names) or self._names[place] != name:
            return NONE
        low, high = self._starts[place], self._starts[place + 1]
        return self._rows[low + np.searchsorted(self._times[low:high], since) : high]

    def below(self, folder: str, since: int) -> Rows:
        """The rows of names within that folder at or after a time, in no order."""
        low = bisect_left(self._names, f"{folder}/")
        high = bisect_left(self._names, f"{folder}0")  # 0 comes after /
        if low == high:
            return NONE
        start, end = self._starts[low], self._starts[high]
        return self._rows[start:end][self._times[start:end] >= since]


def of_pairs(names: Sequence[str], rows: Sequence[int], times: Rows) -> ByName:
    """Of rows that have several names: a name and its row each; `times` are those of all rows."""
    own = np.asarray(rows, dtype=np.int64)
    return ByName(pa.array(names, pa.string()), times[own] if len(own) else own, own)
