"""Reports as tasks."""

import contextlib

from celery import shared_task

from auditapp import clock
from auditapp.cases import turns
from auditapp.reports import delivery


@shared_task(name="reports.weekly", ignore_result=True)
def weekly() -> None:
    """Makes and sends what is due. Runs every hour, so that a night without power costs an hour."""
    with contextlib.suppress(turns.Taken), turns.turn("reports"):
        now = clock.now()
        delivery.make_due(now)
        delivery.send_unsent(now)
