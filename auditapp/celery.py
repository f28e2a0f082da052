"""The Celery application: its configuration is `broker`, its clock `schedule`."""

import os
from typing import Any

from celery import Celery
from celery.signals import worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "auditapp.settings")

app = Celery("foureyes")
app.config_from_object("auditapp.broker")
app.autodiscover_tasks()


@worker_ready.connect
def recover(**_: Any) -> None:
    """Takes up at once what a worker that was killed left behind."""
    app.send_task("ingest.sweep", expires=60)
