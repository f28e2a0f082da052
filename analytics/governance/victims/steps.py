"""When the steps of a training became slow: against the run's own, and against like runs'.

A sabotaged data loader or a throttled node makes no job fail; it makes each step take longer.
"""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from analytics.governance.victims.failures import (
    DEVIATIONS,
    LEAST_ALIKE,
    LEAST_SPREAD,
    MINUTE,
    NEVER,
    TO_SIGMA,
    Slow,
    coded,
    micro,
    never_slow,
)
from analytics.governance.victims.joining import Codes, Times

Floats = npt.NDArray[np.float64]
BIN = 5 * MINUTE  # a pause for a checkpoint or an evaluation is shorter than a few of these
LASTING = 3  # bins in a row that must be slow
LEAST_TOLD = 12  # bins before, an hour, from which a run's own pace can be told
LOOKED_BACK = 288  # bins, a day: what a run did earlier says little about its pace now
SLOWER = np.log(1.25)  # a shared network or file system alone makes up to a fourth of difference
SECONDS = "step_seconds"


def of_training(runs: pa.Table, training: pa.Table) -> Slow:
    """Runs that became slow for a quarter of an hour at least, or were so from the first step."""
    slow = never_slow(runs.num_rows)
    rows, times, pace = _bins(runs, training)
    if not len(rows):
        return slow
    borders = np.flatnonzero(np.diff(rows)) + 1
    starts = np.concatenate(([0], borders))
    usual = np.array([np.median(part) for part in np.split(pace, borders)])
    for start, own in zip(starts.tolist(), np.split(pace, borders), strict=True):
        place, longer = _own_change(own)
        if place >= 0:
            slow.since[rows[start]] = times[start + place]
            slow.times[rows[start]] = np.exp(longer)
    for place, longer in _beside_like(runs, rows[starts], usual):
        row = rows[starts[place]]
        if slow.since[row] == NEVER:
            slow.since[row], slow.times[row] = times[starts[place]], np.exp(longer)
    return slow


def _bins(runs: pa.Table, training: pa.Table) -> tuple[Codes, Times, Floats]:
    """Rows of runs, times and the median logarithm of a step's seconds, a bin each, in order."""
    told = pc.map_lookup(training["labels"], SECONDS, "first")
    number = pc.match_substring_regex(told, r"^\d{1,9}(\.\d{1,18})?([eE]-?\d{1,2})?$")
    steps = training.filter(pc.and_(pc.equal(training["event.action"], "training-step"), number))
    seconds = pc.map_lookup(steps["labels"], SECONDS, "first").cast(pa.float64())
    found = pc.index_in(steps["job.id"], value_set=runs["id"].combine_chunks())
    rows = np.asarray(pc.fill_null(found, -1), dtype=np.int64)
    times, took = micro(steps["@timestamp"], 0), np.asarray(seconds)
    kept = (rows >= 0) & (took > 0)
    rows, times, logs = rows[kept], times[kept], np.log(took[kept])
    if not len(rows):
        return rows, times, logs
    key = rows * (1 << 40) + times // BIN
    order = np.lexsort((logs, key))
    rows, times, logs, key = rows[order], times[order], logs[order], key[order]
    first = np.flatnonzero(np.append(True, np.diff(key) != 0))
    size = np.diff(np.append(first, len(key)))
    return rows[first], times[first] // BIN * BIN, logs[first + size // 2]


def _own_change(pace: Floats) -> tuple[int, float]:
    """The first bin of those that last and are slow beside what the run did before, and by how
    much of the logarithm; −1 where there is none."""
    if len(pace) < LEAST_TOLD + LASTING:
        return -1, 0.0
    lasting = np.lib.stride_tricks.sliding_window_view(pace, LASTING).min(axis=1)
    quick = np.minimum.accumulate(pace)[: len(lasting)]
    for place in np.flatnonzero(lasting - quick > SLOWER).tolist():
        if place < LEAST_TOLD:
            continue
        before = pace[max(place - LOOKED_BACK, 0) : place]
        middle = float(np.median(before))
        if lasting[place] > middle + _margin(before, middle):
            return place, float(np.median(pace[place:])) - middle
    return -1, 0.0


def _beside_like(runs: pa.Table, rows: Codes, usual: Floats) -> list[tuple[int, float]]:
    """Places of runs that were slow on the whole beside others of the same owner and script on as
    many nodes, and by how much of the logarithm."""
    nodes = pc.fill_null(pc.list_value_length(runs["nodes"].combine_chunks()), 0)
    kind = np.stack(
        (coded(runs["account"])[rows], coded(runs["script"])[rows], np.asarray(nodes)[rows])
    )
    _, alike = np.unique(kind, axis=1, return_inverse=True)
    found: list[tuple[int, float]] = []
    for one in np.flatnonzero(np.bincount(alike.ravel()) >= LEAST_ALIKE).tolist():
        places = np.flatnonzero(alike.ravel() == one)
        middle = float(np.median(usual[places]))
        over = usual[places] - middle
        slow = over > _margin(usual[places], middle)
        found.extend(zip(places[slow].tolist(), over[slow].tolist(), strict=True))
    return found


def _margin(logs: Floats, middle: float) -> float:
    """What is slow: far beyond how logarithms usually differ, and no trifle."""
    spread = max(TO_SIGMA * float(np.median(np.abs(logs - middle))), LEAST_SPREAD)
    return max(DEVIATIONS * spread, float(SLOWER))
