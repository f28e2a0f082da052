"""How much one token may send, and whether what was sent before is worked on.

What a token sent is counted in its batches, so it is the same for every web server and outlives
them all. Minutes and days are the clock's, in UTC.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from django.conf import settings
from django.db.models import Count, Q, Sum

from auditapp import clock
from auditapp.accounts.models import ApiToken
from auditapp.ingest.models import Batch

LAG_SECONDS = 60  # until it is worth trying again


class OverLimit(Exception):
    """Not now; `wait` seconds from now it may be."""

    def __init__(self, why: str, wait: float) -> None:
        """Made by the checks."""
        super().__init__(why)
        self.wait = max(ceil(wait), 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Of one token; 0 means as much as it likes."""

    requests_per_minute: int
    bytes_per_minute: int
    bytes_per_day: int


def of(token: ApiToken) -> Limits:
    """The token's own limits, where it has none the site's."""
    return Limits(
        requests_per_minute=_own(token.requests_per_minute, settings.TOKEN_REQUESTS_PER_MINUTE),
        bytes_per_minute=_own(token.bytes_per_minute, settings.TOKEN_BYTES_PER_MINUTE),
        bytes_per_day=_own(token.bytes_per_day, settings.TOKEN_BYTES_PER_DAY),
    )


def check(token: ApiToken | None, now: datetime | None = None) -> None:
    """Raises OverLimit where the token has sent its share, or nobody works on what was sent.

    A body that is let in may reach over the limit; the next one then waits.
    """
    now = now or clock.now()
    if token is not None:
        _check_share(token, of(token), now)
    late = lag(now)
    if settings.LAG_SECONDS and late > timedelta(seconds=settings.LAG_SECONDS):
        minutes = int(late.total_seconds() // 60)
        raise OverLimit(f"what came {minutes} minutes ago is not worked on yet", LAG_SECONDS)


def lag(now: datetime) -> timedelta:
    """How long the oldest batch has been waiting, but for backfills, and for replayed ones, which
    have been over."""
    replayed = Q(started__isnull=False, error="")
    waiting = Batch.objects.filter(state=Batch.State.WAITING, backfill=False).exclude(replayed)
    oldest = waiting.order_by("received").values_list("received", flat=True).first()
    return max(now - oldest, timedelta(0)) if oldest else timedelta(0)


def _check_share(token: ApiToken, limits: Limits, now: datetime) -> None:
    minute = now.replace(second=0, microsecond=0)
    if limits.requests_per_minute or limits.bytes_per_minute:
        requests, size = _sent(token, minute)
        rest = (minute + timedelta(minutes=1) - now).total_seconds()
        if 0 < limits.requests_per_minute <= requests:
            raise OverLimit(f"this token sent {requests} logs in this minute", rest)
        if 0 < limits.bytes_per_minute <= size:
            raise OverLimit(f"this token sent {size} bytes in this minute", rest)
    if limits.bytes_per_day:
        day = minute.replace(hour=0, minute=0)
        _, size = _sent(token, day)
        if limits.bytes_per_day <= size:
            rest = (day + timedelta(days=1) - now).total_seconds()
            raise OverLimit(f"this token sent {size} bytes today", rest)


def _sent(token: ApiToken, since: datetime) -> tuple[int, int]:
    """Batches and bytes, unpacked."""
    sums = Batch.objects.filter(token=token, received__gte=since).aggregate(
        requests=Count("id"), size=Sum("size")
    )
    return sums["requests"], sums["size"] or 0


def _own(own: int | None, site: int) -> int:
    return site if own is None else own
