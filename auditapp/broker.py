"""Celery's configuration; loaded when Celery first needs it. A task is only a hint: what is to
be done stands in the database, so a lost message costs time and no event."""

from typing import Any

from django.conf import settings
from kombu import Exchange, Queue

from auditapp import redistransport, schedule

HOUR = 3600
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
    redistransport.install()
    broker_transport_options = {
        # A message that was taken and not acknowledged comes again after so long. It must be
        # longer than any task may take; what a dead worker held, the sweeper finds much sooner.
        "visibility_timeout": max(settings.BATCH_SECONDS, 2 * HOUR) + 2 * HOUR,
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
task_acks_late = True
task_reject_on_worker_lost = True  # its child was killed: another looks at once
worker_prefetch_multiplier = 1
worker_cancel_long_running_tasks_on_connection_loss = False  # leases, not messages, tell whose
worker_hijack_root_logger = False
worker_redirect_stdouts = False
worker_enable_remote_control = not _embedded
timezone = "UTC"

task_default_queue = "ingest"
task_queues = [
    Queue(name, Exchange(""), routing_key=name)
    for name in ("ingest", "score", "report", "backfill")
]
task_routes = {
    "ingest.backfill": {"queue": "backfill"},
    "ingest.pull": {"queue": "report"},  # waits for others, and no log waits for it
    "ingest.silence": {"queue": "report"},
    "ingest.*": {"queue": "ingest"},
    "cases.keep_rules": {"queue": "report"},  # an assessment may take hours
    "cases.*": {"queue": "score"},
    "outgoing.*": {"queue": "report"},  # waits for others
    "reports.*": {"queue": "report"},
}
# Seconds. At the soft limit a task ends in order: its batch counts as tried and goes back, what
# is left of the days to assess stays marked. At the hard one its process is killed; Celery kills
# children, `deadlines` a worker that has none.
_batch = settings.BATCH_SECONDS
_grace = min(_batch // 10 + 1, 300)
task_soft_time_limit = HOUR
task_time_limit = HOUR + _grace
task_annotations = {
    "ingest.process": {"soft_time_limit": _batch, "time_limit": _batch + _grace},
    "ingest.backfill": {"soft_time_limit": _batch + HOUR, "time_limit": _batch + HOUR + _grace},
    "cases.assess": {"soft_time_limit": 3 * HOUR, "time_limit": 3 * HOUR + _grace},
}
beat_scheduler = "auditapp.beatclock:Scheduler"
beat_schedule = schedule.beat_schedule
beat_schedule_filename = str(_folder / "beat-schedule")
