"""Values that a person never used before, such as hosts, repositories or commands.

How many are to be expected is the missing mass of what the person used so far: docs/behaviour.md.
"""

import numpy as np
import numpy.typing as npt

from analytics.behaviour.compared import Compared, Odd, Used
from analytics.behaviour.peers import Peers
from analytics.behaviour.person_days import Codes, Numbers

Flags = npt.NDArray[np.bool_]
MIXER = np.uint64(0x9E3779B97F4A7C15)  # 2^64 divided by the golden ratio: spreads small numbers


def compared(today: Used, past: Used, peers: Peers) -> Compared:
    """What is new today, weighed by how many peers use it, and what was new on each past day.

    A past day is compared with the longer side of what surrounds it: of the days before it, or,
    early in the look-back, of those after it. A new value weighs 1 / (1 + peers who use it).
    """
    people = len(peers.group_of)
    who = np.concatenate([past.codes[past.rows], today.codes[today.rows]])
    values = np.concatenate([past.values, today.values])
    entries = _sorted(who, values)
    first, last = _ends(who[entries], values[entries])
    earlier = len(past.rows)
    backward = _looks_back(past, today, people)[past.rows]
    fresh = np.zeros(len(who), dtype=bool)
    fresh[entries[first]] = True
    fresh[:earlier] &= backward
    only_later = np.zeros(earlier, dtype=bool)
    only_later[entries[last & (entries < earlier)]] = True
    fresh[:earlier] |= only_later & ~backward
    weights = _weights(who, values, entries[first], fresh, peers)
    rows = np.concatenate([past.rows, len(past.codes) + today.rows])[fresh]
    total = np.asarray(
        np.bincount(rows, weights, minlength=len(past.codes) + len(today.codes)), np.float64
    )
    of_past, of_today = total[: len(past.codes)], total[len(past.codes) :]
    of_past[~past.told] = np.nan
    new = fresh[earlier:]
    counts = np.bincount(today.rows[new], minlength=len(today.codes))
    return Compared(
        observed=_by_person(today, counts.astype(np.float64), people),
        weighed=_by_person(today, of_today, people),
        past=of_past,
        odd=Odd(codes=today.codes[today.rows[new]], values=today.values[new]),
    )


def _by_person(today: Used, values: Numbers, people: int) -> Numbers:
    found = np.full(people, np.nan)
    found[today.codes] = values
    return found


def _sorted(who: Codes, values: Codes) -> Codes:
    """The order in which entries of the same person and value stand together, the oldest first.

    One sort of a number made of both; two of 2^64 hardly ever meet.
    """
    mixed = values.view(np.uint64) ^ ((who.view(np.uint64) + np.uint64(1)) * MIXER)
    return np.argsort(mixed, kind="stable")


def _ends(who: Codes, values: Codes) -> tuple[Flags, Flags]:
    """Which entries are the first, and which the last, of their person and value."""
    differs = (who[1:] != who[:-1]) | (values[1:] != values[:-1])
    first, last = np.ones(len(who), dtype=bool), np.ones(len(who), dtype=bool)
    first[1:], last[:-1] = differs, differs
    return first, last


def _looks_back(past: Used, today: Used, people: int) -> Flags:
    """For each past row, whether more of the person's look-back lies before it than after it."""
    begin = np.full(people, np.iinfo(np.int64).max)
    np.minimum.at(begin, past.codes[past.told], past.days[past.told])
    end = today.days[0] if len(today.days) else past.days.max(initial=0)
    return np.asarray(past.days - begin[past.codes] >= end - past.days)


def _weights(who: Codes, values: Codes, users: Codes, fresh: Flags, peers: Peers) -> Numbers:
    """What each fresh entry weighs. `users` are entries, one for each person and value."""
    sought = np.unique(values[fresh])
    users = users[np.isin(values[users], sought)]
    member, group = peers.pairs
    groups = len(peers.members)
    order = np.argsort(member, kind="stable")
    starts = np.searchsorted(member[order], np.arange(len(peers.group_of) + 1))
    counts = np.diff(starts)[who[users]]  # in how many groups each user is
    of_user = np.repeat(np.arange(len(users)), counts)
    within = np.arange(len(of_user)) - np.repeat(np.cumsum(counts) - counts, counts)
    place = group[order][starts[who[users]][of_user] + within]
    keys = np.searchsorted(sought, values[users])[of_user] * groups + place
    used = np.bincount(keys, minlength=len(sought) * groups)
    own = np.searchsorted(sought, values[fresh]) * groups + peers.group_of[who[fresh]]
    return np.asarray(1.0 / np.maximum(used[own], 1), dtype=np.float64)
