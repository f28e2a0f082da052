"""How fast a back-test is: `python -m benchmarks.backtest [--events N] [--rounds N] [--elastic]`.

The events are commands as histories hold them, half of them unlike any other, over thirty days; one
in a thousand is what a rule looks for. Asked are one rule, then all own rules and correlations. The
peer in the same run, alternating, is the bare scan of the same columns of the same store, which any
back-test has to do at least. Without --elastic the store is a lake, else a node that is started as
the tests do it (Maven, Java 17); the node's own CPU is not in these figures.
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import numpy as np
import pyarrow as pa
from sigma.rule.logsource import SigmaLogSource

from analytics.detection import logsources
from analytics.detection.backtesting import backtest, chosen, columns_of
from analytics.detection.loading import OWN_RULES, RuleSet, load
from analytics.fields import SCHEMA
from analytics.identity import Directory
from analytics.store import open_store
from analytics.store.base import EventStore, Question
from benchmarks.detection import COMMON, SOUGHT
from tests.services import running
from tests.services.elasticsearch import elasticsearch

BATCH, DAYS, PEOPLE = 50_000, 30, 400
START = datetime(2026, 1, 1, tzinfo=UTC)
ONE = OWN_RULES / "shell" / "history_tampering.yml"


def batches(events: int) -> Iterator[pa.Table]:
    """In order of time, as they would arrive."""
    chance = np.random.default_rng(7)
    source = logsources.find(SigmaLogSource(product="linux", category="process_creation"))
    for first in range(0, events, BATCH):
        size = min(BATCH, events - first)
        lines = [_line(chance) for _ in range(size)]
        people = chance.integers(0, PEOPLE, size).tolist()
        numbers = range(first, first + size)
        columns: dict[str, list[object]] = {
            "@timestamp": [START + timedelta(days=DAYS * n / events) for n in numbers],
            "event.id": [f"{chance.integers(1 << 62):016x}{n:08x}" for n in numbers],
            "event.original": [f"#1767225600\n{line}" for line in lines],
            "process.command_line": list(lines),
            "process.args": [line.split() for line in lines],
            "process.name": [line.split()[0] for line in lines],
            "message": [f"u{n} ran {line}" for n, line in zip(people, lines, strict=True)],
            "actor.account": [f"unix:u{n}" for n in people],
            **{name: [values[0]] * size for name, values in source.where},
        }
        yield pa.Table.from_arrays(
            [_column(field, columns, size) for field in SCHEMA], schema=SCHEMA
        )


def _line(chance: np.random.Generator) -> str:
    kind, pick = chance.random(), int(chance.integers(1 << 30))
    if kind < 0.001:
        return SOUGHT[pick % len(SOUGHT)]
    if kind < 0.5:
        return COMMON[pick % len(COMMON)]
    return f"python eval.py --run {pick:09d} --step {pick % 9973} --out /shared/out/{pick:x}"


def _column(field: pa.Field, columns: dict[str, list[object]], size: int) -> pa.Array:
    if field.name not in columns:
        return pa.nulls(size, field.type)
    values = columns[field.name]
    if pa.types.is_list(field.type) and not isinstance(values[0], list):
        values = [[value] for value in values]
    return pa.array(values, field.type)


@contextmanager
def opened(elastic: bool) -> Iterator[EventStore]:
    """An empty store."""
    if elastic:
        running.start_all()
        try:
            url = running.shared("elasticsearch", elasticsearch)
            yield open_store(f"{url}/b{uuid4().hex}")
        finally:
            if running.FOLDER in os.environ:
                running.stop_all()
    else:
        with tempfile.TemporaryDirectory() as folder:
            yield open_store((Path(folder) / "lake").as_uri())


def taken(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds by the clock, and of this process's CPU."""
    clock, cpu = time.monotonic(), time.process_time()
    work()
    return time.monotonic() - clock, time.process_time() - cpu


def measured(name: str, rules: RuleSet, store: EventStore, events: int, rounds: int) -> None:
    """Prints one line: ours beside the bare scan, by medians."""
    columns, hits = columns_of(rules), 0

    def ours() -> None:
        nonlocal hits
        found = backtest(rules, store, Question(), Directory({}, ()))
        assert found.events == events
        hits = sum(one.hits for one in found.found)

    def bare() -> None:
        assert sum(table.num_rows for table in store.scan(Question(), columns)) == events

    both = [(taken(ours), taken(bare)) for _ in range(rounds)]
    clock, cpu = (statistics.median(our[n] for our, _ in both) for n in (0, 1))
    least = statistics.median(our[1] / peer[1] for our, peer in both)
    print(
        f"{name}: {events:,} events, {hits:,} hits, {len(columns)} columns in {clock:.1f} s, "
        f"{events / clock:,.0f} events/s, {events / cpu:,.0f} per CPU second; "
        f"{least:.2f} × the CPU of the bare scan of these columns",
        flush=True,
    )


def main() -> None:
    """Fills the store and asks it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--elastic", action="store_true")
    options = parser.parse_args()
    own = load([OWN_RULES])
    with opened(options.elastic) as store:
        for batch in batches(options.events):
            store.append(batch)
        store.maintain()
        for name, rules in (
            ("one rule", chosen(own, [ONE])),
            (f"{len(own.detections)} own rules and correlations", own),
        ):
            measured(name, rules, store, options.events, options.rounds)


if __name__ == "__main__":
    main()
