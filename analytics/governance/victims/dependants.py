"""Who changed what many depend on, and whose jobs failed more often after than before?

Runs that begin after a change of a library load it; so they are compared with those that began
before, and this difference with the one among runs that do not use it (difference in differences):
neither a bad night nor a library whose users always fail more often accuses anybody.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from analytics.governance.victims.acts import NODE, Acts
from analytics.governance.victims.association import ERROR, LEAST_DAYS, LEAST_VICTIMS
from analytics.governance.victims.controls import Risk
from analytics.governance.victims.differences import BEFORE, SPAN, Sums, Told, summed
from analytics.governance.victims.exact import rare_count
from analytics.governance.victims.failures import DAY, HOUR, NEVER, Failures, Flags, coded
from analytics.governance.victims.joining import Codes, Ragged, Times

APART = 0.01  # at which it must show without what began after the changes of another suspect
LEAST_SERIES = 3  # changes apart from each other; one alone is any turn for the worse
LEAST_USERS = 3  # else it is no shared library but somebody's own
ANSWERED = 2 * HOUR  # failures so long before a change may be why it is made …
FAR = 2.0  # standard deviations, below which nothing would remain after the correction
MANY = 0.1  # … where so many are as improbable
SHIFTS = [sign * day * DAY for day in range(1, 15) for sign in (-1, 1)]
MOST_SERIES = 120


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Worse:
    """Somebody (by code) whose changes of a thing were followed by failures of its dependants.

    Counts are of owners and their scripts, failed and all: among those that depend on it after and
    before the changes, and among others `beside` it, in the same order. `runs` are rows of failed
    dependants, `acts` places among the acts.
    """

    person: int
    thing: int
    series: int
    after: tuple[int, int]
    before: tuple[int, int]
    beside: tuple[int, int, int, int]
    ratio: float
    probability: float
    corrected: float
    victims: int
    days: int
    steady: bool
    runs: Codes
    acts: Codes

    @property
    def convinces(self) -> bool:
        """Whether it is enough to name somebody."""
        several = self.victims >= LEAST_VICTIMS and self.days >= LEAST_DAYS
        rare = self.corrected <= ERROR and self.steady
        return rare and several and self.series >= LEAST_SERIES and self.ratio > 1


def of_acts(
    runs: pa.Table, failures: Failures, risk: Risk, things: Ragged, acts: Acts
) -> list[Worse]:
    """Everybody after whose changes of a shared thing more failed, the least probable first.

    `acts` are all, also such as answer to failures: whoever mends changes a library while its
    users fail, so before the change they fail as well.
    """
    told = _in_order(runs, failures, risk)
    found: list[Worse] = []
    tests = 0
    for thing, users, hands in _shared(told, things, acts):
        for own in _by_person(acts, hands):
            begins, ends = _unprompted(told, users, *_series(acts.time[own]))
            if len(begins) < LEAST_SERIES:
                continue
            tests += 1
            person = int(acts.person[own[0]])
            if _may_be_worse(told, users, person, begins, ends):
                found.append(_compared(told, users, person, thing, begins, ends, own))
    found.sort(key=lambda one: (one.probability, one.person, one.thing))
    worst, ranked = 0.0, []
    for place, one in enumerate(found):  # Holm's correction, for all that were looked at
        worst = min(max(worst, one.probability * (tests - place)), 1.0)
        ranked.append(replace(one, corrected=worst))
    return _apart(told, things, acts, ranked)


def _apart(told: Told, things: Ragged, acts: Acts, found: list[Worse]) -> list[Worse]:
    """The same, with those not steady who stand out only as they are at a thing when another
    suspect is: one maintains what the other breaks."""
    suspects = [one for one in found if one.convinces]
    changed: dict[Worse, Worse] = {}
    for one in suspects:
        for other in suspects:
            if one.thing == other.thing and one.person != other.person:
                begins, ends = _series(acts.time[other.acts])
                kept = told.where(~_soon(told.began, begins, ends))
                rows = things.rows_with(one.thing)
                own = _unprompted(told, np.isin(told.row, rows), *_series(acts.time[one.acts]))
                alone = summed(kept, np.isin(kept.row, rows), one.person, *own)
                if alone.probability > APART:
                    changed[one] = replace(one, steady=False)
    return [changed.get(one, one) for one in found]


def _by_person(acts: Acts, hands: Codes) -> list[Codes]:
    """Places of acts, a person each."""
    order = hands[np.argsort(acts.person[hands], kind="stable")]
    return np.split(order, np.flatnonzero(np.diff(acts.person[order])) + 1)


def _may_be_worse(told: Told, users: Flags, person: int, begins: Times, ends: Times) -> bool:
    """Whether failed dependants are far more often soon after the changes than all dependants: a
    look that costs little, and who fails it still counts among the tests."""
    rows = np.flatnonzero(users & (told.owner != person))
    soon = _soon(told.began[rows], begins, ends)
    failed = told.failed[rows]
    many, usual = int((soon & failed).sum()), float(soon.mean()) * int(failed.sum())
    return many - usual > FAR * np.sqrt(usual) and many >= LEAST_DAYS


def _soon(times: Times, begins: Times, ends: Times) -> Flags:
    """Which times are within a span after a series of changes began or went on."""
    place = np.searchsorted(begins, times, "right") - 1
    return np.asarray((place >= 0) & (times < ends[np.maximum(place, 0)] + SPAN))


def _in_order(runs: pa.Table, failures: Failures, risk: Risk) -> Told:
    fits = (failures.well | failures.counted) & (risk.began < NEVER)
    row = np.flatnonzero(fits)
    row = row[np.argsort(risk.began[row], kind="stable")]
    kind = coded(runs["account"]) * (1 << 32) + coded(runs["script"])
    _, whose = np.unique(kind[row], return_inverse=True)
    return Told(
        row, risk.began[row], failures.counted[row], failures.onset[row], risk.owner[row], whose
    )


def _shared(told: Told, things: Ragged, acts: Acts) -> Iterator[tuple[int, Flags, Codes]]:
    """Things that somebody changed and several depend on, with which of the runs do, and the
    places of the acts on them."""
    written = np.flatnonzero(acts.kind != NODE)
    if not len(written) or not len(told.row):
        return
    written = written[np.argsort(acts.thing[written], kind="stable")]
    changed = acts.thing[written]
    places, codes = things.of(told.row)
    hit = np.isin(codes, changed) & (told.owner[places] >= 0)
    places, codes = places[hit], codes[hit]
    pairs = np.unique(np.stack((codes, told.owner[places])), axis=1)[0]
    order = np.argsort(codes, kind="stable")
    shared, users = np.unique(pairs, return_counts=True)
    for thing in shared[users >= LEAST_USERS].tolist():
        depends = np.zeros(len(told.row), dtype=bool)
        first, last = (np.searchsorted(codes, thing, side, order) for side in ("left", "right"))
        depends[places[order[first:last]]] = True
        first, last = (np.searchsorted(changed, thing, side) for side in ("left", "right"))
        yield thing, depends, written[first:last]


def _series(times: Times) -> tuple[Times, Times]:
    """When series of changes began and ended; those apart by less than a span are one."""
    times = np.sort(times)
    if not len(times):
        return times, times
    gaps = np.flatnonzero(np.diff(times) > SPAN)
    begins, ends = np.append(0, gaps + 1), np.append(gaps, len(times) - 1)
    return times[begins][-MOST_SERIES:], times[ends][-MOST_SERIES:]


def _unprompted(told: Told, users: Flags, begins: Times, ends: Times) -> tuple[Times, Times]:
    """The series of changes that answer to no failures: before which no more dependants failed
    than usually do."""
    failed = np.sort(told.onset[users & told.failed])
    if not len(failed):
        return begins, ends
    recent = np.searchsorted(failed, begins) - np.searchsorted(failed, begins - ANSWERED)
    usual = len(failed) * ANSWERED / max(int(failed[-1] - failed[0]), DAY)
    unlike = np.array([rare_count(int(count), usual) <= MANY for count in recent], dtype=bool)
    return begins[~unlike], ends[~unlike]


def _compared(
    told: Told, users: Flags, person: int, thing: int, begins: Times, ends: Times, hands: Codes
) -> Worse:
    """What followed the changes of one thing by one person."""
    whole = summed(told, users, person, begins, ends)
    rows = np.unique(np.concatenate(whole.rows)) if whole.rows else np.zeros(0, dtype=np.int64)
    after, before = whole.after, whole.before
    odds = (after[0] + 0.5) / (after[1] - after[0] + 0.5) * (before[1] - before[0] + 0.5)
    failed, ran, failed_before, ran_before = whole.beside.tolist()
    beside = (failed + 0.5) / (ran - failed + 0.5) * (ran_before - failed_before + 0.5)
    ratio = odds / (before[0] + 0.5) / (beside / (failed_before + 0.5))
    return Worse(
        person=person,
        thing=thing,
        series=whole.worse,
        after=(int(after[0]), int(after[1])),
        before=(int(before[0]), int(before[1])),
        beside=(failed, ran, failed_before, ran_before),
        ratio=float(ratio),
        probability=whole.probability,
        corrected=1.0,
        victims=len(np.unique(told.owner[rows])),
        days=len(np.unique(told.began[rows] // DAY)),
        steady=whole.probability <= ERROR and _stands_out(told, users, person, begins, ends, whole),
        runs=told.row[rows],
        acts=hands,
    )


def _stands_out(
    told: Told, users: Flags, person: int, begins: Times, ends: Times, whole: Sums
) -> bool:
    """Whether on no other days, at the same hours, as much seems to follow: failures come in
    bursts, which no count of them tells."""
    first, last = told.began[0], told.began[-1]
    for shift in SHIFTS:
        moved, until = begins + shift, ends + shift
        inside = (moved - BEFORE >= first) & (until <= last)
        other = summed(told, users, person, moved[inside], until[inside])
        if other.excess >= whole.excess:
            return False
    return True
