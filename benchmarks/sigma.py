"""How fast Sigma's rules are asked of JSON lines, beside rsigma and Zircolite.

    python -m benchmarks.sigma RULES [--rsigma BINARY]
        [--zircolite FOLDER --zircolite-python PYTHON] [--many-rules FOLDER]

`RULES` is a folder of Sigma rules for Linux. All sides are given the same file of events unlike
each other (`sigma_events.py`), the same rules and the same routing: a rule is asked only of events
whose product, category and service are those that it names. Each goes all the way from the file
to hits, in turns, and the hits of each rule must be the same: a difference is printed, and is a
failure. What a side does before its first event (reading rules, starting Python) is measured over
a file of one event, and taken off.

* ours: blocks of the file, each into columns by `analytics/jsonlog`, each column searched by
  `match`, an alert made for each hit; two processes share the blocks where there are two cores.
* rsigma: `engine eval`, told that the file is JSON and to route by log source, its hits into a
  file. It is one thread: on two cores two of it have half of the file each.
* Zircolite: its own pySigma, quiet, told that the file is JSON lines. It has no routing but by
  condition, so each rule has its log source as one; and its SQLite cannot search for words without
  a field, so rules that do are left out. It is given fewer events.

Then ours again with many rules: the same, and copies with other words in their values; and over
the fewer events beside rsigma.
"""

import argparse
import statistics
import tempfile
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.sigma_events import events
from benchmarks.sigma_rules import documents, many, parsed
from benchmarks.sigma_sides import Ours, RSigma, Run, Side, Workers, Zircolite

EVENTS, FEW, RUNS, MANY = 200_000, 20_000, 5, 3_000


@dataclass(frozen=True, slots=True)
class Measured:
    """A side's runs over a file, and the one that shows what it does before the first event."""

    side: Side
    events: int
    start: Run
    runs: tuple[Run, ...]

    @property
    def cpu(self) -> list[float]:
        """Events a CPU second, run by run."""
        return [self.events / max(run.cpu - self.start.cpu, 1e-3) for run in self.runs]

    @property
    def wall(self) -> list[float]:
        """Events a second by the clock, run by run."""
        return [self.events / max(run.wall - self.start.wall, 1e-3) for run in self.runs]

    def __str__(self) -> str:
        cpu, wall = statistics.median(self.cpu), statistics.median(self.wall)
        memory = max(run.memory for run in self.runs) / 1e6
        return f"  {self.side.name:22} {cpu:>10,.0f} events/CPU s {wall:>10,.0f} events/s" + (
            f" {memory:,.0f} MB a process" if memory else ""
        )


def measured(sides: Sequence[Side], log: Path, size: int, one: Path, runs: int) -> list[Measured]:
    """All sides in turns, after one turn over a single event."""
    starts = [side.run(one) for side in sides]
    turns = [[side.run(log) for side in sides] for _ in range(runs)]
    found = [
        Measured(side, size, starts[place], tuple(turn[place] for turn in turns))
        for place, side in enumerate(sides)
    ]
    print(*found, sep="\n")
    return found


def same(ours: Measured, theirs: Measured) -> bool:
    """Whether each rule hit as often on both sides; says which did not."""
    left, right = ours.runs[0].hits, theirs.runs[0].hits
    asked = ours.side.rules & theirs.side.rules
    differing = [rule for rule in sorted(asked) if left[rule] != right[rule]]
    hit = [rule for rule in asked if left[rule]]
    print(
        f"  {theirs.side.name}: {len(asked) - len(differing):,} of {len(asked):,} rules hit as "
        f"often as ours, {len(hit)} of them {sum(left[rule] for rule in hit):,} times together"
    )
    for rule in differing:
        print(f"    DIFFERENT {rule}: {left[rule]} hits of ours, {right[rule]} of theirs")
    return not differing


def ratio(what: str, ours: Sequence[float], theirs: Sequence[float]) -> None:
    """Prints how many times as fast we are, turn by turn."""
    each = [mine / other for mine, other in zip(ours, theirs, strict=True)]
    print(f"  {what}: {statistics.median(each):.2f} × ({min(each):.2f}–{max(each):.2f})")


def beside_rsigma(given: argparse.Namespace, log: Path, one: Path) -> tuple[bool, Measured]:
    """Ours and rsigma's over the whole file, on one core and on two."""
    rules = given.rules
    titles = {document["title"] for document in documents(rules).values()}
    print(f"{len(titles):,} rules, {given.events:,} events:")
    with Workers(rules, 2) as workers:
        sides: list[Side] = [Ours(workers, titles, cores) for cores in (1, 2)]
        if given.rsigma:
            sides += [RSigma(given.rsigma, rules, titles, log.parent, cores) for cores in (1, 2)]
        found = measured(sides, log, given.events, one, given.runs)
    if not given.rsigma:
        print("  rsigma is not at hand: name its binary with --rsigma")
        return True, found[0]
    ours, ours_twice, theirs, theirs_twice = found
    right = [same(ours, theirs), same(ours_twice, theirs_twice)]
    ratio("per CPU second, one core", ours.cpu, theirs.cpu)
    ratio("per CPU second, two cores", ours_twice.cpu, theirs_twice.cpu)
    ratio("by the clock, one core", ours.wall, theirs.wall)
    ratio("by the clock, two cores, two of rsigma", ours_twice.wall, theirs_twice.wall)
    ratio("by the clock, two cores, one of rsigma as it comes", ours_twice.wall, theirs.wall)
    return all(right), ours


def with_many(
    given: argparse.Namespace, ours: Measured, logs: tuple[Path, Path], one: Path
) -> bool:
    """Ours over the whole file with many rules, and beside rsigma's over fewer events."""
    log, few = logs
    rules = given.many_rules or many(given.rules, log.parent / "many", MANY)
    titles = {document["title"] for document in documents(rules).values()}
    print(f"{len(titles):,} rules, {given.events:,} events, then {FEW:,}:")
    with Workers(rules, 1) as workers:
        mine = Ours(workers, titles, 1)
        (whole,) = measured([mine], log, given.events, one, given.runs)
        ratio("speed with these rules, of that with the fewer", whole.cpu, ours.cpu)
        if not given.rsigma:
            return True
        theirs = RSigma(given.rsigma, rules, titles, log.parent, 1)
        found = measured([mine, theirs], few, FEW, one, given.runs)
    right = same(*found)
    ratio("per CPU second, one core", found[0].cpu, found[1].cpu)
    return right


def beside_zircolite(given: argparse.Namespace, log: Path, one: Path) -> bool:
    """Ours and Zircolite's over fewer events."""
    if not given.zircolite:
        print("Zircolite is not at hand: name its folder with --zircolite")
        return True
    theirs = Zircolite(given.zircolite, given.zircolite_python, given.rules, log.parent)
    print(f"{len(theirs.rules):,} rules that Zircolite can ask, {FEW:,} events:")
    with Workers(theirs.asked, 1) as workers:
        sides: list[Side] = [Ours(workers, theirs.rules, 1), theirs]
        ours, other = measured(sides, log, FEW, one, given.runs)
    right = same(ours, other)
    ratio("per CPU second", ours.cpu, other.cpu)
    ratio("by the clock", ours.wall, other.wall)
    return right


def main() -> int:
    """Prints all figures; 1 where hits differ."""
    given = _arguments()
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        rules = parsed(given.rules)
        log, few, one = (place / f"{name}.jsonl" for name in ("log", "few", "one"))
        for path, size in ((log, given.events), (few, FEW), (one, 1)):
            path.write_bytes(b"".join(line + b"\n" for line in events(size, given.seed, rules)))
        right, ours = beside_rsigma(given, log, one)
        right_too = with_many(given, ours, (log, few), one)
        right_there = beside_zircolite(given, few, one)
    return 0 if right and right_too and right_there else 1


def _arguments() -> argparse.Namespace:
    reading = argparse.ArgumentParser(description="Sigma's rules over JSON lines, beside others")
    reading.add_argument("rules", type=Path)
    reading.add_argument("--rsigma", type=Path, help="its binary, 0.23.0")
    reading.add_argument("--zircolite", type=Path, help="the folder of its program")
    reading.add_argument("--zircolite-python", type=Path, default=Path("python3"))
    reading.add_argument("--many-rules", type=Path, help="a folder, instead of copies of the rules")
    reading.add_argument("--events", type=int, default=EVENTS)
    reading.add_argument("--runs", type=int, default=RUNS)
    reading.add_argument("--seed", type=int, default=7)
    return reading.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
