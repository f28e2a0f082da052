"""How fast each source turns a log into events in Arrow batches, and how much memory that takes.

`python -m benchmarks.parse [--only NAME …] [--lines N]` prints a table. Each source runs in turn
with a peer that does the least there is to do with the same bytes: `orjson.loads` of each record
of a JSON log, else a regular expression matched against each line. What counts is CPU time. Each
run reads a log of another seed, after one that is not timed: what readers keep of earlier logs is
there, as in a worker, and nothing of the log itself. The fastest run of either counts: other work
on the machine only slows a run down, and the best of the ratios would be one with a slowed peer.
Peak memory is that of a process of its own which reads the log from a file, of N lines and of
four times as many.

Logs come from `benchmarks/logs/<source>.py`, or else from the source's golden sample, repeated;
there is no other log of such a sample, so that its runs read what was read before.
"""

import argparse
import importlib
import importlib.util
import io
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import orjson

from analytics import pipeline
from analytics.event import Context
from analytics.reading import documents
from auditapp.garbage import collect_rarely

GOLDEN = Path(__file__).resolve().parents[1] / "tests/golden"
LINES = 50_000
RUNS = 3
SEED = 7
LINE = re.compile(rb"(\S+)(?:[ |:](\S+))?(?:[ |](\S+))?(.*)")
HEADERS = {
    "auditd": re.compile(
        rb"(?:node=(\S+) )?type=(\S+) msg=audit\((\d{1,11})\.(\d{1,6}):(\d{1,20})\): ?(.*)"
    ),
}
CONTEXT = Context(
    feed="benchmark",
    batch="benchmark",
    origin="benchmark",
    received=datetime(2026, 12, 1, tzinfo=UTC),
    host="gpu03",
    user="asilva",
)


@dataclass(frozen=True, slots=True)
class Log:
    """A log to read: its records one by one as its peer reads them, and what is said of it."""

    whole: bytes
    records: list[bytes]
    is_json: bool
    context: Context = CONTEXT


def log_of(name: str, size: int, seed: int = SEED) -> Log | None:
    """A log of about so many lines for a source; None where there is neither maker nor sample."""
    if importlib.util.find_spec(f"benchmarks.logs.{name}"):
        whole: bytes = importlib.import_module(f"benchmarks.logs.{name}").generated(size, seed)
        return Log(whole, whole.splitlines(), whole[:1] == b"{")
    samples = [
        path
        for path in GOLDEN.glob(f"{name}/*")
        if not path.name.endswith((".expected.json", ".context.json")) and path.stem != "broken"
    ]
    if not samples:
        return None
    sample = max(samples, key=lambda path: path.stat().st_size)
    text = sample.read_bytes().rstrip(b"\n") + b"\n"
    times = max(1, size // text.count(b"\n"))
    found = documents(io.BytesIO(text))
    values = [item.raw for item in found if type(item.value) is dict and _is_strict(item.raw)]
    records = values or text.splitlines()
    return Log(text * times, records * times, bool(values), _context(sample))


def _is_strict(text: bytes) -> bool:
    """Whether the peer reads it too."""
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return True


def _context(sample: Path) -> Context:
    beside = sample.with_suffix(".context.json")
    changes = json.loads(beside.read_text()) if beside.exists() else {}
    changes.pop("received", None)
    if "timezone" in changes:
        changes["timezone"] = ZoneInfo(changes["timezone"])
    if "columns" in changes:
        changes["columns"] = tuple(changes["columns"])
    return replace(CONTEXT, **changes)


def seconds(run: Callable[[], int]) -> float:
    """CPU time that one run takes."""
    start = time.process_time()
    run()
    return time.process_time() - start


def peer_of(name: str, log: Log) -> Callable[[], int]:
    """The least there is to do with each record."""
    if not log.is_json:
        match = HEADERS.get(name, LINE).match
        return lambda: sum(match(record) is not None for record in log.records)

    return lambda: sum(orjson.loads(record) is not None for record in log.records)


def events_of(name: str, stream: io.BufferedIOBase, context: Context) -> int:
    """How many events a source reads out of a log."""
    source = pipeline.log_sources()[name]
    return sum(batch.events.num_rows for batch in source.parse(stream, context))  # type: ignore[arg-type]


def peak(name: str, log: Log) -> float:
    """The most megabytes that a process holds which reads the log from a file."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(log.whole)
        file.flush()
        zone, columns = str(log.context.timezone), ",".join(log.context.columns)
        command = [sys.executable, "-m", "benchmarks.parse", "--peak", name, file.name]
        done = subprocess.run([*command, zone, columns], capture_output=True, check=True, text=True)
    return float(done.stdout)


def print_peak(name: str, path: str, zone: str, columns: str) -> None:
    """Reads a log and prints the most megabytes that were held."""
    named = tuple(filter(None, columns.split(",")))
    context = replace(CONTEXT, timezone=ZoneInfo(zone), columns=named)
    with Path(path).open("rb") as stream:
        events_of(name, stream, context)
    status = Path("/proc/self/status").read_text()
    print(int(status.split("VmHWM:")[1].split()[0]) / 1024)


def rates(name: str, log: Log) -> tuple[float, float]:
    """Lines per CPU second that the peer and the source read."""
    lines = log.whole.count(b"\n")
    bare = seconds(peer_of(name, log))
    return lines / bare, lines / seconds(
        lambda: events_of(name, io.BytesIO(log.whole), log.context)
    )


def measure(name: str, size: int, with_memory: bool) -> str:
    """A row of the table."""
    log = log_of(name, size)
    if log is None:
        return f"{name:22} has no log"
    events = events_of(name, io.BytesIO(log.whole), log.context)
    others = (log_of(name, size, SEED + run) or log for run in range(1, RUNS + 1))
    bare, own = map(max, zip(*(rates(name, other) for other in others), strict=True))
    lines = log.whole.count(b"\n")
    row = (
        f"{name:22} {lines:>9,} {len(log.whole) / 1e6:>6.0f} {events:>9,}"
        f" {own:>11,.0f} {bare:>11,.0f} {own / bare:>6.2f}"
        f" {'orjson' if log.is_json else 'regex':>7}"
    )
    if with_memory:
        larger = log_of(name, 4 * size)
        row += f" {peak(name, log):>6.0f} {peak(name, larger or log):>6.0f}"
    return row


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=list(pipeline.log_sources()), default=[])
    parser.add_argument("--lines", type=int, default=LINES)
    parser.add_argument("--no-memory", action="store_true")
    parser.add_argument("--peak", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args()
    collect_rarely()  # as workers do
    if options.peak:
        print_peak(*options.peak)
        return
    print(
        f"{'source':22} {'lines':>9} {'MB':>6} {'events':>9} {'lines/s':>11}"
        f" {'peer':>11} {'ratio':>6} {'peer is':>7} {'MB':>6} {'MB of 4×':>6}"
    )
    for name in options.only or pipeline.log_sources():
        print(measure(name, options.lines, not options.no_memory), flush=True)


if __name__ == "__main__":
    main()
