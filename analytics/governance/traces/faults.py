"""What the audit lost, and clocks that are wrong: faults of the trail itself, nobody's deed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from analytics.store.base import EventStore, Question
from analytics.store.query import All, Any, OneOf, Query, Term

COUNTER = re.compile(r"audit_lost=(\d{1,12})")
SERIAL = r"audit\(\d+(?:\.\d+)?:(?P<serial>\d{1,18})\)"
DENSE = 0.9  # of a host's serials follow each other: then a jump is a loss, not a filter
JUMP = 100  # serials that are missing at once, before it is worth telling
FEWEST = 100  # records of a host, before its serials say anything
AHEAD = 120  # seconds: two minutes are more than clocks that are kept differ by
BEHIND = 600  # seconds more than the other hosts of the feed need at least
LIVE = 300  # seconds that a feed needs at least: one that needs more tells nothing of clocks
LEAST_HOSTS = 3  # of a feed

Whole = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """On a host: records lost (`amount` of them, 0 where it is not told), or its clock ahead or
    behind (`amount` seconds), when it was last seen, and an event that shows it."""

    host: str
    what: str
    amount: int
    last: datetime
    event: str


def faults(since: datetime, until: datetime, store: EventStore) -> list[Fault]:
    """Those of a period, which should be a day or so: all its events are looked at."""
    found = [
        *_lost(since, until, store),
        *_jumps(since, until, store),
        *_clocks(since, until, store),
    ]
    return sorted(found, key=lambda one: (one.what, -one.amount, one.host))


def _scan(
    since: datetime, until: datetime, store: EventStore, columns: list[str], query: Query
) -> pa.Table | None:
    tables = list(store.scan(Question(since=since, until=until, query=query), columns))
    table = pa.concat_tables(tables) if tables else None
    return table.filter(pc.is_valid(table["host.name"])) if table else None


def _lost(since: datetime, until: datetime, store: EventStore) -> Iterator[Fault]:
    """What the kernel says of a full backlog."""
    said = Any((Term("message", "*audit_lost=*"), Term("message", "*backlog limit exceeded*")))
    query = All((OneOf("process.name", ("kernel",)), said))
    columns = ["@timestamp", "event.id", "host.name", "message"]
    told = _scan(since, until, store, columns, query)
    hosts: dict[str, Fault] = {}
    for row in told.sort_by("@timestamp").to_pylist() if told else ():
        counter = COUNTER.search(row["message"] or "")
        before = hosts.get(row["host.name"])
        hosts[row["host.name"]] = Fault(
            host=row["host.name"],
            what="audit records lost",
            amount=int(counter[1]) if counter else before.amount if before else 0,
            last=row["@timestamp"],
            event=row["event.id"],
        )
    yield from hosts.values()


def _jumps(since: datetime, until: datetime, store: EventStore) -> Iterator[Fault]:
    """Serials that a host whose serials follow each other leaves out. It begins anew at boot."""
    columns = ["@timestamp", "event.id", "host.name", "event.original"]
    told = _scan(since, until, store, columns, OneOf("event.dataset", ("auditd",)))
    if told is None:
        return
    serials = pc.struct_field(pc.extract_regex(told["event.original"], SERIAL), 0)
    told = told.append_column("serial", serials.cast(pa.int64())).drop_columns("event.original")
    told = told.filter(pc.is_valid(told["serial"]))
    for host in sorted(pc.unique(told["host.name"]).to_pylist()):
        own = told.filter(pc.equal(told["host.name"], host))
        own = own.sort_by([("@timestamp", "ascending"), ("serial", "ascending")])
        numbers: Whole = np.asarray(own["serial"], dtype=np.int64)
        steps = numbers[1:] - numbers[:-1]
        if own.num_rows < FEWEST or np.mean((steps == 0) | (steps == 1)) < DENSE:
            continue
        places = np.flatnonzero(steps > JUMP)
        if len(places):
            after = int(places[-1]) + 1
            yield Fault(
                host=host,
                what="audit serials missing",
                amount=int((steps[places] - 1).sum()),
                last=own["@timestamp"][after].as_py(),
                event=own["event.id"][after].as_py(),
            )


def _clocks(since: datetime, until: datetime, store: EventStore) -> Iterator[Fault]:
    """Clocks by the least time that a host's events need to arrive: delays only make it longer."""
    columns = ["@timestamp", "event.id", "event.ingested", "host.name", "feed.id"]
    told = _scan(since, until, store, columns, OneOf("event.kind", ("event", "alert")))
    if told is None:
        return
    lag = pc.subtract(told["event.ingested"].cast(pa.int64()), told["@timestamp"].cast(pa.int64()))
    told = told.append_column("lag", lag).sort_by("lag")
    least = told.group_by(["feed.id", "host.name"], use_threads=False).aggregate(
        [("lag", "first"), ("@timestamp", "first"), ("event.id", "first")]
    )
    rows = least.to_pylist()
    feeds: dict[str, list[float]] = {}
    for row in rows:
        row["seconds"] = row["lag_first"] / 1_000_000
        feeds.setdefault(row["feed.id"], []).append(row["seconds"])
    for row in rows:
        usual = float(np.median(feeds[row["feed.id"]]))
        compared = len(feeds[row["feed.id"]]) >= LEAST_HOSTS and usual < LIVE
        ahead, behind = -row["seconds"], row["seconds"] - usual
        if ahead > AHEAD or (compared and behind > BEHIND):
            yield Fault(
                host=row["host.name"],
                what="clock ahead" if ahead > AHEAD else "clock or delivery behind",
                amount=int(ahead if ahead > AHEAD else behind),
                last=row["@timestamp_first"],
                event=row["event.id_first"],
            )
