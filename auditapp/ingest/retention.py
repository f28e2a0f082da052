"""How long raw logs stay in the spool after their batches are over: for a replay, no longer.

What waits, is being worked on or is a dead letter always stays.
"""

from datetime import timedelta

from django.conf import settings
from django.db.models import QuerySet, Sum

from auditapp import clock
from auditapp.ingest import spool
from auditapp.ingest.models import Batch

AT_ONCE = 500


def remove_old() -> int:
    """Removes what is older than SPOOL_KEEP_DAYS; then the oldest until no more than
    SPOOL_KEEP_BYTES are kept and the disk has twice its reserve left. Gives the number of logs."""
    oldest = clock.now() - timedelta(days=settings.SPOOL_KEEP_DAYS)
    removed = 0
    while portion := list(_over().filter(finished__lt=oldest)[:AT_ONCE]):
        removed += sum(_remove(batch) for batch in portion)
    return removed + _remove_beyond(_excess())


def _over() -> QuerySet[Batch]:
    """Batches that are over and whose logs are kept, those that ended first at first."""
    over = Batch.objects.filter(kept=True, state__in=(Batch.State.DONE, Batch.State.DISCARDED))
    return over.only("id", "received", "size", "state").order_by("finished", "id")


def _excess() -> int:
    """How many bytes are kept beyond what may be."""
    kept = _over().aggregate(sum=Sum("size"))["sum"] or 0
    room = spool.room()
    return max(kept - settings.SPOOL_KEEP_BYTES, min(kept, 2 * room.reserve - room.free), 0)


def _remove_beyond(excess: int) -> int:
    removed = 0
    while excess > 0 and (portion := list(_over()[:AT_ONCE])):
        for batch in portion:
            if excess <= 0:
                break
            removed += _remove(batch)
            excess -= batch.size
    return removed


def _remove(batch: Batch) -> bool:
    """The row first: a batch that is replayed meanwhile stays, and a file whose row says that it
    is kept is always there."""
    still = Batch.objects.filter(id=batch.id, kept=True, state=batch.state)
    if not still.update(kept=False):
        return False
    spool.path_of(batch.id, batch.received).unlink(missing_ok=True)
    return True
