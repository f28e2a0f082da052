"""The embedded path, raw lines to scores, beside a plain orjson.loads and SQLite insert.

    python -m benchmarks.embedded [--events N] [--runs N]

The same events are written twice: as raw auditd records, five lines an event, and as ECS JSON
lines. Foureyes recognises, parses, stores without duplicates, matches all own rules, assesses
every day and scores everybody. The peer reads the JSON lines, one orjson.loads each, and inserts
every field and the raw line into one SQLite table, in transactions of 50,000. All runs alternate
on one core and are measured in CPU seconds; the median counts.
"""

import argparse
import io
import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import orjson

from analytics import pipeline
from analytics.detection.loading import OWN_RULES, load
from analytics.event import Context
from analytics.identity import Directory, Link, Person
from analytics.risk import weights
from analytics.site import Site
from analytics.store import open_store

BEGIN = datetime(2026, 3, 2, tzinfo=UTC)
DAYS = 3
IDS = ("auid", "uid", "gid", "euid", "suid", "fsuid", "egid", "sgid", "fsgid")
PEOPLE = 40
RULES = load([OWN_RULES])
WEIGHTS = weights.load()
DIRECTORY = Directory(
    {f"p{n}": Person(id=f"p{n}", name=f"Person {n}", role="researcher") for n in range(PEOPLE)},
    tuple(Link(account=f"uid:site/{1000 + n}", person=f"p{n}") for n in range(PEOPLE)),
)
SITE = Site(directory=DIRECTORY)


def auditd(events: int) -> bytes:
    """Raw auditd records of commands, each with SYSCALL, EXECVE, CWD, PATH and PROCTITLE."""
    chance = np.random.default_rng(1)
    people = chance.integers(0, PEOPLE, events).tolist()
    programs = ("python", "ls", "git", "squeue", "vim", "cat", "nvidia-smi", "tail")
    chosen = chance.integers(0, len(programs), events).tolist()
    step = DAYS * 86_400 / events
    out = []
    for n, (person, program) in enumerate(zip(people, chosen, strict=True)):
        name, uid = programs[program], 1000 + person
        ids = " ".join(f"{kind}={uid}" for kind in IDS)
        stamp = f"audit({BEGIN.timestamp() + n * step:.3f}:{n + 1})"
        argument = f"run{n % 977}.py"
        title = f"{name}\0{argument}".encode().hex().upper()
        out.append(
            f"type=SYSCALL msg={stamp}: arch=c000003e syscall=59 success=yes exit=0 a0=55d1 a1=5d2 "
            f"a2=55d3 a3=8 items=1 ppid={n % 30000 + 2} pid={n % 30000 + 3} {ids} "
            f'tty=pts0 ses=4 comm="{name}" exe="/usr/bin/{name}" key="exec"\n'
            f'type=EXECVE msg={stamp}: argc=2 a0="{name}" a1="{argument}"\n'
            f'type=CWD msg={stamp}: cwd="/home/u{person}/project"\n'
            f'type=PATH msg={stamp}: item=0 name="/usr/bin/{name}" inode=131 dev=08:01 '
            f"mode=0100755 ouid=0 ogid=0 rdev=00:00 nametype=NORMAL\n"
            f"type=PROCTITLE msg={stamp}: proctitle={title}\n"
        )
    return "".join(out).encode()


def context() -> Context:
    """As the ingest command would make it."""
    received = BEGIN + timedelta(days=DAYS)
    return Context(feed="bench", batch="b", origin="o", received=received, host="gpu03")


def json_lines(log: bytes) -> bytes:
    """The same events as ECS JSON lines."""
    source = pipeline.log_sources()["auditd"]
    out = []
    for batch in pipeline.parse(source, io.BufferedReader(io.BytesIO(log)), context()):
        for row in batch.events.to_pylist():
            row["labels"] = dict(row["labels"] or ())
            row["@timestamp"] = row["@timestamp"].isoformat()
            row.pop("event.ingested")
            filled = {name: value for name, value in row.items() if value not in (None, {}, [])}
            out.append(orjson.dumps(filled))
    return b"\n".join(out) + b"\n"


def foureyes(log: bytes) -> int:
    """Raw bytes to scores in an empty lake; the number of events stored."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Path(folder).as_uri())
        source = pipeline.recognise(log[: pipeline.HEAD], "audit.log")
        if source is None:
            raise SystemExit("the log was not recognised")
        stored, alerts, days = 0, [], set()
        for batch in pipeline.parse(source, io.BufferedReader(io.BytesIO(log)), context()):
            taken = pipeline.take_in(batch, store=store, rules=RULES)
            stored += taken.stored
            alerts += taken.found.alerts
            days |= taken.days
        findings = []
        for day in sorted(days):
            findings += pipeline.assess(
                day,
                store=store,
                site=SITE,
                weights=WEIGHTS,
            ).findings
        pipeline.rate(
            alerts,
            findings,
            as_of=BEGIN + timedelta(days=DAYS),
            site=SITE,
            weights=WEIGHTS,
            rules=RULES,
        )
        store.close()
    return stored


def peer(log: bytes) -> int:
    """orjson.loads and insert: every field of the documents and the raw line."""
    with tempfile.TemporaryDirectory() as folder:
        database = sqlite3.connect(Path(folder) / "events.sqlite3", isolation_level=None)
        database.execute("PRAGMA journal_mode=WAL")
        lines = log.splitlines()
        names = list(dict.fromkeys(name for line in lines[:1000] for name in orjson.loads(line)))
        columns = ", ".join(f'"{name}"' for name in names)
        database.execute(f"CREATE TABLE events ({columns}, raw)")
        insert = f"INSERT INTO events VALUES ({', '.join('?' * (len(names) + 1))})"
        for start in range(0, len(lines), 50_000):
            rows = []
            for line in lines[start : start + 50_000]:
                get = orjson.loads(line).get
                values = [get(name) for name in names]
                rows.append(
                    [
                        orjson.dumps(value) if isinstance(value, list | dict) else value
                        for value in values
                    ]
                    + [line]
                )
            database.execute("BEGIN")
            database.executemany(insert, rows)
            database.execute("COMMIT")
        database.close()
    return len(lines)


def main() -> None:
    """Prints events/s and ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    raw = auditd(options.events)
    documents = json_lines(raw)
    tasks: dict[str, Callable[[], int]] = {
        "peer: orjson.loads + SQLite insert": lambda: peer(documents),
        "Foureyes, ECS JSON lines → scored": lambda: foureyes(documents),
        "Foureyes, raw auditd → scored": lambda: foureyes(raw),
    }
    rates: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(options.runs):
        for name, task in tasks.items():
            started = time.process_time()
            count = task()
            rates[name].append(count / (time.process_time() - started))
            if count != options.events:
                raise SystemExit(f"{name}: {count} events instead of {options.events}")
    base = statistics.median(rates["peer: orjson.loads + SQLite insert"])
    print(f"{options.events:,} events, median of {options.runs} runs, CPU seconds of one core")
    for name, values in rates.items():
        median = statistics.median(values)
        print(f"{name:40} {median:10,.0f} events/s   {median / base:5.2f} × peer")


if __name__ == "__main__":
    main()
