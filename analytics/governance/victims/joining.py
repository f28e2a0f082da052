"""Joins by code and time: what happened to the same thing within an interval.

Codes and times (microseconds since 1970) become one sorted number, so that each question is a
binary search and all of them one call.
"""

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.int64]
Times = npt.NDArray[np.int64]
SPAN = 1 << 34  # milliseconds, 198 days: more than is ever looked back
MILLISECOND = 1000


class Timeline:
    """Things that happened, by code and time; codes are from 0 to half a billion."""

    def __init__(self, codes: Codes, times: Times) -> None:
        """Sorts them; `order` leads from places in the order back to what was given."""
        self._origin = int(times.min()) // MILLISECOND - 1 if len(times) else 0
        keys = self._keys(codes, times)
        self.order = np.argsort(keys, kind="stable")
        self._sorted = keys[self.order]

    def _keys(self, codes: Codes, times: Times) -> Codes:
        since = np.clip(times // MILLISECOND - self._origin, 0, SPAN - 1)
        return np.asarray(codes * SPAN + since)

    def between(self, codes: Codes, since: Times, until: Times) -> tuple[Codes, Codes]:
        """For each question the places (in `order`) of the code within since ≤ time ≤ until, as
        first and one behind the last; of a negative code there are none."""
        low = np.searchsorted(self._sorted, self._keys(codes, since), "left")
        high = np.searchsorted(self._sorted, self._keys(codes, until), "right")
        return low, np.where(codes < 0, low, np.maximum(low, high))

    def any(self, codes: Codes, since: Times, until: Times) -> npt.NDArray[np.bool_]:
        """Whether there is one."""
        low, high = self.between(codes, since, until)
        return np.asarray(high > low)


def expanded(low: Codes, high: Codes) -> tuple[Codes, Codes]:
    """Each question once for each of its places, and these places."""
    counts = high - low
    asked = np.repeat(np.arange(len(low)), counts)
    first = np.repeat(low - np.concatenate(([0], np.cumsum(counts)[:-1])), counts)
    return asked, first + np.arange(len(asked))


class Ragged:
    """Values of rows, several each: those of row i are `values[offsets[i]:offsets[i + 1]]`."""

    def __init__(self, rows: Codes, values: Codes, size: int) -> None:
        """Of pairs of a row and a value, in any order; doubles are dropped."""
        if len(rows):
            rows, values = np.unique(np.stack((rows, values)), axis=1)
        self.values = values
        self.offsets = np.concatenate(([0], np.cumsum(np.bincount(rows, minlength=size))))

    def of(self, rows: Codes) -> tuple[Codes, Codes]:
        """Each of the rows' places (0, 1, …) once for each of its values, and these."""
        asked, places = expanded(self.offsets[rows], self.offsets[rows + 1])
        return asked, self.values[places]

    def rows_with(self, value: int) -> Codes:
        """The rows that have a value."""
        return np.asarray(
            np.searchsorted(self.offsets, np.flatnonzero(self.values == value), "right") - 1
        )
