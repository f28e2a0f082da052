"""Hours of the day in which a person is not usually active. No time zone is needed: the hours are
UTC, and what is usual is learnt. The model is in docs/behaviour.md."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from analytics.behaviour.absences import absences
from analytics.behaviour.compared import Compared, Odd, Used
from analytics.behaviour.peers import Peers
from analytics.behaviour.person_days import Codes, Numbers
from analytics.behaviour.weekdays import weekday

HOURS = 24
CONCENTRATION = 20.0  # of the von Mises kernel: the next hour counts half, the one after a tenth
PEERS_WORTH = 1.0  # day of own past that the peers' hours are worth: they help newcomers only
USUAL = 0.05  # on one day in twenty: an hour of at least a day in a working month
AT_ONCE = 200_000  # rows

Flags = npt.NDArray[np.bool_]


def compared(today: Used, past: Used, peers: Peers, rest: Flags) -> Compared:
    """In how many of today's hours, and those of each past day, the person is not usually active.

    `rest` says of each weekday (from Monday) whether it is a day of rest: those are compared with
    each other. A past day is compared with all the others. An hour weighs 1 where the person is
    never active in it, 0 where on one such day in twenty.
    """
    people, end = len(peers.group_of), _end(today, past)
    active = np.zeros((2, people, HOURS))
    kind = rest[weekday(past.days)].astype(np.int64)
    np.add.at(active, (kind[past.rows], past.codes[past.rows], past.values), 1.0)
    smooth = active @ _kernel()
    days = _exposure(past, end, rest, people)
    usual = _of_peers(smooth, days, peers)
    own = np.full(people, np.nan)
    now = rest[weekday(today.days)].astype(np.int64)
    weights = _weights(today, now, smooth, days, usual, left_out=False)
    own[today.codes] = np.bincount(today.rows, weights, minlength=len(today.codes))
    weighed = _weights(past, kind, smooth, days, usual, left_out=True)
    before = np.bincount(past.rows, weighed, minlength=len(past.codes)).astype(np.float64)
    before[~past.told] = np.nan
    odd = weights > 0
    return Compared(
        observed=own,
        weighed=own,
        past=before,
        odd=Odd(codes=today.codes[today.rows[odd]], values=today.values[odd]),
    )


def _end(today: Used, past: Used) -> int:
    return int(today.days[0]) if len(today.days) else int(past.days.max(initial=-1)) + 1


def _kernel() -> Numbers:
    """How much activity in one hour says of each other, around the clock."""
    apart = np.subtract.outer(np.arange(HOURS), np.arange(HOURS)) * (2 * np.pi / HOURS)
    return np.exp(CONCENTRATION * (np.cos(apart) - 1))


def _exposure(past: Used, end: int, rest: Flags, people: int) -> Numbers:
    """How many days of work and of rest lie between each person's first day and today, without
    absences: who stays away at weekends is not active in their hours, who is on leave not there."""
    begin = np.full(people, end)
    np.minimum.at(begin, past.codes[past.told], past.days[past.told])
    earliest = int(begin.min(initial=end))
    resting = np.concatenate([[0], np.cumsum(rest[weekday(np.arange(earliest, end))])])
    away = absences(past.codes[past.told], past.days[past.told], end)
    missed = np.bincount(away.codes, away.until - away.since, minlength=people)
    at_rest = resting[away.until - earliest] - resting[away.since - earliest]
    missed_rest = np.bincount(away.codes, at_rest, minlength=people)
    of_rest = resting[-1] - resting[begin - earliest] - missed_rest
    return np.stack([end - begin - missed - of_rest, of_rest]).astype(np.float64)


def _of_peers(smooth: Numbers, days: Numbers, peers: Peers) -> Numbers:
    """On which share of their days the peers of each person are active in an hour."""
    member, group = peers.pairs
    groups = len(peers.members)
    shares = np.zeros((2, groups, HOURS))
    for kind in range(2):
        exposure = np.bincount(group, days[kind][member], minlength=groups)
        for hour in range(HOURS):
            total = np.bincount(group, smooth[kind, member, hour], minlength=groups)
            shares[kind, :, hour] = total / np.maximum(exposure, 1.0)
    return shares[:, peers.group_of]


def _weights(
    used: Used, kind: Codes, smooth: Numbers, days: Numbers, usual: Numbers, *, left_out: bool
) -> Numbers:
    """What each entry's hour weighs; with `left_out` a row says nothing of itself."""
    found = np.zeros(len(used.rows))
    kernel = _kernel()
    for rows, entries in _portions(used):
        cells = used.rows[entries] - rows.start, used.values[entries]
        hours = np.zeros((rows.stop - rows.start, HOURS))
        hours[cells] = 1.0
        place = kind[rows], used.codes[rows]
        activity, exposure = smooth[place], days[place]
        if left_out:
            activity, exposure = activity - hours @ kernel, exposure - 1
        share = (PEERS_WORTH * usual[place] + activity) / (PEERS_WORTH + exposure)[:, None]
        found[entries] = np.clip(1 - share / USUAL, 0.0, 1.0)[cells]
    return found


def _portions(used: Used) -> Iterator[tuple[slice, slice]]:
    """Slices of rows and their entries, so that memory is bounded."""
    for start in range(0, len(used.codes), AT_ONCE):
        stop = min(start + AT_ONCE, len(used.codes))
        first, last = np.searchsorted(used.rows, [start, stop])
        yield slice(start, stop), slice(int(first), int(last))
