"""Feeds and how they are: how much comes, how late, whether clocks are right, what was not read."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from django.db.models import Count, Q, Sum

from auditapp.ingest.models import Batch, Feed, Pulse, Silence
from auditapp.ingest.silence import opened, usual

FRESH, QUIET, HOUR = timedelta(hours=24), timedelta(days=7), timedelta(hours=1)
AHEAD = timedelta(seconds=5)  # less is how clocks are


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What came: of all time, within the last hour and within the last 24 hours."""

    batches: int = 0
    waiting: int = 0
    failed: int = 0
    records: int = 0
    stored: int = 0
    duplicates: int = 0
    rejected: int = 0
    lines_hour: int = 0
    bytes_hour: int = 0
    lines_day: int = 0
    bytes_day: int = 0
    stored_day: int = 0

    @property
    def rejected_share(self) -> float:
        """Rejected of all records, 0 to 1."""
        return self.rejected / self.records if self.records else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    """How a feed or a source of it is. `lag` is now minus the newest event's time, `ahead` how
    far fresh events' clocks are ahead (None where no fresh event tells); both in seconds."""

    counts: Counts
    heard: datetime | None
    newest: datetime | None
    lag: float | None
    ahead: float | None

    @property
    def skewed(self) -> bool:
        """Whether its clock is wrong: events from the future."""
        return self.ahead is not None and self.ahead > AHEAD.total_seconds()


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """A feed with its sources. `silence` is the alarm, where it is silent for longer than the
    usual `expected`; `learnt` says that this was learnt from its past."""

    feed: Feed
    state: str  # alarm, fresh, quiet, old or never
    vitals: Vitals
    sources: Mapping[str, Vitals]
    silence: Silence | None
    expected: timedelta | None
    learnt: bool

    @property
    def counts(self) -> Counts:
        """Those of all its sources."""
        return self.vitals.counts


def health(now: datetime, feeds: Iterable[str] | None = None) -> list[Health]:
    """Every feed, or those named: the silent ones first, then the one heard of last."""
    chosen = Feed.objects.all() if feeds is None else Feed.objects.filter(name__in=list(feeds))
    rows = list(chosen)
    names = [row.name for row in rows]
    counts, pulses = _counts(names, now), _pulses(names)
    silent = {one.feed_id: one for one in opened()}
    found = [
        _health(row, counts[row.name], pulses[row.name], silent.get(row.name), now) for row in rows
    ]
    oldest = datetime.min.replace(tzinfo=now.tzinfo)
    found.sort(key=lambda one: (one.feed.last_seen or oldest, one.feed.name), reverse=True)
    return sorted(found, key=lambda one: one.silence is None)


def _counts(names: list[str], now: datetime) -> dict[str, dict[str, Counts]]:
    """By feed and source."""
    unfinished = Q(state__in=(Batch.State.WAITING, Batch.State.WORKING))
    hour, day = Q(received__gte=now - HOUR), Q(received__gte=now - FRESH)
    rows = Batch.objects.filter(feed__in=names).order_by().values("feed", "source")
    counted = rows.annotate(
        batch_count=Count("id"),
        waiting=Count("id", filter=unfinished),
        failed_count=Count("id", filter=Q(state=Batch.State.FAILED)),
        records_sum=Sum("records", default=0),
        stored_sum=Sum("stored", default=0),
        duplicates_sum=Sum("duplicates", default=0),
        rejected_sum=Sum("rejected", default=0),
        lines_hour=Sum("lines", filter=hour, default=0),
        bytes_hour=Sum("size", filter=hour, default=0),
        lines_day=Sum("lines", filter=day, default=0),
        bytes_day=Sum("size", filter=day, default=0),
        stored_day=Sum("stored", filter=day, default=0),
    )
    found: dict[str, dict[str, Counts]] = defaultdict(dict)
    for row in counted:
        found[row["feed"]][row["source"]] = Counts(
            batches=row["batch_count"],
            waiting=row["waiting"],
            failed=row["failed_count"],
            records=row["records_sum"],
            stored=row["stored_sum"],
            duplicates=row["duplicates_sum"],
            rejected=row["rejected_sum"],
            lines_hour=row["lines_hour"],
            bytes_hour=row["bytes_hour"],
            lines_day=row["lines_day"],
            bytes_day=row["bytes_day"],
            stored_day=row["stored_day"],
        )
    return found


def _pulses(names: list[str]) -> dict[str, dict[str, Pulse]]:
    found: dict[str, dict[str, Pulse]] = defaultdict(dict)
    for pulse in Pulse.objects.filter(feed__in=names):
        found[pulse.feed_id][pulse.source] = pulse
    return found


def _health(
    feed: Feed,
    counts: Mapping[str, Counts],
    pulses: Mapping[str, Pulse],
    silence: Silence | None,
    now: datetime,
) -> Health:
    sources = {
        name: _vitals(counts.get(name, Counts()), [pulses[name]] if name in pulses else [], now)
        for name in sorted({*counts, *pulses})
    }
    return Health(
        feed=feed,
        state="alarm" if silence else _state(feed.last_seen, now),
        vitals=_vitals(_sum(counts.values()), list(pulses.values()), now),
        sources=sources,
        silence=silence,
        expected=usual(feed),
        learnt=feed.expected_seconds is None,
    )


def _vitals(counts: Counts, pulses: list[Pulse], now: datetime) -> Vitals:
    """Of all these pulses: the newest event, and the clock that is most ahead."""
    newest = max((pulse.newest for pulse in pulses if pulse.newest), default=None)
    return Vitals(
        counts=counts,
        heard=max((pulse.heard for pulse in pulses), default=None),
        newest=newest,
        lag=(now - newest).total_seconds() if newest else None,
        ahead=max((pulse.ahead for pulse in pulses if pulse.ahead is not None), default=None),
    )


def _sum(counts: Iterable[Counts]) -> Counts:
    parts = list(counts)
    names = [field.name for field in fields(Counts)]
    return Counts(**{name: sum(getattr(one, name) for one in parts) for name in names})


def _state(last_seen: datetime | None, now: datetime) -> str:
    if last_seen is None:
        return "never"
    if now - last_seen <= FRESH:
        return "fresh"
    return "quiet" if now - last_seen <= QUIET else "old"
