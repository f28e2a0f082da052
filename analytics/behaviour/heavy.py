"""Heavy days of the past, and how much of them counts: one day does not make a habit."""

import numpy as np

from analytics.behaviour.peers import Peers
from analytics.behaviour.person_days import Codes, Numbers

OWN_QUANTILE = 0.90
PEER_QUANTILE = 0.95
LEAST_HEAVY = 1.0
SLACK = 2.0  # a heavy day counts at most twice what a heavy day usually is


def heaviest(codes: Codes, values: Numbers, peers: Peers) -> Numbers:
    """The most that one past day of each person may count: winsorised against both quantiles.

    Only days on which there is anything are sorted: of most features there are few.
    """
    people = len(peers.group_of)
    days, some = np.bincount(codes, minlength=people), values > 0
    busy = np.bincount(codes[some], minlength=people)
    ends = np.cumsum(busy)
    ordered = _ordered(codes[some], values[some])
    place = np.ceil(OWN_QUANTILE * days).astype(np.int64) - 1 - (days - busy)
    reached = np.flatnonzero((place >= 0) & (busy > 0))
    own = np.zeros(people)
    own[reached] = ordered[(ends - busy + place)[reached]]
    of_groups = np.zeros(len(peers.members))
    for number, group in enumerate(peers.members):
        shift = np.repeat(ends[group] - np.cumsum(busy[group]), busy[group])
        inside = ordered[shift + np.arange(len(shift))]
        of_groups[number] = _quantile(inside, int(days[group].sum()))
    usual = np.maximum(np.maximum(own, of_groups[peers.group_of]), LEAST_HEAVY)
    return np.asarray(SLACK * usual, dtype=np.float64)


def _ordered(codes: Codes, values: Numbers) -> Numbers:
    """The values, of person after person, and of each from the least to the greatest.

    One sort of a number made of both is twice as fast as a sort by two keys; what is lost is a
    billionth of the greatest value.
    """
    whole = 2.0 * float(values.max(initial=1.0))
    mixed = np.sort(codes + values / whole)
    return np.asarray((mixed - np.floor(mixed)) * whole)


def _quantile(values: Numbers, days: int) -> float:
    """The peers' quantile of so many days, of which all others are 0."""
    place = PEER_QUANTILE * (days - 1) - (days - len(values))
    if not len(values) or place <= -1:
        return 0.0
    below = int(np.floor(place))
    above = min(below + 1, len(values) - 1)
    parted = np.partition(values, [max(below, 0), above])
    least = parted[below] if below >= 0 else 0.0
    return float(least + (place - below) * (parted[above] - least))
