"""Who is typing? Hits and false alarms on the Schonlau (SEA) set, by its own protocol.

    python -m benchmarks.masquerade FOLDER [--resamples 1000]

FOLDER has `User1` … and `label.txt`. Each user's first 5,000 commands are learnt; each of the 100
blocks that follow is judged by what was before it. Calibration and threshold come from the 5,000
alone, without those of their blocks that look foreign to the rest: the threshold is what one in a
hundred of the others exceeds, each judged by those before it. Intervals (95 %) come from
resampling users.
"""

import argparse
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy.stats import rankdata

from analytics.behaviour.commands.ledger import Ledger
from analytics.behaviour.commands.sifting import sift
from analytics.behaviour.commands.tokens import BLOCK, TRUSTED, Ints, Numbers, Tokens, cut
from analytics.behaviour.commands.watching import Course, Watch, threshold

TRAINING = 50  # blocks
FALSE_ALARMS = 0.01
PROTOCOL = Course(trusted=TRAINING * BLOCK)


@dataclass(frozen=True, slots=True)
class Masquerade:
    """Commands as codes, users × commands, and labels, users × judged blocks."""

    commands: Ints
    labels: Ints


@dataclass(frozen=True, slots=True)
class Figures:
    """Area under the curve; hits at 1 % false alarms read off it; hits, false alarms and cost
    (misses + 6 × false alarms) at the threshold from training. All but the area in per cent."""

    area: float
    at_one: float
    hits: float
    false_alarms: float
    cost: float


def read(folder: Path) -> Masquerade:
    """The set in a folder."""
    labels = np.loadtxt(folder / "label.txt", dtype=np.int64, ndmin=2).T
    users = range(1, len(labels) + 1)
    size = (TRAINING + labels.shape[1]) * BLOCK
    lines = [(folder / f"User{user}").read_text().splitlines()[:size] for user in users]
    _, codes = np.unique(np.array(lines), return_inverse=True)
    return Masquerade(codes.reshape(len(labels), size).astype(np.int64), labels)


def tokens(commands: Ints) -> Tokens:
    """A round a block."""
    people, size = commands.shape
    rounds = size // BLOCK
    words = commands.reshape(people, rounds, BLOCK).transpose(1, 0, 2).ravel()
    person = np.tile(np.repeat(np.arange(people), BLOCK), rounds)
    return cut(person, np.repeat(np.arange(rounds), people * BLOCK), words, words)


def judged(told: Masquerade, course: Course = PROTOCOL) -> tuple[Numbers, float]:
    """Log-odds of the judged blocks, users × blocks, and the threshold, from training alone."""
    people = len(told.commands)
    training = tokens(told.commands[:, : TRAINING * BLOCK])
    sifted = sift(training, Ledger(training, people))
    if sifted is None:
        raise ValueError("too few users or commands")
    every = tokens(told.commands)
    learnt = np.ones(every.blocks, dtype=bool)
    learnt[: training.blocks] = sifted.learnt
    watch = Watch(every, Ledger(every, people), sifted.calibration, people, course, learnt)
    odds = np.array([judgement.odds for judgement in watch.rounds()])
    with_past = slice(TRUSTED // BLOCK, TRAINING)
    past = odds[with_past][sifted.typical.reshape(TRAINING, people)[with_past]]
    return odds[TRAINING:].T, threshold(past, FALSE_ALARMS)


def figures(odds: Numbers, labels: Ints, least: float) -> Figures:
    """Of log-odds and labels of the same shape."""
    score, foreign = odds.ravel(), labels.ravel() > 0
    ranks, hits, quiet = rankdata(score), int(foreign.sum()), int((~foreign).sum())
    area = (ranks[foreign].sum() - hits * (hits + 1) / 2) / (hits * quiet)
    one = np.quantile(score[~foreign], 1 - FALSE_ALARMS)
    found = 100 * float((score[foreign] > least).mean())
    alarms = 100 * float((score[~foreign] > least).mean())
    at_one = 100 * float((score[foreign] > one).mean())
    return Figures(float(area), at_one, found, alarms, 100 - found + 6 * alarms)


def poisoned(told: Masquerade, share: float, seed: int) -> Masquerade:
    """With that share of each user's training blocks swapped for blocks of one other user each."""
    chance = np.random.default_rng(seed)
    commands = told.commands.copy()
    people = len(commands)
    for user in range(people):
        other = (user + int(chance.integers(1, people))) % people
        blocks = chance.choice(TRAINING, round(share * TRAINING), replace=False)
        for block in blocks.tolist():
            here = slice(block * BLOCK, (block + 1) * BLOCK)
            commands[user, here] = told.commands[other, here]
    return Masquerade(commands, told.labels)


def intervals(odds: Numbers, labels: Ints, least: float, times: int) -> list[tuple[float, float]]:
    """The 95 % interval of each figure, by drawing users with replacement."""
    chance = np.random.default_rng(1)
    drawn = []
    for _ in range(times):
        users = chance.integers(0, len(odds), len(odds))
        if labels[users].any():
            one = figures(odds[users], labels[users], least)
            drawn.append([one.area, one.at_one, one.hits, one.false_alarms, one.cost])
    low, high = np.quantile(np.array(drawn), [0.025, 0.975], axis=0)
    return list(zip(low.tolist(), high.tolist(), strict=True))


def _line(name: str, found: Figures) -> str:
    return (
        f"{name:42s} AUC {found.area:.4f}  hits at 1 % {found.at_one:5.1f} %  "
        f"at the threshold: hits {found.hits:5.1f} %  false alarms {found.false_alarms:4.2f} %  "
        f"cost {found.cost:5.1f}"
    )


def main() -> None:
    """Prints the figures."""
    parser = argparse.ArgumentParser(description="The command model on the SEA set.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--resamples", type=int, default=1000)
    asked = parser.parse_args()
    told = read(asked.folder)
    odds, least = judged(told)
    print(_line("as shipped", figures(odds, told.labels, least)))
    spans = intervals(odds, told.labels, least, asked.resamples)
    names = ("AUC", "hits at 1 %", "hits", "false alarms", "cost")
    for name, (low, high) in zip(names, spans, strict=True):
        print(f"    {name}: {low:.4g} to {high:.4g}")
    for name, course in {
        "nothing learnt after training": replace(PROTOCOL, learning=False),
        "no carry-over": replace(PROTOCOL, start=0.01, stay=0.01),
        "carry-over as the protocol has it (1 %, 80 %)": replace(PROTOCOL, start=0.01, stay=0.8),
    }.items():
        odds, least = judged(told, course)
        print(_line(name, figures(odds, told.labels, least)))
    for share in (0.02, 0.1):
        bad = [poisoned(told, share, seed) for seed in range(3)]
        for one in bad:
            odds, least = judged(one)
            print(_line(f"{share:.0%} of training poisoned", figures(odds, told.labels, least)))


if __name__ == "__main__":
    main()
