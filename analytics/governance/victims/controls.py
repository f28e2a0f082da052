"""Matched sets: each incident beside runs that were at the same risk and went well.

Three designs, as each is blind where others see. **Others then**: runs of the same partition and
size that were running at that moment and had run as long (incidence-density sampling); they share
whatever was the matter with that hour. **The same owner** and **the same nodes another day**: at
the same hour (case-crossover); they share whatever is the matter with an owner, or with a node,
and whoever always works beside them.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from analytics.governance.victims.failures import DAY, HOUR, NEVER, Failures, Flags, coded, micro
from analytics.governance.victims.incidents import Incidents
from analytics.governance.victims.joining import Codes, Ragged, Times

MOST_CONTROLS = 40
ENOUGH_CONTROLS = 20  # with fewer, the same hour of days near by is taken as well
DAYS_NEAR = 7
DAYS_KIN = 14
ABOUT = 2 * HOUR  # of another day, what counts as the same hour
LONGEST_NEED = DAY  # who has run a day has run as long as anybody
NODES_OF_KIN = 8
NOBODY = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Sets:
    """Members of matched sets: the number of the set (an incident), the run, and the moment up to
    which acts count. The first member of each set is the run that failed."""

    number: Codes
    run: Codes
    at: Times
    case: Flags


@dataclass(frozen=True, slots=True)
class Risk:
    """When runs were at risk, and what makes them alike."""

    began: Times
    ended: Times
    well: Flags
    size: Codes
    gpus: Codes
    owner: Codes


def of_runs(runs: pa.Table, failures: Failures, owner: Codes) -> Risk:
    """The risk of runs with the numbers of their owners; those of unknown ones (−1) are no
    controls."""
    lists = runs["nodes"].combine_chunks()
    count = np.asarray(pc.fill_null(pc.list_value_length(lists), 0).to_numpy(), dtype=np.int64)
    gpus = np.asarray(pc.fill_null(runs["gpus"], 0).to_numpy(), dtype=np.int64)
    return Risk(
        began=micro(runs["began"], NEVER),
        ended=micro(runs["ended"], NEVER),
        well=failures.well & (owner >= 0),
        size=coded(runs["partition"]) * 64 + _doublings(count),
        gpus=_doublings(gpus),
        owner=owner,
    )


def _doublings(counts: Codes) -> Codes:
    """0, 1, 2, 3 … for 0, 1, 2–3, 4–7 …"""
    return np.asarray(np.ceil(np.log2(counts + 1)).astype(np.int64))


def others_then(incidents: Incidents, risk: Risk, now: int) -> Sets:
    """Sets of the first design; no moment is after `now`."""
    pools = _split_by(risk.size, np.flatnonzero(risk.well))
    found: list[npt.NDArray[np.int64]] = []
    for number, (row, onset) in enumerate(zip(incidents.first, incidents.onset, strict=True)):
        pool = pools.get(int(risk.size[row]), NOBODY)
        alike = pool[risk.gpus[pool] == risk.gpus[row]]
        need = min(int(onset - risk.began[row]), LONGEST_NEED)
        chosen = _nearest(alike, risk, int(onset), need, now)
        if len(chosen[0]) < ENOUGH_CONTROLS:
            chosen = _nearest(pool, risk, int(onset), need, now)
        found.append(_members(number, int(row), int(onset), chosen))
    return _joined(found)


def same_owner_another_day(incidents: Incidents, risk: Risk, now: int) -> Sets:
    """Sets of the second design."""
    pools = _split_by(risk.owner, np.flatnonzero(risk.well))
    return _another_day(incidents, risk, now, lambda row: pools.get(int(risk.owner[row]), NOBODY))


def same_nodes_another_day(
    incidents: Incidents, risk: Risk, things: Ragged, nodes: int, now: int
) -> Sets:
    """Sets of the third design; things below `nodes` are nodes."""
    rows = np.flatnonzero(risk.well)
    places, codes = things.of(rows)
    chosen = codes < nodes
    pools = _split(codes[chosen], rows[places[chosen]])

    def pool(row: int) -> Codes:
        own = things.values[things.offsets[row] : things.offsets[row + 1]]
        near = [pools.get(code, NOBODY) for code in own[own < nodes][:NODES_OF_KIN].tolist()]
        return np.unique(np.concatenate([NOBODY, *near]))

    return _another_day(incidents, risk, now, pool)


def _another_day(incidents: Incidents, risk: Risk, now: int, pool: Callable[[int], Codes]) -> Sets:
    shifts = [sign * day for day in range(1, DAYS_KIN + 1) for sign in (-1, 1)]
    found: list[npt.NDArray[np.int64]] = []
    for number, (row, onset) in enumerate(zip(incidents.first, incidents.onset, strict=True)):
        need = min(int(onset - risk.began[row]), LONGEST_NEED)
        chosen = _running(pool(int(row)), risk, int(onset), need, shifts, now, MOST_CONTROLS)
        found.append(_members(number, int(row), int(onset), chosen))
    return _joined(found)


def _split_by(keys: Codes, rows: Codes) -> dict[int, Codes]:
    return _split(keys[rows], rows)


def _split(keys: Codes, rows: Codes) -> dict[int, Codes]:
    """The rows of each key."""
    order = np.argsort(keys, kind="stable")
    if not len(order):
        return {}
    parts = np.split(order, np.flatnonzero(np.diff(keys[order])) + 1)
    return {int(keys[part[0]]): rows[part] for part in parts}


Chosen = tuple[Codes, Times]


def _nearest(pool: Codes, risk: Risk, onset: int, need: int, now: int) -> Chosen:
    """Those running at the onset; where they are few, at the same hour of the days near by too."""
    then = _running(pool, risk, onset, need, [0], now, MOST_CONTROLS)
    if len(then[0]) >= ENOUGH_CONTROLS:
        return then
    shifts = [sign * day for day in range(1, DAYS_NEAR + 1) for sign in (-1, 1)]
    more = _running(pool, risk, onset, need, shifts, now, ENOUGH_CONTROLS - len(then[0]))
    return np.concatenate((then[0], more[0])), np.concatenate((then[1], more[1]))


def _running(
    pool: Codes, risk: Risk, onset: int, need: int, shifts: list[int], now: int, most: int
) -> Chosen:
    """At most so many of a pool, each with the moment, shifted by days, at about which it was
    running and had run as long; nearer days first."""
    began, ended = risk.began[pool] + need, np.minimum(risk.ended[pool] - 1, now)
    wanted = onset + np.array(shifts, dtype=np.int64)[:, None] * DAY
    at = np.minimum(np.maximum(wanted, began), ended)
    slack = np.where(wanted == onset, 0, ABOUT)
    fits = (np.abs(at - wanted) <= slack) & (at >= began)
    day, place = np.nonzero(fits)
    if len(day) > most:
        kept = day < day[most]  # the nearer days whole; of the last, some from all over it
        last = np.flatnonzero(day == day[most])
        spread = np.linspace(0, len(last) - 1, most - int(kept.sum())).astype(np.int64)
        kept[last[spread]] = True
        day, place = day[kept], place[kept]
    return pool[place], at[day, place]


def _members(number: int, row: int, onset: int, chosen: Chosen) -> npt.NDArray[np.int64]:
    """Rows of set, run, moment and whether it failed."""
    runs, times = chosen
    size = len(runs) + 1
    table = np.zeros((4, size), dtype=np.int64)
    table[0], table[1, 0], table[1, 1:] = number, row, runs
    table[2, 0], table[2, 1:], table[3, 0] = onset, times, 1
    return table


def _joined(found: list[npt.NDArray[np.int64]]) -> Sets:
    if not found:
        return Sets(NOBODY, NOBODY, NOBODY, NOBODY.astype(bool))
    table = np.concatenate(found, axis=1)
    return Sets(table[0], table[1], table[2], table[3].astype(bool))
