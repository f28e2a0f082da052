"""The Celery application: its configuration is `broker`, its clock `schedule`."""

import os
from typing import Any

from celery import Celery
from celery.signals import beat_init, worker_init, worker_ready, worker_shutting_down

from auditapp import deadlines, garbage, stopping

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "auditapp.settings")

app = Celery("foureyes")
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
