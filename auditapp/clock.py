"""What time it is for all machines that share a database: leases and the like must not depend on
which of them looks at its own clock."""

from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

_ahead = timedelta(0)  # of this machine's clock, as last measured


def now() -> datetime:
    """The time of the database's server; with SQLite, which has none, of this machine.

    Raises DatabaseError where it does not answer.
    """
    global _ahead  # noqa: PLW0603 - a measure of this process, for `estimate`
    if connection.vendor != "postgresql":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        time: datetime = cursor.fetchone()[0]
    _ahead = timezone.now() - time
    return time


def estimate() -> datetime:
    """The same without asking: by what was measured last, and before that by this machine."""
    return timezone.now() - _ahead


def ahead() -> float:
    """Seconds that this machine's clock is ahead of the database's; below zero it is behind."""
    return (timezone.now() - now()).total_seconds()
