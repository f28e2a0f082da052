"""What workers are hinted at."""

from celery import shared_task

from auditapp import clock
from auditapp.outgoing import delivering, telling


@shared_task(name="outgoing.tell", ignore_result=True)
def tell() -> None:
    """Writes down what is new, and delivers what is due."""
    telling.collect(clock.now())
    delivering.deliver()


@shared_task(name="outgoing.forget", ignore_result=True)
def forget() -> None:
    """Deletes what arrived long ago."""
    delivering.forget(clock.now())
