"""How fast the auditd source turns raw lines into events in Arrow batches.

`python -m benchmarks.parse_auditd [--lines N] [--runs N] [--ausearch PATH] [--zircolite PATH]`
prints lines per CPU second beside a loop that does nothing but match each line's header with a
regular expression, over the same lines (benchmarks/logs/auditd.py), in alternating runs of which
the best of each counts. Two other tools are shown beside them where their paths are given:
`ausearch --format csv`, whose rate hangs on its look-ups of names, and Zircolite with its rules
for Linux, which also matches rules. What needs a virtualenv of its own is given as a script that
calls it, beside the folders `rules` and `config`.
"""

import argparse
import io
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from analytics.event import Context
from analytics.sources.auditd import SOURCE
from auditapp.garbage import collect_rarely
from benchmarks.logs.auditd import generated

HEADER = re.compile(
    rb"(?:node=(\S+) )?type=(\S+) msg=audit\((\d{1,11})\.(\d{1,6}):(\d{1,20})\): ?(.*)"
)
CONTEXT = Context(
    feed="benchmark",
    batch="benchmark",
    origin="benchmark",
    received=datetime(2026, 12, 1, tzinfo=UTC),
    host="gpu03",
)


def matched(log: bytes) -> int:
    """Matches each line's header and keeps nothing."""
    return sum(HEADER.match(line) is not None for line in io.BytesIO(log))


def parsed(log: bytes) -> int:
    """The number of events."""
    return sum(batch.events.num_rows for batch in SOURCE.parse(io.BytesIO(log), CONTEXT))


def seconds_of(work: Callable[[bytes], int], log: bytes) -> float:
    """The CPU time that the work takes."""
    start = time.process_time()
    work(log)
    return time.process_time() - start


def seconds_outside(command: list[str], folder: str) -> float:
    """The CPU time of another program, its start included; raises where it fails."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def commands(arguments: argparse.Namespace, log: Path) -> dict[str, list[str] | None]:
    """How the other tools are called, None for those that were not given."""
    search, hunter = arguments.ausearch, arguments.zircolite
    python = [sys.executable] if hunter and hunter.suffix == ".py" else []
    rules = str(hunter.parent / "rules/rules_linux.json") if hunter else ""
    fields = str(hunter.parent / "config/config.yaml") if hunter else ""
    return {
        "ausearch --format csv": [str(search), "--format", "csv", "--input", str(log)]
        if search
        else None,
        "zircolite --auditd": [
            *(*python, str(hunter), "--auditd", "-e", str(log), "-r", rules, "-c", fields)
        ]
        if hunter
        else None,
    }


def main() -> None:
    """Prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=500_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--ausearch", type=lambda path: Path(path).resolve())
    parser.add_argument("--zircolite", type=lambda path: Path(path).resolve())
    arguments = parser.parse_args()
    collect_rarely()  # as workers do
    log = generated(arguments.lines)
    size = log.count(b"\n")
    runs = [(seconds_of(matched, log), seconds_of(parsed, log)) for _ in range(arguments.runs)]
    bare, whole = (min(seconds) for seconds in zip(*runs, strict=True))

    print(f"{size:,} lines, {len(log) / 1e6:.0f} MB, best of {arguments.runs} runs, CPU seconds")
    print(f"a bare header regex     {size / bare:>12,.0f} lines/s")
    print(f"auditd into Arrow       {size / whole:>12,.0f} lines/s {bare / whole:>8.3f} of it")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "audit.log")
        path.write_bytes(log)
        for name, command in commands(arguments, path).items():
            if command is None:
                print(f"{name:<23} skipped: its path was not given")
                continue
            other = seconds_outside(command, folder)
            print(f"{name:<23} {size / other:>12,.0f} lines/s, ours {other / whole:.1f} times it")


if __name__ == "__main__":
    main()
