"""What should have come and what came: host × source × day, with what is wrong.

The usual is the host's own: how many events a day, and how long it is silent at times. Where many
hosts fall silent at the same time, the collection failed. Nobody is blamed for any of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from analytics.circumstances import Host
from analytics.store.base import EventStore, Question
from analytics.store.query import OneOf

TABLE = pa.schema(
    [
        ("host", pa.string()),
        ("source", pa.string()),
        ("day", pa.date32()),
        ("expected", pa.int64()),
        ("received", pa.int64()),
        ("silent_hours", pa.int64()),
        ("usual_hours", pa.int64()),
        ("state", pa.string()),
    ]
)
ON_HOSTS = ("auditd", "laurel", "syslog", "journald", "falco")  # what hosts send all day
LEARNT_DAYS = 14
LEAST_DAYS = 5  # with events, before anything is usual
LEAST_HOURS = 3  # of silence that are worth telling
LONGER = 1.5  # times the usual
THIN = 0.1  # of the usual number of events
LEAST_EVENTS = 20  # a day, before few are too few
MANY_HOSTS = 3
SHARE = 0.5  # of the hosts of a source
HOUR = timedelta(hours=1)

Counts = npt.NDArray[np.int64]


class State(StrEnum):
    """How a host's source was on a day, the worst first."""

    UNHEARD = "never heard"  # hosts.csv expects it, and it never came in all these days
    SILENT = "silent"  # far longer than it is at times
    OUTAGE = "outage"  # silent, as many others of that source were in the same hours
    THIN = "thin"  # far fewer events than on other days
    HEARD = "heard"


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Of one source: for each host the events of each hour, before and within the period."""

    hosts: list[str]
    counts: Counts  # hosts × hours
    learnt: int  # hours before the period


def coverage(
    since: date, until: date, now: datetime, hosts: Iterable[Host], store: EventStore
) -> pa.Table:
    """A row for each host, source and day (UTC) with since ≤ day ≤ until that is not after `now`,
    the worst first: columns of `TABLE`.

    Hosts and sources are those of hosts.csv, and whatever sent what hosts send all day often
    enough before. `expected` is the median of the days before, `usual_hours` the second longest
    silence among them (an outage happens once, nights and weekends come back).
    """
    begin = datetime.combine(since - timedelta(days=LEARNT_DAYS), time.min, UTC)
    end = min(datetime.combine(until + timedelta(days=1), time.min, UTC), now)
    wanted: dict[str, set[str]] = {source: set() for source in ON_HOSTS}
    for host in hosts:
        for source in host.sources:
            wanted.setdefault(source, set()).add(host.name)
    rows: list[dict[str, object]] = []
    for source, named in sorted(wanted.items()):
        rhythm = _rhythm(source, named, begin, end, store)
        rows.extend(_days(source, named, rhythm, since, end))
    order = {state.value: place for place, state in enumerate(State)}
    rows.sort(key=lambda row: (order[str(row["state"])], row["host"], row["source"], row["day"]))
    return pa.Table.from_pylist(rows, schema=TABLE)


def _rhythm(
    source: str, named: set[str], begin: datetime, end: datetime, store: EventStore
) -> Rhythm:
    question = Question(since=begin, until=end, query=OneOf("event.dataset", (source,)))
    found = store.histogram(question, interval="hour", by="host.name")
    found = found.filter(pc.and_(pc.is_valid(found["value"]), pc.not_equal(found["value"], "")))
    hosts = sorted(named | set(pc.unique(found["value"]).to_pylist()))
    counts = np.zeros((len(hosts), max(int(np.ceil((end - begin) / HOUR)), 1)), dtype=np.int64)
    place = np.asarray(pc.index_in(found["value"], value_set=pa.array(hosts, pa.string())))
    passed = np.asarray(found["time"].cast(pa.int64())) - int(begin.timestamp()) * 1_000_000
    hour = passed // (HOUR // timedelta(microseconds=1))
    held = (hour >= 0) & (hour < counts.shape[1])
    counts[place[held], hour[held]] = np.asarray(found["count"])[held]
    return Rhythm(hosts, counts, LEARNT_DAYS * 24)


def _days(
    source: str, named: set[str], rhythm: Rhythm, since: date, end: datetime
) -> Iterable[dict[str, object]]:
    learnt = rhythm.counts[:, : rhythm.learnt].reshape(len(rhythm.hosts), LEARNT_DAYS, 24)
    daily = learnt.sum(axis=2)
    known = (daily > 0).sum(axis=1) >= LEAST_DAYS
    usual = np.array(
        [_usual_silence(row[: rhythm.learnt]) for row in rhythm.counts], dtype=np.int64
    )
    silent = np.zeros(rhythm.counts.shape, dtype=bool)
    for place in np.flatnonzero(known).tolist():
        silent[place] = _silences(rhythm.counts[place], max(LONGER * usual[place], LEAST_HOURS))
    together = silent[known].sum(axis=0)
    outage = (together >= MANY_HOSTS) & (together > SHARE * known.sum())
    for place, host in enumerate(rhythm.hosts):
        if not known[place] and host not in named:
            continue
        expected = int(np.median(daily[place])) if known[place] else 0
        for number in range(rhythm.counts.shape[1] // 24 - LEARNT_DAYS + 1):
            hours = slice(rhythm.learnt + 24 * number, rhythm.learnt + 24 * (number + 1))
            if not rhythm.counts[place, hours].size:
                continue
            whole = rhythm.counts[place, hours].size == 24
            yield {
                "host": host,
                "source": source,
                "day": since + timedelta(days=number),
                "expected": expected,
                "received": int(rhythm.counts[place, hours].sum()),
                "silent_hours": int(silent[place, hours].sum()),
                "usual_hours": int(usual[place]),
                "state": _state(
                    rhythm.counts[place], hours, silent[place], outage, expected, whole
                ),
            }


def _state(
    counts: Counts,
    hours: slice,
    silent: npt.NDArray[np.bool_],
    outage: npt.NDArray[np.bool_],
    expected: int,
    whole: bool,
) -> State:
    if not counts.any():
        return State.UNHEARD
    if silent[hours].any():
        alone = silent[hours] & ~outage[hours]
        return State.SILENT if alone.any() else State.OUTAGE
    if whole and expected >= LEAST_EVENTS and counts[hours].sum() < THIN * expected:
        return State.THIN
    return State.HEARD


def _usual_silence(counts: Counts) -> int:
    """The second longest run of hours without events between two with some, 0 for none."""
    heard = np.flatnonzero(counts)
    pauses = np.sort(np.diff(heard) - 1)
    return int(pauses[-2]) if len(pauses) > 1 else 0


def _silences(counts: Counts, longest: float) -> npt.NDArray[np.bool_]:
    """Hours of silences longer than that, since the host was first heard."""
    heard = [*np.flatnonzero(counts).tolist(), len(counts)]
    found = np.zeros(len(counts), dtype=bool)
    for before, after in pairwise(heard):
        if after - before - 1 > longest:
            found[before + 1 : after] = True
    return found
