"""What a block's doubts are worth: a likelihood ratio, learnt from the past alone by letting people
pass for each other."""

from dataclasses import dataclass

import numpy as np

from analytics.behaviour.commands.ledger import Ledger
from analytics.behaviour.commands.tokens import BLOCK, TRUSTED, Flags, Ints, Numbers, Tokens

LEAST_PEOPLE = 3
LEAST_BLOCKS = 20  # judged ones, or nothing can be learnt
MOST_BLOCKS = 2000  # to let others pass for: more of them do not make two numbers better
IMPOSTORS = 4  # persons for whom each of these blocks' typist passes
SEED = 25  # of who passes for whom: the same past gives the same calibration
RIDGE = 1e-3  # of standardised columns: a column that says nothing gets no weight
STEPS = 30


@dataclass(frozen=True, slots=True)
class Calibration:
    """Weights of a block's length (in blocks of 100) and of its doubts, in the logarithm of the
    likelihood ratio 'somebody else' to 'the person'."""

    length: float
    doubts: float

    def evidence(self, length: Numbers, doubts: Numbers) -> Numbers:
        """The log-likelihood ratio of each block, of its length in commands and sum of doubts."""
        return np.asarray(self.length * length / BLOCK + self.doubts * doubts)


def calibrate(
    tokens: Tokens, ledger: Ledger, typical: Flags | None = None, trusted: int = TRUSTED
) -> Calibration | None:
    """Learns it from a past: each block judged by those before it, and as if it were some others',
    of whose typist the ledger then knows nothing. None where there is too little.

    `typical` says of each block whether it counts (None: all do); who typed `trusted` commands is
    known. `ledger` must be of these tokens, and is empty before and after.
    """
    counted = np.ones(tokens.blocks, dtype=bool) if typical is None else typical
    told = _own(tokens, ledger, counted, trusted)
    persons = tokens.of_block(tokens.person)
    known = np.flatnonzero(ledger.learnt >= trusted)
    if len(known) < LEAST_PEOPLE or len(told) < LEAST_BLOCKS:
        ledger.forget()
        return None
    blocks = np.flatnonzero(counted)
    blocks = blocks[:: max(1, len(blocks) // MOST_BLOCKS)]
    foreign = []
    chance = np.random.default_rng(SEED)
    for _ in range(IMPOSTORS):
        claimed = known[chance.integers(0, len(known), len(blocks))]
        other = claimed != persons[blocks]
        foreign.append(_doubts(tokens, ledger, blocks[other], claimed[other]))
    ledger.forget()
    others = np.concatenate(foreign)
    columns = np.concatenate([told, others])
    weights = _logistic(columns, np.repeat([0.0, 1.0], [len(told), len(others)]))
    return Calibration(weights[0], max(0.0, weights[1]))


def _own(tokens: Tokens, ledger: Ledger, counted: Flags, trusted: int) -> Numbers:
    """Columns of the counted blocks that have a past, each judged by what was before; the ledger
    has then learnt all of them."""
    found = [np.zeros((0, 2))]
    for every in tokens.rounds():
        rows = every[counted[tokens.block[every]]]
        learnt = ledger.learnt
        known = rows[learnt[tokens.person[rows]] >= trusted]
        if len(known):
            found.append(_summed(tokens.block[known], ledger.doubts(known)))
        ledger.learn(rows)
    return np.concatenate(found)


def _doubts(tokens: Tokens, ledger: Ledger, blocks: Ints, claimed: Ints) -> Numbers:
    """Columns of these blocks, had the claimed persons typed them."""
    supposed = np.full(tokens.blocks, -1, dtype=np.int64)
    supposed[blocks] = claimed
    rows = np.flatnonzero(supposed[tokens.block] >= 0)
    block = tokens.block[rows]
    return _summed(block, ledger.doubts(rows, supposed[block]))


def _summed(block: Ints, doubts: Numbers) -> Numbers:
    """Length and doubts of each block, whose tokens stand together.

    Doubts are bounded at one nat a command: the slope is wanted where it is decided who it was, and
    few blocks that are far from there would flatten it.
    """
    of = np.cumsum(np.diff(block, prepend=block[:1]) != 0)
    length = np.bincount(of).astype(np.float64)
    return np.stack([length / BLOCK, np.clip(np.bincount(of, doubts), -length, length)], axis=1)


def _logistic(columns: Numbers, foreign: Numbers) -> list[float]:
    """Logistic regression by Newton's method, both classes weighing the same."""
    scale = np.maximum(np.sqrt((columns**2).mean(axis=0)), 1e-9)
    scaled = columns / scale
    share = np.where(foreign > 0, 0.5 / foreign.sum(), 0.5 / (1 - foreign).sum())
    found = np.zeros(columns.shape[1])
    for _ in range(STEPS):
        likely = 1 / (1 + np.exp(-np.clip(scaled @ found, -30, 30)))
        slope = scaled.T @ (share * (likely - foreign)) + RIDGE * found
        curve = (scaled * (share * likely * (1 - likely))[:, None]).T @ scaled
        step = np.linalg.solve(curve + RIDGE * np.eye(len(found)), slope)
        found -= step
        if np.abs(step).max() < 1e-9:
            break
    weights: list[float] = (found / scale).tolist()
    return weights
