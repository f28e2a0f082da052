"""What workers are hinted at, and what keeps the queue moving."""

from celery import shared_task

from auditapp.eventstore import store
from auditapp.ingest import hints, queue, spool, work

HINTS = 50  # a sweep; the next one gives more


@shared_task(name="ingest.process")
def process_batch(batch_id: str) -> None:
    """Takes one batch in."""
    work.process(batch_id)


@shared_task(name="ingest.sweep")
def sweep() -> None:
    """Takes up what stands still: lost hints, dead workers, leases that ran out."""
    queue.recover()
    for batch_id in queue.waiting(HINTS):
        hints.process(batch_id)


@shared_task(name="ingest.maintain")
def maintain() -> None:
    """Keeps store and spool tidy."""
    spool.remove_forgotten()
    store().maintain()
