"""The data's way, in order. Read this first.

    source bytes → batch spooled → parse → normalise (ECS) → identify → store → detect
    → correlate → score → explain → show · report

Spooling, the queue and what people see belong to the application; every step in between is one
call below. What flows is a batch, an Arrow table with the columns of `fields.SCHEMA`. Persons
are joined when events are read (`identify`), so that mending an identity rewrites no event.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, partial
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from analytics import sources
from analytics.behaviour import anomaly, commands, keeping, person_days
from analytics.behaviour.lookback import LookBack
from analytics.carrying import Part
from analytics.detection import matcher
from analytics.detection.correlations import alerts
from analytics.detection.correlations.alerts import Correlated
from analytics.detection.correlations.correlation import Correlation
from analytics.detection.loading import RuleSet
from analytics.detection.matcher import Detected
from analytics.event import LONGEST_REJECTED, Batch, Context, Rejected, Source
from analytics.fields import SCHEMA
from analytics.findings import Alert, Finding, RiskScore
from analytics.governance import isolation, jobs, review, traces, victims
from analytics.governance.review.verdict import Judged
from analytics.identity import sightings
from analytics.identity.directory import ON_BEHALF_OF
from analytics.plugins import discover
from analytics.protocols import elastic_bulk, otlp_logs, splunk_hec
from analytics.protocols.protocol import Protocol, Told
from analytics.protocols.unwrapping import Readers, unwrapped
from analytics.readiness.arrivals import Arrival, arrived
from analytics.reading.looking import behind_cut
from analytics.risk import adapting, recurring, score, sequences
from analytics.risk.weights import Weights
from analytics.site import Site
from analytics.store.base import Appended, EventStore, on

HEAD = 64 << 10
SURE = 0.5
GATHERED = 25_000  # records
GATHERED_BYTES = 64 << 20
BASELINE_DAYS = 91  # thirteen weeks: a climb of sixty days has a past before it
SCORED_DAYS = 84  # six half-lives: what is older has less than 2 % of its weight left

CARRYING = (splunk_hec.PROTOCOL, otlp_logs.PROTOBUF, otlp_logs.JSON, elastic_bulk.PROTOCOL)
PROTOCOLS = {protocol.name: protocol for protocol in CARRYING}
PILLARS = (isolation, traces, victims, commands)  # and review, whose verdicts are kept


@cache
def log_sources() -> dict[str, Source]:
    """Every log source by name: our own ones, and those of `add_sources`."""
    found = discover(sources, "SOURCE", Source)
    for further in _FURTHER:
        found |= further()
    return found


_FURTHER: list[Callable[[], dict[str, Source]]] = []


def add_sources(further: Callable[[], dict[str, Source]]) -> None:
    """Names what gives a site's own log sources; it is asked once, when sources are needed."""
    _FURTHER.append(further)
    log_sources.cache_clear()


def recognise(head: bytes, path: str) -> Source | None:
    """The source that is surest to read a log that begins with `head`, or None.

    NULs before it, as a crash leaves them, say nothing of what it is; nor does the first of JSON
    lines where it was cut.
    """
    head = head.lstrip(b"\x00")
    found = _surest(head, path)
    if found is None and (rest := behind_cut(head)):
        found = _surest(rest, path)
    return found


def _surest(head: bytes, path: str) -> Source | None:
    best = max(log_sources().values(), key=lambda source: source.recognises(head, path))
    return best if best.recognises(head, path) >= SURE else None


def parse(source: Source, log: BinaryIO, context: Context) -> Iterator[Batch]:
    """PARSE and NORMALISE: raw bytes become ECS events, or Rejected.

    Gathers what a source hands out into batches worth a store's round trip; their number of
    events and their bytes are bounded.
    """
    yield from _gathered(source.parse(log, context))


def unwrap(
    protocol: Protocol,
    body: BinaryIO,
    context: Context,
    *,
    name: str = "",
    allowed: Callable[[str], bool],
    about: Callable[[Context, Told], Context],
) -> Iterator[Batch]:
    """PARSE and NORMALISE what a body carries, each record by its own source, as `parse` does.

    `name` came with the body. `allowed` says whether the sender may send a source, `about` gives
    the context of a record.
    """
    readers = Readers(named=log_sources().get, recognise=recognise, allowed=allowed, about=about)
    yield from _gathered(unwrapped(protocol.records(body), context, readers, protocol.usual(name)))


def parse_part(part: Part, rest: int) -> Iterator[Batch]:
    """As `parse`, of a part of a stream, without the last `rest` bytes that may go on."""
    yield from _gathered(part.batches(rest))


def _gathered(batches: Iterable[Batch]) -> Iterator[Batch]:
    gathered: list[Batch] = []
    for batch in batches:
        gathered.append(batch)
        if _is_full(gathered):
            yield _joined(gathered)
            gathered = []
    if gathered:
        yield _joined(gathered)


def _is_full(batches: list[Batch]) -> bool:
    return (
        sum(batch.events.num_rows + len(batch.rejected) for batch in batches) >= GATHERED
        or sum(int(batch.events.nbytes) for batch in batches) >= GATHERED_BYTES
    )


def _joined(batches: list[Batch]) -> Batch:
    return Batch(
        events=pa.concat_tables([batch.events for batch in batches]).combine_chunks(),
        rejected=tuple(line for batch in batches for line in batch.rejected),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of a batch: counts of records, what was rejected by its source or refused by
    the store, what rules found, the days (UTC) it touched, and what kinds of events it brought, for
    readiness."""

    stored: int
    duplicates: int
    rejected: tuple[Rejected, ...]
    found: Detected
    days: set[date]
    arrivals: list[Arrival]


def take_in(batch: Batch, *, store: EventStore, rules: RuleSet, again: bool = False) -> Taken:
    """STORE, then DETECT over what is new.

    `again` says that an earlier attempt at the same log may have stopped between the two, so
    known events are matched as well; alerts are told apart by rule and event.
    """
    appended = store.append(batch.events)
    fresh = _fresh(batch.events, appended, again)
    return Taken(
        stored=appended.stored,
        duplicates=appended.duplicates,
        rejected=batch.rejected + tuple(_refused(batch.events, appended.refused)),
        found=matcher.detect(rules, fresh) if fresh.num_rows else Detected(),
        days=_days(fresh),
        arrivals=arrived(batch.events),
    )


def _fresh(events: pa.Table, appended: Appended, again: bool) -> pa.Table:
    """The events to match: the new ones, or all that are stored now."""
    if appended.stored == events.num_rows:
        return events
    if not again:
        return events.filter(appended.new)
    rows = (row for row in range(events.num_rows) if row not in appended.refused)
    return events.take(pa.array(rows, pa.int64()))


def _refused(events: pa.Table, reasons: Mapping[int, str]) -> Iterator[Rejected]:
    for row, reason in reasons.items():
        line, text = events["batch.line"][row].as_py(), events["event.original"][row].as_py()
        yield Rejected(line=line or 0, reason=reason, text=(text or "")[:LONGEST_REJECTED])


def _days(events: pa.Table) -> set[date]:
    days = pc.unique(pc.cast(events["@timestamp"], pa.date32(), safe=False))
    return {day for day in days.to_pylist() if day is not None}


def correlate(
    correlations: Iterable[Correlation], hits: pa.Table, begin: datetime, end: datetime
) -> list[Correlated]:
    """CORRELATE: what the hits of several events say together in a stretch of time, whatever the
    order in which they came; see `correlations.alerts`."""
    return alerts.correlate(correlations, hits, begin, end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessed:
    """What a day says: findings about people, and a verdict on each update of a shared branch;
    `changed` are those whose person-days are not as they were kept."""

    findings: list[Finding]
    verdicts: list[Judged]
    changed: frozenset[str]


def assess(
    day: date, *, store: EventStore, site: Site, weights: Weights, touched: bool = True
) -> Assessed:
    """IDENTIFY and find: what behaviour and governance have to say about one day (UTC).

    Also keeps the day's person-days, from which later days learn what is usual. Of a day that is
    not `touched`, neither its events nor who is who changed since: what is kept is taken.
    """
    events, site = jobs.matched(_events_of(day, store)), site.as_of(day)
    usual = person_days.timed(events)
    today, changed = keeping.person_days(day, usual, site.directory, store, touched=touched)
    findings = anomaly.find(day, today, _before(day, store), site.directory, usual, weights)
    del usual, today
    for pillar in PILLARS:
        findings.extend(pillar.find(day, events, site, store))
    verdicts = review.judged(day, events, site, store)
    findings.extend(review.held(verdicts, day, site, store))
    return Assessed(findings=findings, verdicts=verdicts, changed=changed)


def _before(day: date, store: EventStore) -> LookBack:
    """The person-days of the look-back."""
    return LookBack(
        partial(store.person_days, day - timedelta(days=BASELINE_DAYS), day),
        person_days.features(),
        lists=[name for name, one in person_days.features().items() if one.measure.keeps_values],
    )


def sighted(day: date, store: EventStore) -> pa.Table:
    """What one day's events (UTC) say about accounts; see identity.sightings."""
    columns = sorted(sightings.COLUMNS)
    empty = pa.schema([SCHEMA.field(name) for name in columns]).empty_table()
    return pa.concat_tables([empty, *store.scan(on(day), columns)])


def _events_of(day: date, store: EventStore) -> pa.Table:
    names = {
        "@timestamp",
        "event.id",
        "event.kind",
        ON_BEHALF_OF,
        *person_days.COLUMNS,
        *jobs.COLUMNS,
    }
    names = names.union(review.COLUMNS, *(pillar.COLUMNS for pillar in PILLARS))
    return jobs.read(day, sorted(names), store)


def _every(_: Finding) -> bool:
    return True


def rate(
    raised: Iterable[Alert],
    findings: Iterable[Finding],
    *,
    as_of: datetime,
    site: Site,
    weights: Weights,
    rules: RuleSet,
    counts: Callable[[Finding], bool] = _every,
) -> list[RiskScore]:
    """SCORE and EXPLAIN: each person's risk at a time with its reasons, the highest first.

    `rules` say which sign each alert is, for chains of signs. What does not count is left out
    before chains are looked for, as if nobody had found it; chains are asked, too.
    """
    found = [*score.from_alerts(raised, site.directory, weights), *findings]
    known = [one for one in found if one.time <= as_of and counts(one)]
    covered = sequences.coverage(rules)
    chained = [
        *sequences.find(known, covered),
        *adapting.find(known, covered, site),
        *recurring.find(known, site.directory),
    ]
    return score.scores([*known, *filter(counts, chained)], as_of, site, weights)
