"""Server time and bytes of every page and panel over many events in the embedded store, and the
counts behind them beside SQLite with covering indices.

.venv/bin/python -m benchmarks.pages [--events N] [--home FOLDER] [--only WORD …] [--peer]

Pages are found in the URL conf, signed in as somebody, and asked through the whole stack of the
application in this process. Cold is a store that was just opened; the files may be in the system's
memory. A folder that is given is kept and used again. Ends with 1 where a limit is missed.
"""

import argparse
import logging
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from benchmarks.pages_asked import Ask
    from benchmarks.pages_peer import Peer

KILOBYTES = 300
WARM, LEAST, SECONDS, COLD = 20, 5, 2.0, 3  # times; at least; while that is not over; times
HISTOGRAM_RATIO, FACET_RATIO = 2, 8


@dataclass(slots=True)
class Answered:
    """Milliseconds by the clock and of CPU, and bytes."""

    cold: list[float] = field(default_factory=list)
    cold_cpu: list[float] = field(default_factory=list)
    warm: list[float] = field(default_factory=list)
    warm_cpu: list[float] = field(default_factory=list)
    size: int = 0


def main() -> None:
    """Fills the store where it is empty, asks, and prints a line a page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--peer", action="store_true", help="beside SQLite")
    parser.add_argument(
        "--cpu", action="store_true", help="judge by CPU seconds: other work has the clock"
    )
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as spare:
        home = given.home or Path(spare)
        start(home)
        fill(home, given.events, peer=given.peer)
        missed = walk(given.only, by_cpu=given.cpu)
        if given.peer:
            missed += compare(home)
    raise SystemExit(1 if missed else 0)


def start(home: Path) -> None:
    """Makes this process an installation in that folder."""
    home.mkdir(parents=True, exist_ok=True)
    for name in ("EVENT_STORE_URL", "DATABASE_URL", "CELERY_BROKER_URL"):
        os.environ.pop(name, None)
    os.environ |= {
        "FOUREYES_HOME": str(home),
        "SECRET_KEY": "only-for-benchmarks",
        "DJANGO_SETTINGS_MODULE": "auditapp.settings",
    }
    import django

    django.setup()
    logging.disable(logging.ERROR)
    (home / "static").mkdir(exist_ok=True)


def fill(home: Path, events: int, *, peer: bool) -> None:
    """Events and rows, unless they are there already."""
    from django.core.management import call_command

    from analytics.fields import FACETS
    from auditapp.cases.rules import rule_set
    from auditapp.eventstore import store
    from benchmarks import pages_rows
    from benchmarks.pages_events import tables
    from benchmarks.pages_peer import Peer

    if (home / "filled").exists():
        return
    begun = time.process_time()
    call_command("migrate", verbosity=0)
    now = datetime.now(UTC)
    beside = Peer(home / "peer.sqlite3", (*FACETS,)) if peer else None
    samples = []
    for _, table in tables(events, now):
        store().append(table)
        for row in table.select(["event.id", "@timestamp"]).slice(0, 25).to_pylist():
            samples.append(pages_rows.Sample(row["event.id"], row["@timestamp"]))
        if beside:
            beside.append(table)
    store().maintain()
    if beside:
        beside.index()
    pages_rows.fill(now, samples, [rule.id for rule in rule_set().detections])
    (home / "filled").touch()
    print(f"filled in {time.process_time() - begun:.0f} s of CPU")


def walk(only: list[str], *, by_cpu: bool) -> int:
    """How many limits are missed by the pages whose title has one of these words, or by all."""
    from django.test import Client

    from analytics.store.base import Question
    from auditapp import garbage
    from auditapp.eventstore import store
    from benchmarks.pages_asked import asks
    from benchmarks.pages_rows import NAME, PASSWORD

    garbage.collect_rarely()  # as a web process does
    client = Client(SERVER_NAME="localhost")
    client.post("/sign-in/", {"username": NAME, "password": PASSWORD})
    print(f"{store().count(Question()):,} events")
    print(f"{'page':52} {'cold':>7} {'p50':>7} {'p95':>7} {'CPU':>6} ms {'kB':>6}")
    missed = 0
    for ask in asks():
        if only and not any(word in ask.address for word in only):
            continue
        first = client.get(ask.address)
        if first.status_code in (302, 405) or first.streaming:
            continue  # what only does something and shows nothing, or is a file to take away
        if first.status_code != 200:
            raise SystemExit(f"{ask.address} answers {first.status_code}")
        missed += report(ask, answered(client.get, ask.address, store().close), by_cpu=by_cpu)
    return missed


def answered(get: Callable[[str], Any], address: str, close: Callable[[], None]) -> Answered:
    """What it takes, cold some times and warm as often as is quick."""
    found = Answered()

    def ask(clock: list[float], cpu: list[float]) -> None:
        begun, spent = time.perf_counter(), time.process_time()
        found.size = len(get(address).content)
        clock.append((time.perf_counter() - begun) * 1000)
        cpu.append((time.process_time() - spent) * 1000)

    for _ in range(COLD):
        close()
        ask(found.cold, found.cold_cpu)
    while len(found.warm) < WARM and (len(found.warm) < LEAST or sum(found.warm) < SECONDS * 1000):
        ask(found.warm, found.warm_cpu)
    return found


def report(ask: "Ask", found: Answered, *, by_cpu: bool) -> int:
    """Prints a line; how many limits are missed."""
    cold, p50, p95 = share(found.cold, 0.95), share(found.warm, 0.5), share(found.warm, 0.95)
    cpu = share(found.warm_cpu, 0.5)
    warm_judged, cold_judged = (cpu, share(found.cold_cpu, 0.5)) if by_cpu else (p95, cold)
    wrong = [f"over {ask.warm} ms"] if warm_judged > ask.warm else []
    wrong += [f"cold over {ask.cold} ms"] if ask.cold and cold_judged > ask.cold else []
    wrong += [f"over {KILOBYTES} kB"] if found.size > KILOBYTES * 1000 else []
    figures = f"{cold:7.0f} {p50:7.0f} {p95:7.0f} {cpu:6.0f}"
    print(f"{shown(ask.address):52} {figures}    {found.size / 1000:6.0f} {', '.join(wrong)}")
    return len(wrong)


def shown(address: str) -> str:
    """The address, short enough for a line."""
    return address if len(address) <= 52 else f"{address[:30]}…{address[-21:]}"


def share(values: list[float], part: float) -> float:
    """The value below which that part of them lies."""
    return sorted(values)[min(int(len(values) * part), len(values) - 1)]


def compare(home: Path) -> int:
    """Prints how many times as fast as SQLite the counts are that pages ask for; how many limits
    are missed."""
    from analytics.fields import FACETS
    from analytics.store.base import Question
    from auditapp.eventstore import store
    from benchmarks.pages_peer import Peer

    peer, lake, missed = Peer(home / "peer.sqlite3", FACETS), store(), 0
    for days in (1, 7, 30, None):
        since = datetime.now(UTC) - timedelta(days=days) if days else None
        question, span = Question(since=since), f"{days} days" if days else "all"
        interval = "hour" if days == 1 else "day"
        for by in ("event.dataset", "feed.id"):
            ours = partial(lake.histogram, question, interval=interval, by=by)
            theirs = partial(peer.histogram, since, interval, by)
            missed += _compared(f"histogram by {by}, {span}", ours, theirs, HISTOGRAM_RATIO)
        ours = partial(lake.facets, question, FACETS, size=6)
        theirs = partial(_facets, peer, since, FACETS)
        missed += _compared(f"{len(FACETS)} facets, {span}", ours, theirs, FACET_RATIO)
    return missed


def _facets(peer: "Peer", since: datetime | None, fields: tuple[str, ...]) -> None:
    for name in fields:
        peer.facet(since, name, 6)


def _compared(
    title: str, ours: Callable[[], object], theirs: Callable[[], object], least: float
) -> int:
    """Best of three, in turns."""
    best = [float("inf"), float("inf")]
    for _ in range(3):
        for side, work in enumerate((ours, theirs)):
            begun = time.perf_counter()
            work()
            best[side] = min(best[side], time.perf_counter() - begun)
    ratio = best[1] / best[0]
    wrong = f"less than {least}" if ratio < least else ""
    figures = f"{best[0] * 1000:9.1f} ms  SQLite {best[1] * 1000:9.1f} ms {ratio:8.2f} ×"
    print(f"{title:44} {figures} {wrong}")
    return 1 if wrong else 0


if __name__ == "__main__":
    main()
