"""The lake against SQLite with indices, over the same million events, in the same run.

.venv/bin/python -m benchmarks.store [EVENTS]
"""

import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pyarrow as pa

from analytics.fields import SCHEMA
from analytics.store.base import Question
from analytics.store.lake import Lake
from analytics.store.query import OneOf, Term

DAYS = 30
BATCH = 50_000
START = datetime(2026, 1, 1, tzinfo=UTC)
COLUMNS = (
    "@timestamp",
    "event.id",
    "event.module",
    "event.original",
    "actor.account",
    "host.name",
    "process.executable",
    "process.command_line",
)
PROGRAMS = ("python", "git", "scancel", "rm", "vim", "ssh", "huggingface-cli")
WEEK = Question(since=START + timedelta(days=10), until=START + timedelta(days=17))
PERSON = Question(query=OneOf("actor.account", ("unix:user17",)))
PART = Question(query=Term("event.original", "step-77777"))


def batches(events: int) -> Iterator[pa.Table]:
    """Audit-like events over thirty days, in order of time, as they would arrive."""
    chance = random.Random(7)
    for first in range(0, events, BATCH):
        size = min(BATCH, events - first)
        rows: dict[str, list[object]] = {name: [] for name in COLUMNS}
        for number in range(first, first + size):
            program = chance.choice(PROGRAMS)
            user = int(chance.paretovariate(1)) % 400
            command = f"{program} --config /shared/ckpt/llm-13b/step-{number} --seed {user}"
            values = (
                START + timedelta(days=DAYS * number / events),
                f"{chance.getrandbits(128):032x}",
                chance.choice(("shell", "git", "scheduler")),
                f"type=EXECVE msg=audit({number}.{user}): argc=5 a0={command}",
                f"unix:user{user}",
                f"gpu{user % 64:02}",
                f"/usr/bin/{program}",
                command,
            )
            for name, value in zip(COLUMNS, values, strict=True):
                rows[name].append(value)
        columns = [
            pa.array(rows[field.name], field.type)
            if field.name in rows
            else pa.nulls(size, field.type)
            for field in SCHEMA
        ]
        yield pa.Table.from_arrays(columns, schema=SCHEMA)


class Sqlite:
    """The same events in one SQLite table with the indices that its questions need."""

    def __init__(self, path: Path) -> None:
        self.database = sqlite3.connect(path)
        names = ", ".join(f'"{name}"' for name in COLUMNS)
        key = '"event.id" TEXT PRIMARY KEY'
        self.database.execute("PRAGMA journal_mode=WAL")
        self.database.execute(
            f"CREATE TABLE events ({names.replace(chr(34) + 'event.id' + chr(34), key)})"
        )
        for name in ("@timestamp", "actor.account"):
            self.database.execute(f'CREATE INDEX "i{name}" ON events ("{name}")')

    def append(self, events: pa.Table) -> None:
        times = [time.timestamp() for time in events["@timestamp"].to_pylist()]
        rest = [events[name].to_pylist() for name in COLUMNS[1:]]
        marks = ", ".join("?" * len(COLUMNS))
        rows = zip(times, *rest, strict=True)
        self.database.executemany(f"INSERT OR IGNORE INTO events VALUES ({marks})", rows)
        self.database.commit()

    def ask(self, what: str, question: Question, end: str = "") -> list[object]:
        condition = "true"
        values: list[object] = []
        if question.since is not None and question.until is not None:
            condition = '"@timestamp" >= ? AND "@timestamp" < ?'
            values = [question.since.timestamp(), question.until.timestamp()]
        elif isinstance(question.query, OneOf):
            condition, values = '"actor.account" = ?', [question.query.values[0]]
        elif isinstance(question.query, Term):
            condition, values = '"event.original" LIKE ?', [f"%{question.query.value}%"]
        sql = f"SELECT {what} FROM events WHERE {condition} {end}"
        return self.database.execute(sql, values).fetchall()


def seconds(work: Callable[[], object], times: int = 3) -> float:
    """How long the work takes, the best of several times."""
    best = float("inf")
    for _ in range(times):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best


def main() -> None:
    """Prints a line a question: the lake's time, SQLite's, and how many times quicker it is."""
    events = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        lake, peer = Lake(Path(folder) / "lake"), Sqlite(Path(folder) / "peer.sqlite3")
        spent = {"lake": 0.0, "peer": 0.0}
        some: list[str] = []
        for batch in batches(events):
            spent["lake"] += seconds(partial(lake.append, batch), times=1)
            spent["peer"] += seconds(partial(peer.append, batch), times=1)
            some.append(batch["event.id"][BATCH // 3].as_py())
        print(f"{events:,} events, {DAYS} days; SQLite has {len(COLUMNS)} columns, 3 indices")
        report(f"append ({events / spent['lake']:,.0f} events/s)", spent["lake"], spent["peer"])
        again = seconds(lambda: lake.append(batch), times=1)
        report("append again what is there", again, seconds(lambda: peer.append(batch), times=1))
        print(f"{'maintain':34} {seconds(lake.maintain, times=1) * 1000:9.1f} ms")
        compare(lake, peer, some[len(some) // 2])
        size = sum(path.stat().st_size for path in (Path(folder) / "lake").rglob("*.parquet"))
        print(f"files: {size / 1e6:.0f} MB, SQLite: {peer_size(folder) / 1e6:.0f} MB")
        lake.close()
        peer.database.close()


def compare(lake: Lake, peer: Sqlite, event: str) -> None:
    """The questions that pages ask."""
    hour = 'CAST("@timestamp" / 3600 AS INTEGER)'
    module, account, newest = '"event.module"', '"actor.account"', 'ORDER BY "@timestamp" DESC'
    top = "GROUP BY 1 ORDER BY 2 DESC LIMIT 10"
    for title, question in (("all", Question()), ("a week", WEEK), ("one account", PERSON)):
        report(
            f"histogram by family, {title}",
            seconds(partial(lake.histogram, question, interval="hour", by="event.module")),
            seconds(partial(peer.ask, f"{hour}, {module}, count(*)", question, "GROUP BY 1, 2")),
        )
        report(
            f"facet of accounts, {title}",
            seconds(partial(lake.facets, question, ["actor.account"])),
            seconds(partial(peer.ask, f"{account}, count(*)", question, top)),
        )
        report(
            f"newest 100, {title}",
            seconds(partial(lake.search, question)),
            seconds(partial(peer.ask, "*", question, f"{newest} LIMIT 100")),
        )
    report(
        "count of a part of the raw line",
        seconds(lambda: lake.count(PART)),
        seconds(lambda: peer.ask("count(*)", PART)),
    )
    found = lake.get(event)
    assert found is not None
    day = found["@timestamp"][0].as_py().date()
    one = 'SELECT * FROM events WHERE "event.id" = ?'
    by_id = seconds(lambda: peer.database.execute(one, [event]).fetchall())
    report("one event by id", seconds(lambda: lake.get(event)), by_id)
    report("one event by id and day", seconds(lambda: lake.get(event, day)), by_id)


def peer_size(folder: str) -> int:
    """SQLite's bytes on disk."""
    return (Path(folder) / "peer.sqlite3").stat().st_size


def report(title: str, ours: float, theirs: float) -> None:
    """One line."""
    ratio = theirs / ours
    print(f"{title:34} {ours * 1000:9.1f} ms   SQLite {theirs * 1000:9.1f} ms   {ratio:8.2f} x")


if __name__ == "__main__":
    main()
