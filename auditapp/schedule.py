"""What runs when: the one table. Times are UTC."""

from datetime import timedelta
from typing import Any

from celery.schedules import crontab

TABLE: tuple[tuple[str, timedelta | crontab], ...] = (
    ("ingest.sweep", timedelta(seconds=20)),
    ("cases.correlate", timedelta(seconds=20)),
    ("cases.assess", timedelta(seconds=60)),
    ("cases.keep_rules", timedelta(seconds=60)),
    ("ingest.silence", timedelta(seconds=60)),
    ("outgoing.tell", timedelta(seconds=20)),
    ("outgoing.forget", timedelta(hours=6)),
    ("ingest.maintain", timedelta(minutes=5)),
    ("ingest.pull", timedelta(minutes=10)),  # does nothing unless HF_ORGANISATIONS names some
    ("reports.weekly", crontab(minute=5)),  # every hour; does nothing until one is due
)


def _options(when: timedelta | crontab) -> dict[str, Any]:
    """What comes round soon need not be made up for; a report that was missed must be."""
    return {"expires": when.total_seconds()} if isinstance(when, timedelta) else {}


beat_schedule: dict[str, dict[str, Any]] = {
    task: {"task": task, "schedule": when, "options": _options(when)} for task, when in TABLE
}
