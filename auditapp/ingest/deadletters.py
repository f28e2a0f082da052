"""Dead letters: batches that failed too often, or cannot be read, wait here for a decision.

Their logs were accepted, so none of them goes by itself: each is replayed or, with a reason,
discarded.
"""

from uuid import UUID

from django.db.models import QuerySet, Sum

from auditapp import clock
from auditapp.accounts import acts
from auditapp.accounts.models import User
from auditapp.ingest import hints, queue
from auditapp.ingest.models import Batch

LONGEST_REASON = 500


def waiting() -> QuerySet[Batch]:
    """Those nobody decided upon yet, the newest first."""
    return Batch.objects.filter(state=Batch.State.FAILED).order_by("-finished", "-id")


def size() -> int:
    """Their bytes."""
    return waiting().aggregate(size=Sum("size"))["size"] or 0


def replay(batch_id: UUID, by: User | None) -> bool:
    """Puts one back into the queue; whether it was a dead letter whose log is kept."""
    dead = Batch.objects.filter(
        id=batch_id, state__in=(Batch.State.FAILED, Batch.State.DISCARDED)
    ).first()
    if dead is None or not queue.replay(dead.id):
        return False
    acts.note(by, "replayed dead letter", dead.id)
    hints.process(dead.id, backfill=dead.backfill)
    return True


def replay_all(by: User | None) -> int:
    """Puts back into the queue what nobody decided upon; gives their number."""
    return sum(replay(batch_id, by) for batch_id in waiting().values_list("id", flat=True))


def discard(batch_id: UUID, reason: str, by: User | None) -> bool:
    """Does without one, for a reason; whether it was a dead letter.

    Its log stays in the spool as long as that of a batch that is done, so until then it can be
    replayed after all.
    """
    dead = Batch.objects.filter(id=batch_id, state=Batch.State.FAILED)
    discarded = dead.update(
        state=Batch.State.DISCARDED,
        discarded_reason=reason[:LONGEST_REASON],
        discarded_by=by,
        finished=clock.now(),
    )
    if discarded:
        acts.note(by, "discarded dead letter", batch_id)
    return bool(discarded)
