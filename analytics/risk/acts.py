"""Which findings are acts of their own: no event counts twice.

Findings that share an event speak of the same act. Going from the heaviest to the lightest, a
finding counts where it proves one more act: where, among the findings up to it, one more can be
picked such that no two of them share an event. So one act with three findings counts once, at
its heaviest; and a finding that spans a whole day does not swallow the acts of that day.
"""

from collections.abc import Sequence

LARGEST = 48  # findings in one knot for which the exact answer is sought


def clusters(events: Sequence[frozenset[str]]) -> tuple[list[int], list[bool]]:
    """For findings in order, the heaviest first: the number of each one's cluster, from 1, and
    whether it counts. The first of each cluster counts, the others do not."""
    near = _neighbours(events)
    knots = _Knots(len(events))
    numbers: list[int] = []
    counts: list[bool] = []
    for place, others in enumerate(near):
        stronger = others & ((1 << place) - 1)
        knot = knots.tie(place, stronger)
        new = not stronger or knots.gains(place, stronger, knot, near, counts)
        counts.append(new)
        numbers.append(sum(counts) if new else numbers[_lowest(stronger)])
    return numbers, counts


def _neighbours(events: Sequence[frozenset[str]]) -> list[int]:
    """For each finding the others with which it shares an event, as a set of bits."""
    holders: dict[str, int] = {}
    for place, ids in enumerate(events):
        for each in ids:
            holders[each] = holders.get(each, 0) | (1 << place)
    near = []
    for place, ids in enumerate(events):
        shared = 0
        for each in ids:
            shared |= holders[each]
        near.append(shared & ~(1 << place))
    return near


class _Knots:
    """Findings tied by shared events, directly or through others, and how many acts each knot
    proves so far."""

    def __init__(self, size: int) -> None:
        self._knot = [1 << place for place in range(size)]  # by its lowest finding
        self._lowest = list(range(size))
        self._acts = [1] * size

    def tie(self, place: int, stronger: int) -> int:
        """Makes one knot of a finding and its stronger neighbours' knots; the knot's bits."""
        roots = set()
        while stronger:
            roots.add(self._lowest[_lowest(stronger)])
            stronger &= ~self._knot[self._lowest[_lowest(stronger)]]
        if not roots:
            return 1 << place
        first = min(roots)
        merged = 1 << place
        for root in roots:
            merged |= self._knot[root]
        self._acts[first] = sum(self._acts[root] for root in roots)
        self._knot[first] = merged
        rest = merged
        while rest:
            self._lowest[_lowest(rest)] = first
            rest &= rest - 1
        return merged

    def gains(
        self, place: int, stronger: int, knot: int, near: Sequence[int], counts: Sequence[bool]
    ) -> bool:
        """Whether this finding proves one more act in its knot."""
        root = self._lowest[place]
        if knot.bit_count() <= LARGEST:
            more = _independent(knot & ~(1 << place) & ~near[place], near) + 1 > self._acts[root]
        else:  # too large to be exact: it must share nothing with any that counts
            more = not any(counts[other] for other in _bits(stronger))
        if more:
            self._acts[root] += 1
        return more


def _independent(among: int, near: Sequence[int]) -> int:
    """The size of the largest set among these of which no two share an event."""
    if not among:
        return 0
    most, hub = -1, 0
    for place in _bits(among):
        degree = (near[place] & among).bit_count()
        if degree <= 1:  # a loose end is always in some largest set
            return 1 + _independent(among & ~(1 << place) & ~near[place], near)
        if degree > most:
            most, hub = degree, place
    without = among & ~(1 << hub)
    return max(1 + _independent(without & ~near[hub], near), _independent(without, near))


def _bits(among: int) -> list[int]:
    found = []
    while among:
        found.append(_lowest(among))
        among &= among - 1
    return found


def _lowest(among: int) -> int:
    return (among & -among).bit_length() - 1
