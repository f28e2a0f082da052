"""The Celery application: its configuration is `broker`, its clock `schedule`."""

import os
from datetime import datetime
from typing import Any

from celery import Celery, Task
from celery.signals import beat_init, worker_init, worker_ready, worker_shutting_down

from auditapp import clock, deadlines, garbage, stopping

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "auditapp.settings")


class HintedTask(Task):  # type: ignore[type-arg]
    """A task whose messages are judged by the clock that all machines share."""

    Request = "auditapp.workrequest:Request"


class App(Celery):
    """Celery, on the same clock: it says when messages are too old, and what is due."""

    task_cls = "auditapp.celery:HintedTask"

    def now(self) -> datetime:
        """In UTC, as configured."""
        return clock.estimate()


app = App("foureyes")
app.config_from_object("auditapp.broker")
app.autodiscover_tasks()


@worker_init.connect
def begin(sender: Any, **_: Any) -> None:
    """Before the worker's processes part from this one, which they then share memory with."""
    garbage.collect_rarely()
    if sender.pool_cls.__module__ == "celery.concurrency.solo":
        deadlines.keep()


@worker_ready.connect
def recover(**_: Any) -> None:
    """Takes up at once what a worker that was killed left behind."""
    app.send_task("ingest.sweep", expires=60)
    _beat("worker")


@worker_shutting_down.connect
def stop(**_: Any) -> None:
    """Lets batches in hand go back to the queue rather than be killed with their worker."""
    stopping.ask()


@beat_init.connect
def schedule(**_: Any) -> None:
    """Says that there is a scheduler."""
    _beat("scheduler")


def _beat(role: str) -> None:
    from auditapp.operations import heartbeats

    heartbeats.start(role)
