"""Round by round: judge, carry over, and learn only from what looks like the person."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from analytics.behaviour.commands.calibration import Calibration
from analytics.behaviour.commands.ledger import Ledger
from analytics.behaviour.commands.tokens import TRUSTED, Flags, Ints, Numbers, Tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How intruders come and go, a two-state Markov chain over blocks: the probability that one
    starts, and that one who was there still is.

    A block is learnt where neither it alone (log-likelihood ratio) nor all so far (log-odds) speaks
    for somebody else; of the first `trusted` commands of a person each is that was not sifted out.
    """

    start: float = 0.001
    stay: float = 0.5
    trusted: int = TRUSTED
    learning: bool = True  # False: after the trusted commands nothing is learnt


@dataclass(frozen=True, slots=True)
class Judgement:
    """One block each: its code, person, log-odds that somebody else typed it given all so far, the
    log-likelihood ratio of the block alone, and commands learnt of the person before."""

    block: Ints
    person: Ints
    odds: Numbers
    evidence: Numbers
    learnt: Numbers


class Watch:
    """What is known of everybody so far."""

    def __init__(
        self,
        tokens: Tokens,
        ledger: Ledger,
        calibration: Calibration,
        people: int,
        course: Course,
        learnt: Flags | None = None,
        weight: Numbers | None = None,
    ) -> None:
        """Nobody is suspected yet. The blocks of which `learnt` says no are never learnt; the
        doubts of each token are multiplied by its `weight`."""
        self._tokens, self._ledger, self._calibration = tokens, ledger, calibration
        self._course = course
        self._learnt = np.ones(tokens.blocks, dtype=bool) if learnt is None else learnt
        self._weight = np.ones(len(tokens)) if weight is None else weight
        self._other = np.full(people, course.start)

    def rounds(self) -> Iterator[Judgement]:
        """Judges each round by those before it, then learns from it."""
        for rows in self._tokens.rounds():
            yield self.judge(rows)

    def judge(self, rows: Ints) -> Judgement:
        """Judges the tokens of one round, and learns from them."""
        tokens = self._tokens
        first = int(tokens.block[rows[0]])
        of = tokens.block[rows] - first
        person = np.zeros(int(of[-1]) + 1, dtype=np.int64)
        person[of] = tokens.person[rows]
        learnt = self._ledger.learnt[person]
        length = np.bincount(of).astype(np.float64)
        weighed = self._ledger.doubts(rows) * self._weight[rows]
        doubts = np.bincount(of, weighed).astype(np.float64)
        evidence = self._calibration.evidence(length, doubts)
        odds = self._carried(person, evidence)
        own = (evidence <= 0) & (odds <= 0) & self._course.learning
        own |= learnt < self._course.trusted
        blocks = first + np.arange(len(person))
        own &= self._learnt[blocks]
        self._ledger.learn(rows[own[of]])
        return Judgement(blocks, person, odds, evidence, learnt)

    def _carried(self, person: Ints, evidence: Numbers) -> Numbers:
        """The log-odds of each block: the forward pass of the Markov chain."""
        odds = np.zeros(len(person))
        turn = np.arange(len(person)) - np.searchsorted(person, person)
        for step in range(int(turn.max()) + 1):
            here = np.flatnonzero(turn == step)
            who = person[here]
            prior = self._other[who]
            odds[here] = evidence[here] + np.log(prior / (1 - prior))
            after = _likely(odds[here])
            self._other[who] = after * self._course.stay + (1 - after) * self._course.start
        return odds


def _likely(odds: Numbers) -> Numbers:
    return np.asarray(1 / (1 + np.exp(-np.clip(odds, -30, 30))))


def threshold(past: Numbers, false_alarms: float) -> float:
    """The log-odds that this share of a past's blocks exceeds."""
    return float(np.quantile(past, 1 - false_alarms))
