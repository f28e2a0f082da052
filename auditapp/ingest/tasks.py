"""What workers are hinted at, and what keeps the queue moving."""

import logging
from dataclasses import replace

from celery import shared_task

from auditapp import clock
from auditapp.eventstore import store
from auditapp.ingest import deliveries, hints, pull, queue, retention, silence, spool, tails, work
from auditapp.ingest.hubexport import PullFailed

log = logging.getLogger(__name__)

HINTS = 50  # a sweep; the next one gives more


@shared_task(name="ingest.process")
def process_batch(batch_id: str) -> None:
    """Takes one batch in, also from a worker that was killed at it."""
    if not work.process(batch_id) and queue.recover():
        work.process(batch_id)


@shared_task(name="ingest.backfill")
def process_backfill(batch_id: str) -> None:
    """Takes one batch of a backfill in, after all that is none."""
    work.let_pass()
    process_batch(batch_id)


@shared_task(name="ingest.sweep")
def sweep() -> None:
    """Takes up what stands still: lost hints, dead workers, leases that ran out, open records."""
    queue.recover()
    tails.flush()
    live = set(queue.waiting(HINTS, backfill=False))
    for batch_id in queue.waiting(HINTS):
        hints.process(batch_id, backfill=batch_id not in live)


@shared_task(name="ingest.maintain")
def maintain() -> None:
    """Keeps store and spool tidy."""
    retention.remove_old()
    tails.forget()
    spool.remove_forgotten()
    deliveries.forget()
    store().maintain()


@shared_task(name="ingest.pull")
def pull_logs() -> None:
    """Fetches the audit logs of the organisations that the settings name."""
    hub, organisations = pull.configured()
    for organisation in organisations:
        try:
            for page in pull.pull(replace(hub, patience=(3, 20)), organisation):
                if page.batch:
                    hints.process(page.batch)
        except PullFailed as error:
            log.warning("audit log of %s not fetched to its end: %s", organisation, error)


@shared_task(name="ingest.silence")
def listen() -> None:
    """Notices which feeds fell silent and which speak again."""
    silence.listen(clock.now())
