"""Feeds and how they are: how much comes, when the last came, and what could not be read."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, Sum

from auditapp.ingest.models import Batch, Feed

FRESH, QUIET = timedelta(hours=24), timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """A feed's state in words and numbers; `rejected_share` is of all records, 0 to 1."""

    feed: Feed
    state: str  # fresh, quiet, silent or never
    batches: int
    waiting: int
    failed: int
    records: int
    stored: int
    duplicates: int
    rejected: int
    last_day: int

    @property
    def rejected_share(self) -> float:
        """Rejected of all records."""
        return self.rejected / self.records if self.records else 0.0


def health(now: datetime) -> list[Health]:
    """Every feed, the one heard of last first."""
    unfinished = Q(batches__state__in=(Batch.State.WAITING, Batch.State.WORKING))
    rows = Feed.objects.annotate(
        batch_count=Count("batches"),
        waiting=Count("batches", filter=unfinished),
        failed=Count("batches", filter=Q(batches__state=Batch.State.FAILED)),
        records=Sum("batches__records", default=0),
        stored=Sum("batches__stored", default=0),
        duplicates=Sum("batches__duplicates", default=0),
        rejected=Sum("batches__rejected", default=0),
        last_day=Sum("batches__stored", filter=Q(batches__received__gte=now - FRESH), default=0),
    )
    found = [
        Health(
            feed=row,
            state=_state(row.last_seen, now),
            batches=row.batch_count,
            waiting=row.waiting,
            failed=row.failed,
            records=row.records,
            stored=row.stored,
            duplicates=row.duplicates,
            rejected=row.rejected,
            last_day=row.last_day,
        )
        for row in rows
    ]
    oldest = datetime.min.replace(tzinfo=now.tzinfo)
    return sorted(
        found, key=lambda one: (one.feed.last_seen or oldest, one.feed.name), reverse=True
    )


def _state(last_seen: datetime | None, now: datetime) -> str:
    if last_seen is None:
        return "never"
    if now - last_seen <= FRESH:
        return "fresh"
    return "quiet" if now - last_seen <= QUIET else "silent"
