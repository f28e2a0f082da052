"""Runs: windows that hold and overlap say one thing, and raise one alert."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from analytics.detection.columns import Codes, Mask
from analytics.detection.correlations.correlation import Correlation
from analytics.detection.correlations.windows import MICROSECOND, Windows


@dataclass(frozen=True, slots=True)
class Runs:
    """Places in the windows of each run: the first that holds, and that of the hit which stands for
    the run: of those of its first moment the one with the least event id."""

    begin: Codes
    first: Codes

    def __len__(self) -> int:
        return len(self.begin)


def runs_of(correlation: Correlation, windows: Windows, holds: Mask, events: pa.Array) -> Runs:
    """A run ends where a group's next window that holds begins after its last one has ended.

    `events` are the ids of the windows' hits.
    """
    held = np.flatnonzero(holds)
    if not len(held):
        return Runs(begin=held, first=held)
    span = correlation.timespan // MICROSECOND
    fresh = (np.diff(windows.times[held]) > span) | (np.diff(windows.groups[held]) != 0)
    begin = held[np.concatenate(([True], fresh))]
    return Runs(begin=begin, first=_first(begin, windows.last[begin], events))


def _first(begin: Codes, last: Codes, events: pa.Array) -> Codes:
    """Of the hits from `begin` to before `last`, all of one moment, that with the least id."""
    alone = last - begin == 1
    found = begin.copy()
    for run in np.flatnonzero(~alone).tolist():
        ids = events.slice(begin[run], last[run] - begin[run]).to_pylist()
        found[run] += ids.index(min(ids))
    return found
