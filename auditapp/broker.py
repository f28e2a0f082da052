"""Celery's configuration; loaded when Celery first needs it. A task is only a hint: what is to
be done stands in the database, so a lost message costs time and no event."""

from typing import Any

from django.conf import settings
from kombu import Exchange, Queue

from auditapp import schedule

_embedded = settings.CELERY_BROKER_URL.startswith("filesystem:")
_folder = settings.HOME / "queue"

broker_url: str = "filesystem://localhost" if _embedded else settings.CELERY_BROKER_URL
broker_transport_options: dict[str, Any]
if _embedded:
    broker_transport = "auditapp.foldertransport:Transport"
    broker_transport_options = {
        "data_folder_in": str(_folder),
        "data_folder_out": str(_folder),
        "polling_interval": 0.25,
    }
else:
    broker_transport_options = {
        # Messages are gone when they are taken. Kombu's emulation of acknowledgements ends a
        # worker that loses Redis at its work, and hints need none: the sweeper makes up for them.
        "ack_emulation": False,
        "socket_connect_timeout": 2,
        "socket_timeout": 10,
        "max_retries": 1,  # who accepts a log does not wait for the broker: the sweeper will hint
        "interval_start": 0,
    }
broker_connection_retry_on_startup = True
broker_connection_max_retries = None  # a worker outlasts the longest outage

accept_content = ["json"]
task_serializer = "json"
task_ignore_result = True
worker_prefetch_multiplier = 1
worker_hijack_root_logger = False
worker_redirect_stdouts = False
worker_enable_remote_control = not _embedded
timezone = "UTC"

task_default_queue = "ingest"
task_queues = [
    Queue(name, Exchange(""), routing_key=name) for name in ("ingest", "score", "report")
]
task_routes = {
    "ingest.pull": {"queue": "report"},  # waits for others, and no log waits for it
    "ingest.*": {"queue": "ingest"},
    "cases.*": {"queue": "score"},
    "reports.*": {"queue": "report"},
}
beat_schedule = schedule.beat_schedule
beat_schedule_filename = str(_folder / "beat-schedule")
