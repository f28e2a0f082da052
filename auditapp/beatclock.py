"""The scheduler of periodic tasks, on a clock that may go back."""

from typing import Any

from celery.beat import PersistentScheduler


class Scheduler(PersistentScheduler):
    """Celery's waits until the clock is again where it was at a task's last run: an hour, where
    it went back by one. Here such a run counts as one of just now."""

    def tick(self, *args: Any, **kwargs: Any) -> Any:
        """Called again and again by Celery."""
        now = self.app.now()
        for entry in self.schedule.values():
            if entry.last_run_at and entry.last_run_at > now:
                entry.last_run_at = now
                self._heap = None  # is in the order of the old clock; Celery makes another
        return super().tick(*args, **kwargs)
