"""What came by a feed, hour by hour, as bars with the table beneath them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from django.db.models import Count, Sum
from django.db.models.functions import TruncHour

from auditapp.dashboard.asking import written
from auditapp.ingest.models import Feed

SHOWN = 48  # hours
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hour:
    """What was received within an hour (UTC); `query` asks a feed's page for its batches."""

    start: datetime
    batches: int = 0
    lines: int = 0
    bytes: int = 0
    stored: int = 0
    duplicates: int = 0
    rejected: int = 0

    @property
    def query(self) -> str:
        """Of the batches of this hour."""
        return urlencode({"from": written(self.start), "to": written(self.start + HOUR)})


def hours(feed: Feed, now: datetime) -> list[Hour]:
    """The last 48 hours, the current one last; an hour in which nothing came is there too."""
    current = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    first = current - HOUR * (SHOWN - 1)
    rows = (
        feed.batches.filter(received__gte=first)
        .order_by()
        .annotate(start=TruncHour("received", tzinfo=UTC))
        .values("start")
        .annotate(
            batches=Count("id"),
            all_lines=Sum("lines"),
            all_bytes=Sum("size"),
            all_stored=Sum("stored"),
            all_duplicates=Sum("duplicates"),
            all_rejected=Sum("rejected"),
        )
    )
    found = {
        row["start"]: Hour(
            start=row["start"],
            batches=row["batches"],
            lines=row["all_lines"],
            bytes=row["all_bytes"],
            stored=row["all_stored"],
            duplicates=row["all_duplicates"],
            rejected=row["all_rejected"],
        )
        for row in rows
    }
    times = (first + HOUR * number for number in range(SHOWN))
    return [found.get(time, Hour(start=time)) for time in times]


def bars(values: Sequence[int], *, width: int = 480, height: int = 56) -> list[tuple[float, ...]]:
    """x, y, width and height of a bar each, in a box of that size; the largest fills it."""
    most = max(values, default=0) or 1
    step = width / max(len(values), 1)
    tall = [height * value / most for value in values]
    return [
        (round(number * step, 2), round(height - size, 2), round(step * 0.8, 2), round(size, 2))
        for number, size in enumerate(tall)
    ]
