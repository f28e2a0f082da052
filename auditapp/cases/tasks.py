"""Assessment as a task."""

import contextlib

from celery import shared_task
from django.utils import timezone

from auditapp.cases import assessment, turns


@shared_task(name="cases.assess", ignore_result=True)
def assess() -> None:
    """Assesses the days that changed, then scores; nothing where nothing changed.

    Where another process is at it, the marks on the days stay for the next time.
    """
    with contextlib.suppress(turns.Taken):
        assessment.refresh(timezone.now())
