"""How fast correlations are asked of hits: `python -m benchmarks.correlations`.

A million hits of 10,000 entities over a day; ten correlations, each an ordered sequence of three
rules within an hour, then one of each other kind. Prints hits per CPU second beside a loop that
does the least a streaming engine must for each hit of such a sequence: look up its entity's state
and drop what is too old. Both see the hits in order of time.
"""

import time
from collections import defaultdict, deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from analytics.detection.correlations.alerts import correlate
from analytics.detection.correlations.correlation import Bound, Correlation, Kind
from analytics.detection.correlations.gathering import FIELD, TIME
from analytics.findings import Severity

HITS, ENTITIES, RULES, RUNS = 1_000_000, 10_000, 30, 3
DAY = datetime(2026, 11, 23, tzinfo=UTC)
HOUR = timedelta(hours=1)


def hits() -> pa.Table:
    """By time; every rule as often as the others, each entity at its own rate."""
    chance = np.random.default_rng(7)
    seconds = np.sort(chance.integers(0, 86_400 * 1_000_000, HITS))
    times = seconds + int(DAY.timestamp()) * 1_000_000
    entity = (ENTITIES * chance.power(2, HITS)).astype(int)
    columns: dict[str, Any] = {
        "rule": pa.array([f"r{n}" for n in chance.integers(0, RULES, HITS)]),
        "event": pa.array([f"e{n:07}" for n in range(HITS)]),
        "time": pa.array(times, pa.int64()).cast(TIME),
        "account": pa.array([f"unix:u{n}" for n in entity]),
        "owner": pa.nulls(HITS, pa.string()),
        "object": pa.nulls(HITS, pa.string()),
        FIELD + "user": pa.array([f"u{n}" for n in entity]),
        FIELD + "size": pa.array([str(n) for n in chance.integers(0, 5_000, HITS)]),
    }
    return pa.table(columns)


def asked(kind: Kind, number: int, bound: float, rules: tuple[str, ...]) -> Correlation:
    """One correlation within an hour, by user."""
    return Correlation(
        id=f"{kind}{number}",
        version="1",
        names=frozenset(),
        title=str(kind),
        severity=Severity.HIGH,
        confidence=0.5,
        tags=(),
        tactics=(),
        path=Path("benchmark.yml"),
        description="",
        falsepositives=(),
        object=None,
        kind=kind,
        rules=rules,
        group_by=("user",),
        timespan=HOUR,
        bounds=(Bound("greater_equal", bound),),
        fields=("size",),
        percentile=90,
    )


def sequences() -> list[Correlation]:
    """Ten, which look at all the rules together."""
    return [
        asked(Kind.TEMPORAL_ORDERED, n, 3, tuple(f"r{3 * n + m}" for m in range(3)))
        for n in range(10)
    ]


def least(rules: list[str], users: list[str], times: list[int]) -> int:
    """What a streaming engine cannot do without: the entity's state, without what is too old."""
    state: dict[tuple[int, str], deque[tuple[int, int]]] = defaultdict(deque)
    span, complete = int(HOUR.total_seconds()) * 1_000_000, 0
    place = {f"r{n}": divmod(n, 3) for n in range(RULES)}
    for rule, user, at in zip(rules, users, times, strict=True):
        sequence, step = place[rule]
        open_ones = state[sequence, user]
        while open_ones and open_ones[0][0] < at - span:
            open_ones.popleft()
        open_ones.append((at, step))
        complete += len({step for _, step in open_ones}) == 3
    return complete


def seconds(run: Callable[[], object]) -> float:
    """The least CPU time of some runs."""
    taken = []
    for _ in range(RUNS):
        start = time.process_time()
        run()
        taken.append(time.process_time() - start)
    return min(taken)


def main() -> None:
    """Prints the figures."""
    found = hits()
    rules, users = found["rule"].to_pylist(), found[FIELD + "user"].to_pylist()
    times = found["time"].cast(pa.int64()).to_pylist()
    bare = seconds(lambda: least(rules, users, times))
    whole = (DAY, DAY + timedelta(days=1))
    ten = seconds(lambda: correlate(sequences(), found, *whole))
    alerts = len(correlate(sequences(), found, *whole))
    print(f"{HITS:,} hits, {ENTITIES:,} entities, CPU seconds, best of {RUNS} runs")
    print(f"{'ten ordered sequences':24} {HITS / ten:>12,.0f} hits/s, {alerts:,} alerts")
    print(f"{'a bare streaming loop':24} {HITS / bare:>12,.0f} hits/s, {bare / ten:.2f} of it")
    for kind, bound in (
        (Kind.EVENT_COUNT, 30),
        (Kind.VALUE_COUNT, 30),
        (Kind.VALUE_SUM, 100_000),
        (Kind.VALUE_PERCENTILE, 4_900),
        (Kind.TEMPORAL, 3),
    ):
        all_rules = tuple(f"r{n}" for n in range(3 if kind is Kind.TEMPORAL else RULES))
        one = asked(kind, 0, bound, all_rules)
        taken = seconds(lambda one=one: correlate([one], found, *whole))  # type: ignore[misc]
        print(f"{kind:24} {HITS / taken:>12,.0f} hits/s")


if __name__ == "__main__":
    main()
