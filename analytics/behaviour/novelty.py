"""Values that a person never used before, such as hosts, repositories or commands.

How many are to be expected is the missing mass of what the person used so far: docs/behaviour.md.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.behaviour.compared import Compared, Odd, Used
from analytics.behaviour.peers import Peers
from analytics.behaviour.person_days import Codes, Numbers

Flags = npt.NDArray[np.bool_]
AT_ONCE = 1_000_000  # entries: looked at together they take ten times their memory
MIXER = np.uint64(0x9E3779B97F4A7C15)  # 2^64 divided by the golden ratio: spreads small numbers


@dataclass(frozen=True, slots=True)
class _Uses:
    """Values of persons; the row of each, where it is one of person-days."""

    codes: Codes
    values: Codes
    rows: Codes

    @classmethod
    def of(cls, used: Used, entries: Flags, places: Codes) -> "_Uses":
        """These entries of a part of rows that stand at these places."""
        rows = used.rows[entries]
        return cls(used.codes[rows], used.values[entries], places[rows])

    @classmethod
    def joined(cls, parts: Sequence["_Uses"]) -> "_Uses":
        """Those of all parts."""
        none = np.zeros(0, dtype=np.int64)
        return cls(
            np.concatenate([none, *(part.codes for part in parts)]),
            np.concatenate([none, *(part.values for part in parts)]),
            np.concatenate([none, *(part.rows for part in parts)]),
        )


def compared(today: Used, past: Used, peers: Peers) -> Compared:
    """What is new today, weighed by how many peers use it, and what was new on each past day.

    A past day is compared with the longer side of what surrounds it: of the days before it, or,
    early in the look-back, of those after it. A new value weighs 1 / (1 + peers who use it).
    """
    people = len(peers.group_of)
    end = int(today.days[0]) if len(today.days) else int(past.days.max(initial=0))
    parts = [_fresh(today, past, some, end) for some in _portions(today, past, people)]
    now = _Uses.joined([part[0] for part in parts])
    before = _Uses.joined([part[1] for part in parts])
    users = _Uses.joined([part[2] for part in parts])
    of_past = _weighed(before, users, peers, len(past.codes))
    of_past[~past.told] = np.nan
    counts = np.bincount(now.rows, minlength=len(today.codes)).astype(np.float64)
    return Compared(
        observed=_by_person(today, counts, people),
        weighed=_by_person(today, _weighed(now, users, peers, len(today.codes)), people),
        past=of_past,
        odd=Odd(codes=now.codes, values=now.values),
    )


def _portions(today: Used, past: Used, people: int) -> Iterator[Flags]:
    """Persons, not too many at once: of each whether it is one of them."""
    entries = np.bincount(past.codes, past.sizes, minlength=people)
    entries += np.bincount(today.codes, today.sizes, minlength=people)
    portion = np.maximum(np.cumsum(entries) - 1, 0) // AT_ONCE
    for number in np.unique(portion):
        yield portion == number


def _fresh(today: Used, past: Used, some: Flags, end: int) -> tuple[_Uses, _Uses, _Uses]:
    """Of some persons: what is new today, what was new on past days, and each value once."""
    in_today, in_past = some[today.codes], some[past.codes]
    here, there = np.flatnonzero(in_today), np.flatnonzero(in_past)
    today, past = today.part(in_today), past.part(in_past)
    who = np.concatenate([past.codes[past.rows], today.codes[today.rows]])
    values = np.concatenate([past.values, today.values])
    entries = _sorted(who, values)
    first, last = _ends(who[entries], values[entries])
    earlier = len(past.rows)
    backward = _looks_back(past, end, len(some))[past.rows]
    fresh = np.zeros(len(who), dtype=bool)
    fresh[entries[first]] = True
    fresh[:earlier] &= backward
    only_later = np.zeros(earlier, dtype=bool)
    only_later[entries[last & (entries < earlier)]] = True
    fresh[:earlier] |= only_later & ~backward
    once = entries[first]
    return (
        _Uses.of(today, fresh[earlier:], here),
        _Uses.of(past, fresh[:earlier], there),
        _Uses(who[once], values[once], np.zeros(0, dtype=np.int64)),
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


def _looks_back(past: Used, end: int, people: int) -> Flags:
    """For each past row, whether more of the person's look-back lies before it than after it."""
    begin = np.full(people, np.iinfo(np.int64).max)
    np.minimum.at(begin, past.codes[past.told], past.days[past.told])
    return np.asarray(past.days - begin[past.codes] >= end - past.days)


def _weighed(fresh: _Uses, users: _Uses, peers: Peers, rows: int) -> Numbers:
    """What is new in each row, all together."""
    return np.bincount(fresh.rows, _weights(fresh, users, peers), minlength=rows).astype(np.float64)


def _weights(fresh: _Uses, users: _Uses, peers: Peers) -> Numbers:
    """What each fresh value weighs. `users` are all persons' values, each once."""
    sought = np.unique(fresh.values)
    known = np.isin(users.values, sought)
    person, value = users.codes[known], users.values[known]
    member, group = peers.pairs
    groups = len(peers.members)
    order = np.argsort(member, kind="stable")
    starts = np.searchsorted(member[order], np.arange(len(peers.group_of) + 1))
    counts = np.diff(starts)[person]  # in how many groups each user is
    of_user = np.repeat(np.arange(len(person)), counts)
    within = np.arange(len(of_user)) - np.repeat(np.cumsum(counts) - counts, counts)
    place = group[order][starts[person][of_user] + within]
    keys = np.searchsorted(sought, value)[of_user] * groups + place
    used = np.bincount(keys, minlength=len(sought) * groups)
    own = np.searchsorted(sought, fresh.values) * groups + peers.group_of[fresh.codes]
    return np.asarray(1.0 / np.maximum(used[own], 1), dtype=np.float64)
