"""How fast rules are matched: events a CPU second over one batch of 50,000, beside a plain loop.

    python -m benchmarks.detection [FOLDER_OF_RULES …]

The batch is made of commands as histories hold them, half of them unlike any other; one in a
thousand is what a rule looks for. The peer in the same run is Python's `re` over the same command
lines, one search a rule and event. Parsing and storing are not in these figures.
"""

import re
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import numpy as np
from sigma.rule.logsource import SigmaLogSource

from analytics.detection import logsources
from analytics.detection.examples import events_of
from analytics.detection.loading import OWN_RULES, load
from analytics.detection.matcher import match

ROWS = 50_000
REPEATS = 7
COMMON = (
    "git status", "ls -la", "squeue -u asilva", "nvidia-smi", "cd /shared/projects/llm-13b",
    "python train.py --config configs/13b.yaml", "vim trainlib/optim/adamw.py", "git pull --rebase",
)  # fmt: skip
SOUGHT = ("history -c", "sudo kill -9 4711", "scancel -u mkeller", "sudo auditctl -e 0")


def commands() -> list[str]:
    """Command lines: common ones, ones of their own, and the few that are sought."""
    chance = np.random.default_rng(7)
    kinds = chance.choice(3, ROWS, p=[0.499, 0.5, 0.001])
    picks = chance.integers(0, 1 << 30, ROWS)
    return [
        COMMON[pick % len(COMMON)]
        if kind == 0
        else SOUGHT[pick % len(SOUGHT)]
        if kind == 2
        else f"python eval.py --run {pick:09d} --step {pick % 9973} --out /shared/out/{pick:x}"
        for kind, pick in zip(kinds.tolist(), picks.tolist(), strict=True)
    ]


def seconds(work: Callable[[], object]) -> float:
    """Median CPU time of several runs, after one to warm up."""
    work()
    taken = []
    for _ in range(REPEATS):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return statistics.median(taken)


def main(folders: list[Path]) -> None:
    """Prints the figures for the own rules, and with each folder of rules beside them."""
    lines = commands()
    source = logsources.find(SigmaLogSource(product="linux", category="process_creation"))
    rows = [
        {
            "@timestamp": datetime(2026, 1, 1, tzinfo=UTC),
            "event.id": str(number),
            "event.original": f"#1767225600\n{line}",
            "process.command_line": line,
            "process.args": line.split(),
            "process.name": line.split()[0],
            "message": f"asilva ran {line}",
            "user.name": "asilva",
        }
        for number, line in enumerate(lines)
    ]
    events = events_of(rows, source)
    for chosen in [[OWN_RULES], *([OWN_RULES, folder] for folder in folders)]:
        rules = load(chosen)
        ours = seconds(partial(match, rules, events))
        literals = [
            re.compile(re.escape(literal), re.IGNORECASE)
            for rule in rules.rules
            for _, literal in sorted(next(iter(rule.predicate.gates), ()))[:1]
        ]
        start = time.process_time()
        for line in lines[:: ROWS // 5_000]:
            for literal in literals:
                literal.search(line)
        theirs = (time.process_time() - start) * ROWS / 5_000
        print(
            f"{len(rules.rules)} rules, {ROWS} events: {ours * 1000:.0f} ms, "
            f"{ROWS / ours:,.0f} events a CPU second, {len(match(rules, events))} alerts; "
            f"{theirs / ours:.0f} × as fast as one search with re a rule and event"
        )


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]])
