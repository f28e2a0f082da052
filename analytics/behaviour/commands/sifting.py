"""Whose past is it? Blocks of a past that look foreign to all the rest of it are set aside.

An intruder's blocks among those from which everything is learnt would do harm twice: the person's
habits would be partly the intruder's, and the threshold, a quantile of the past, would lie among
the intruder's scores. So two things are asked of a block: whether it is to be learnt (a person's
odd days belong to the person's habits, so only what is likely foreign is not), and whether it is
typical enough to say how far the person's own blocks go.
"""

from dataclasses import dataclass
from math import log

import numpy as np

from analytics.behaviour.commands.calibration import Calibration, calibrate
from analytics.behaviour.commands.ledger import Ledger
from analytics.behaviour.commands.tokens import TRUSTED, Flags, Numbers, Tokens

TIMES = 3  # an intruder's blocks vouch for each other: fewer of them expose those that are left
FOREIGN = log(0.99 / 0.01)  # likelier foreign than not, where one block in a hundred is


@dataclass(frozen=True, slots=True)
class Sifted:
    """What is learnt of a past; and of each block whether it is to be learnt, and whether it is
    typical of its person."""

    calibration: Calibration
    learnt: Flags
    typical: Flags


def sift(
    tokens: Tokens, ledger: Ledger, trusted: int = TRUSTED, times: int = TIMES
) -> Sifted | None:
    """Judges each block of a past by all others that are learnt. None where there is too little.

    `trusted` is how many commands of a person are learnt before one is judged. `ledger` must be of
    these tokens, and is empty before and after.
    """
    learnt = typical = np.ones(tokens.blocks, dtype=bool)
    for _ in range(times):
        calibration = calibrate(tokens, ledger, typical, trusted)
        if calibration is None:
            return None
        evidence = left_out(tokens, ledger, calibration, learnt)
        before, learnt, typical = learnt, evidence <= FOREIGN, evidence <= 0
        if (before == learnt).all():
            break
    calibration = calibrate(tokens, ledger, typical, trusted)
    return Sifted(calibration, learnt, typical) if calibration else None


def left_out(tokens: Tokens, ledger: Ledger, calibration: Calibration, learnt: Flags) -> Numbers:
    """The log-likelihood ratio of each block, judged by all learnt blocks of other rounds."""
    ledger.learn(np.flatnonzero(learnt[tokens.block]))
    found = np.zeros(tokens.blocks)
    for rows in tokens.rounds():
        block = tokens.block[rows]
        known = rows[learnt[block]]
        ledger.unlearn(known)
        first = int(block[0])
        length = np.bincount(block - first).astype(np.float64)
        doubts = np.bincount(block - first, ledger.doubts(rows)).astype(np.float64)
        found[first : first + len(length)] = calibration.evidence(length, doubts)
        ledger.learn(known)
    ledger.forget()
    return found
