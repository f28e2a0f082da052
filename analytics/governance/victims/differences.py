"""How many failed before and after moments, of those who use a thing and of others: told apart
from chance by what the same hours did to both."""

from dataclasses import dataclass, field

import numpy as np

from analytics.governance.victims.exact import shifted
from analytics.governance.victims.failures import DAY, HOUR, Flags
from analytics.governance.victims.joining import Codes, Times

SPAN = 12 * HOUR  # runs that begin so long after a change load what was changed
BEFORE = DAY  # and so long before it they are what they are compared with


@dataclass(frozen=True, slots=True)
class Told:
    """Runs that went well or failed without a reason, in order of their beginnings."""

    row: Codes
    began: Times
    failed: Flags
    onset: Times
    owner: Codes
    kind: Codes  # of owner and script: retries and arrays are one piece of evidence

    def where(self, kept: Flags) -> "Told":
        """Some of them."""
        return Told(
            self.row[kept],
            self.began[kept],
            self.failed[kept],
            self.onset[kept],
            self.owner[kept],
            self.kind[kept],
        )


@dataclass(slots=True)
class Sums:
    """Counts of failed and all, summed over series, and how much more failed than expected."""

    after: Codes = field(default_factory=lambda: np.zeros(2, dtype=np.int64))
    before: Codes = field(default_factory=lambda: np.zeros(2, dtype=np.int64))
    beside: Codes = field(default_factory=lambda: np.zeros(4, dtype=np.int64))
    worse: int = 0
    probability: float = 1.0
    excess: float = 0.0
    rows: list[Codes] = field(default_factory=list)


def summed(told: Told, users: Flags, person: int, begins: Times, ends: Times) -> Sums:
    """The counts around series of changes that began and ended at these times, in order and apart
    by more than a span; without the person's own runs."""
    sums = Sums()
    chances = np.ones(1)
    count = 0
    since, until = begins - BEFORE, ends + SPAN
    since[1:] = np.maximum(since[1:], until[:-1])  # what follows one change is not before the next
    for start, begin, end in zip(since, begins, until, strict=True):
        low, middle, high = np.searchsorted(told.began, (start, begin, end))
        rows = np.arange(low, high)
        rows = rows[told.owner[rows] != person]
        cell = _cells(told, rows, users, rows >= middle)
        used, other = cell[:4], cell[4:]
        if not (used[1] and used[3] and other[1] and other[3]):
            continue
        sums.after += used[:2]
        sums.before += used[2:]
        sums.beside += other
        own, first = shifted(used, other)
        expected = float(own @ np.arange(first, first + len(own)))
        sums.excess += float(used[0]) - expected
        sums.worse += int(used[0] > expected and used[0] > 0)
        count += int(used[0]) - first
        chances = np.convolve(chances, own)
        sums.rows.append(rows[(rows >= middle) & users[rows] & told.failed[rows]])
    sums.probability = float(min(chances[count:].sum(), 1.0))
    return sums


def _cells(told: Told, rows: Codes, users: Flags, later: Flags) -> Codes:
    """Failed and all owners and scripts: of users after and before, of others after and before."""
    group = 2 * (~users[rows]) + ~later
    units, which = np.unique(told.kind[rows] * 4 + group, return_inverse=True)
    failed = np.zeros(len(units), dtype=bool)
    failed[which[told.failed[rows]]] = True
    found = np.zeros(8, dtype=np.int64)
    found[0::2] = np.bincount((units % 4)[failed], minlength=4)
    found[1::2] = np.bincount(units % 4, minlength=4)
    return found
