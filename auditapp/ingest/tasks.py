"""What workers are hinted at, and what keeps the queue moving."""

import logging
from dataclasses import replace

from celery import shared_task

from auditapp.eventstore import store
from auditapp.ingest import hints, pull, queue, spool, work
from auditapp.ingest.hubexport import PullFailed

log = logging.getLogger(__name__)

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
