"""Whose commands of a day look typed by somebody else, by a month of everybody's person-days.

Everything here is of one kind of log, and a round is a day.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.behaviour.commands.chances import tail
from analytics.behaviour.commands.ledger import Ledger
from analytics.behaviour.commands.newness import new_work
from analytics.behaviour.commands.sifting import sift
from analytics.behaviour.commands.tokens import BLOCK, Flags, Ints, Numbers, Tokens, cut
from analytics.behaviour.commands.typed import PAUSE
from analytics.behaviour.commands.watching import Course, Watch

LEAST_PAST = 3 * BLOCK  # commands of a person's past, or nobody can tell …
LEAST_DAYS = 7  # … and days on which they were typed
LEAST_TODAY = 20  # commands: of less even a stranger's say little
MOST_JUDGED = 300  # persons whose day holds most that they never typed before …
AT_ONCE = 1000  # … looked for among so many at a time, for memory's sake …
REST = 300  # … against so many others at most: more do not make anybody's habits clearer
LEAST_JUDGED = 100  # days of the past that were judged, to know how far honest ones go
ONCE = 1  # a month is sifted anew each day, and each day before was judged when it was new
COURSE = Course(trusted=LEAST_PAST)


@dataclass(frozen=True, slots=True)
class Day:
    """One kind's commands of today, as `typed` has them, by person (a place in the list)."""

    persons: list[str]
    person: Ints
    code: Ints
    follows: Flags


@dataclass(frozen=True, slots=True)
class Suspect:
    """Somebody whose day looks foreign: the chance that an honest person's day looks so much like
    somebody else's, days of the past, and for each of the day's commands what it says for somebody
    else (natural logarithm of a likelihood ratio) and whether others use its name."""

    person: str
    probability: float
    days: int
    doubts: Numbers
    known: Flags


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many people were judged, and those whose days look foreign at all."""

    judged: int
    suspects: list[Suspect]


NOBODY = Verdict(0, [])


@dataclass(frozen=True, slots=True)
class Past:
    """Person-days of one kind, by day and person: the place of the person, the day's number, the
    number of commands, and the commands."""

    person: Ints
    day: Ints
    size: Ints
    lists: pa.ListArray

    def of(self, wanted: Flags) -> "Past":
        """Those of some persons."""
        rows = np.flatnonzero(wanted[self.person])
        lists = self.lists.take(pa.array(rows))
        return Past(self.person[rows], self.day[rows], self.size[rows], lists)


def past_of(person_days: pa.Table, kind: str, persons: list[str]) -> Past:
    """The rows that have commands of this kind, of these persons."""
    column = person_days[kind].combine_chunks()
    lists = column if isinstance(column, pa.ListArray) else column.combine_chunks()
    person = np.asarray(
        pc.fill_null(pc.index_in(person_days["person"], value_set=pa.array(persons)), -1)
    ).astype(np.int64)
    size = np.asarray(pc.fill_null(pc.list_value_length(lists), 0)).astype(np.int64)
    rows = np.flatnonzero((person >= 0) & (size > 0))
    day = np.asarray(person_days["day"].cast(pa.int32())).astype(np.int64)
    return Past(person[rows], day[rows], size[rows], lists.take(pa.array(rows)))


def judge(today: Day, past: Past, day: int, fit: Flags) -> Verdict:
    """Judges all who typed enough today and before, and whose past tells of them (`fit`)."""
    people = len(today.persons)
    known = np.bincount(past.person, past.size, minlength=people) >= LEAST_PAST
    days = np.bincount(past.person, minlength=people)
    known &= days >= LEAST_DAYS
    enough = np.bincount(today.person, minlength=people) >= LEAST_TODAY
    asked = np.flatnonzero(known & enough & fit)
    if not len(asked):
        return NOBODY
    chosen = _strangest(asked, today, past)
    company = np.flatnonzero(known)
    company = company[:: max(1, len(company) // REST)]
    taken = np.zeros(people, dtype=bool)
    taken[chosen] = taken[company] = True
    found = _suspects(chosen, today, past.of(taken), day, taken)
    suspects = [
        Suspect(today.persons[who], chance, int(days[who]), doubts, shared)
        for who, chance, doubts, shared in found
    ]
    return Verdict(len(asked), suspects)


def _strangest(asked: Ints, today: Day, past: Past) -> Ints:
    """Those of whose commands the most have a form that they never had; all, where they are few."""
    if len(asked) <= MOST_JUDGED:
        return asked
    fresh = np.zeros(len(asked))
    for first in range(0, len(asked), AT_ONCE):
        some = slice(first, first + AT_ONCE)
        fresh[some] = _fresh(asked[some], today, past)
    order = np.lexsort((asked, -fresh))
    return np.sort(asked[order[:MOST_JUDGED]])


def _fresh(asked: Ints, today: Day, past: Past) -> Numbers:
    """The share of each person's commands whose form they never used before."""
    wanted = np.zeros(len(today.persons), dtype=bool)
    wanted[asked] = True
    before = past.of(wanted)
    own = _keys(np.repeat(before.person, before.size), np.asarray(before.lists.flatten()))
    here = wanted[today.person]
    person = today.person[here]
    new = ~np.isin(_keys(person, today.code[here]), own)
    of_all = np.bincount(person, minlength=len(wanted))
    return np.asarray(
        (np.bincount(person, new, minlength=len(wanted)) / np.maximum(of_all, 1))[asked]
    )


def _keys(person: Ints, code: Ints) -> Ints:
    """A number for a person and a form; persons are fewer than 2³²."""
    return (person << 31) | (code & 0x7FFFFFFF)


def _suspects(
    chosen: Ints, today: Day, past: Past, day: int, taken: Flags
) -> list[tuple[int, float, Numbers, Flags]]:
    here = np.flatnonzero(taken[today.person])
    tokens, past_rows = _tokens(today, here, past, day)
    people = len(taken)
    ledger = Ledger(tokens, people)
    before = _first(tokens, past_rows)
    sifted = sift(before, Ledger(before, people), LEAST_PAST, ONCE)
    if sifted is None:
        return []
    learnt = np.ones(tokens.blocks, dtype=bool)
    learnt[: before.blocks] = sifted.learnt
    weight = new_work(tokens, past_rows, day)
    watch = Watch(tokens, ledger, sifted.calibration, people, COURSE, learnt, weight)
    *before_today, rows = tokens.rounds()
    past_odds = _past_odds(watch, before_today)
    if len(past_odds) < LEAST_JUDGED:
        return []
    doubts, shared = ledger.doubts(rows) * weight[rows], ledger.used_by_others(rows)
    judged = watch.judge(rows)
    who, worst = _worst(judged.person, judged.odds)
    chance = tail(past_odds, worst)
    typist = tokens.person[rows]
    return [
        (person, float(one), doubts[typist == person], shared[typist == person])
        for person, one, odd in zip(who.tolist(), chance.tolist(), worst.tolist(), strict=True)
        if odd > 0 and (chosen == person).any()
    ]


def _past_odds(watch: Watch, rounds: Iterable[Ints]) -> Numbers:
    """The log-odds of each person-day that has a past, its highest block's."""
    found = [np.zeros(0)]
    for rows in rounds:
        judged = watch.judge(rows)
        told = judged.learnt >= LEAST_PAST
        found.append(_worst(judged.person[told], judged.odds[told])[1])
    return np.concatenate(found)


def _tokens(today: Day, here: Ints, past: Past, day: int) -> tuple[Tokens, int]:
    """Tokens of the past's days and of today, and how many are of the past."""
    codes = np.asarray(past.lists.flatten()).astype(np.int64)
    row = np.repeat(np.arange(len(past.size)), past.size)
    pauses = codes == PAUSE
    stream = np.cumsum(pauses)[~pauses]
    row, codes = row[~pauses], codes[~pauses]
    last = int(stream[-1]) if len(stream) else 0
    after = last + 1 + np.cumsum(~today.follows[here])
    every = np.r_[codes, today.code[here]]
    _, word = np.unique(every >> 32, return_inverse=True)
    _, shape = np.unique(every, return_inverse=True)
    tokens = cut(
        np.r_[past.person[row], today.person[here]],
        np.r_[past.day[row], np.full(len(here), day)],
        word.astype(np.int64),
        shape.astype(np.int64) + int(word.max(initial=0)) + 1,
        np.r_[stream, after],
    )
    return tokens, len(row)


def _first(tokens: Tokens, size: int) -> Tokens:
    """The first tokens; they end with a round."""
    return Tokens(
        tokens.person[:size],
        tokens.round[:size],
        tokens.block[:size],
        tokens.word[:size],
        tokens.shape[:size],
        tokens.before[:size],
    )


def _worst(person: Ints, odds: Numbers) -> tuple[Ints, Numbers]:
    """Each person once, with the highest odds of their blocks."""
    who, at = np.unique(person, return_inverse=True)
    found = np.full(len(who), -np.inf)
    np.maximum.at(found, at, odds)
    return who, found
