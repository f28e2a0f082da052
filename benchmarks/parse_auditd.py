"""How fast the auditd source turns raw lines into events in Arrow batches.

`python -m benchmarks.parse_auditd [--lines N]` prints lines/s and events/s beside a loop that
does nothing but match each line's header with a regular expression, over the same lines in the
same run. The log is generated (benchmarks/logs/auditd.py).
"""

import argparse
import io
import re
import time
from datetime import UTC, datetime

from analytics.event import Context
from analytics.sources.auditd import SOURCE
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


def main() -> None:
    """Prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=500_000)
    log = generated(parser.parse_args().lines)
    size = log.count(b"\n")

    start = time.process_time()
    matched = sum(HEADER.match(line) is not None for line in io.BytesIO(log))
    bare = matched / (time.process_time() - start)

    start = time.process_time()
    events = sum(batch.events.num_rows for batch in SOURCE.parse(io.BytesIO(log), CONTEXT))
    seconds = time.process_time() - start
    whole = size / seconds

    print(f"{size:,} lines, {len(log) / 1e6:.0f} MB, {events:,} events")
    print(f"a bare header regex   {bare:>12,.0f} lines/s")
    print(f"auditd into Arrow     {whole:>12,.0f} lines/s {events / seconds:>10,.0f} events/s")
    print(f"ratio                 {whole / bare:>12.3f}")


if __name__ == "__main__":
    main()
