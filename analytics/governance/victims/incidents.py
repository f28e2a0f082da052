"""Failures that have one cause are one incident: the unit that counts."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from analytics.governance.victims.failures import DAY, HOUR, MINUTE, Failures, coded
from analytics.governance.victims.joining import Codes, Ragged, Timeline, Times

AGAIN = 6 * HOUR  # the same script of the same owner, or who shares what was changed …
FOREVER = 365 * DAY  # tasks of one array
TOGETHER = 15 * MINUTE  # … and whatever fails on one node
Key = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Incidents:
    """Each incident's first failed run and its onset, the earliest first; `of_run` is the
    incident of each run, −1 for none; `hours` are the GPU-hours that it cost."""

    first: Codes
    onset: Times
    hours: npt.NDArray[np.float64]
    of_run: Codes


def of_failures(
    runs: pa.Table, failures: Failures, things: Ragged, nodes: int, changes: Timeline
) -> Incidents:
    """The incidents among the failures that nothing explains.

    Tasks of one array are one; so are retries, what fails on a node at about the same time, and
    what fails within hours of each other with a folder that somebody had changed. `things` below
    `nodes` are nodes; `changes` are of folders.
    """
    rows = np.flatnonzero(failures.counted)
    rows = rows[np.lexsort((rows, -failures.hours[rows], failures.onset[rows]))]
    onset = failures.onset[rows]
    shared = _changed(rows, onset, things, nodes, changes)
    account, script, array = (coded(runs[name]) for name in ("account", "script", "array"))
    series = _Series()
    for place, row in enumerate(rows.tolist()):
        own = int(account[row])
        keys = [
            (("array", own, int(array[row])), FOREVER),
            (("script", own, int(script[row])), AGAIN),
            *((("folder", code, 0), AGAIN) for code in shared[place]),
            *((("node", code, 0), TOGETHER) for code in _nodes(things, row, nodes)),
        ]
        series.take(row, int(onset[place]), keys)
    of_run = np.full(runs.num_rows, -1, dtype=np.int64)
    of_run[rows] = series.numbers
    within = of_run[rows]
    hours = np.bincount(within, weights=failures.hours[rows], minlength=len(series.first))
    first = np.array(series.first, dtype=np.int64)
    return Incidents(first, failures.onset[first], hours.astype(np.float64), of_run)


@dataclass(slots=True)
class _Series:
    """Failures in order of time, as they join incidents or begin them."""

    first: list[int] = field(default_factory=list)
    since: list[int] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    seen: dict[Key, tuple[int, int]] = field(default_factory=dict)

    def take(self, row: int, time: int, keys: list[tuple[Key, int]]) -> None:
        """A failure joins the first incident that it shares a key with, soon enough; on a node
        after the last failure there, else after the incident's first."""
        valid = {key for key, span in keys if key in self.seen and time - self.seen[key][1] <= span}
        number = min((self.seen[key][0] for key in valid), default=len(self.first))
        if number == len(self.first):
            self.first.append(row)
            self.since.append(time)
        self.numbers.append(number)
        for key, _ in keys:
            if key[0] == "node":
                self.seen[key] = (number, time)
            elif key not in valid:
                self.seen[key] = (number, self.since[number])


def _nodes(things: Ragged, row: int, nodes: int) -> Iterator[int]:
    own = things.values[things.offsets[row] : things.offsets[row + 1]]
    return iter(own[own < nodes].tolist())


def _changed(
    rows: Codes, onset: Times, things: Ragged, nodes: int, changes: Timeline
) -> list[list[int]]:
    """For each failure the folders that somebody changed within a day before."""
    places, codes = things.of(rows)
    hit = (codes >= nodes) & changes.any(codes, onset[places] - DAY, onset[places])
    found: list[list[int]] = [[] for _ in range(len(rows))]
    for place, code in zip(places[hit].tolist(), codes[hit].tolist(), strict=True):
        found[place].append(code)
    return found
