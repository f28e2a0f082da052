"""What runs when: the one table. Times are UTC."""

from datetime import timedelta
from typing import Any

from celery.schedules import crontab, schedule

TABLE: tuple[tuple[str, schedule], ...] = (
    ("ingest.sweep", schedule(timedelta(seconds=20))),
    ("cases.assess", schedule(timedelta(seconds=60))),
    ("ingest.maintain", schedule(timedelta(hours=1))),
    ("reports.weekly", crontab(minute=5)),  # every hour; does nothing until one is due
)


def _options(when: schedule) -> dict[str, Any]:
    """A missed beat is not made up for: the next one does the same. A missed report is."""
    return {} if isinstance(when, crontab) else {"expires": when.run_every.total_seconds()}


beat_schedule: dict[str, dict[str, Any]] = {
    task: {"task": task, "schedule": when, "options": _options(when)} for task, when in TABLE
}
