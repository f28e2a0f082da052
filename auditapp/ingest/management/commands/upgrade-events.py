"""manage.py upgrade-events"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from analytics.store.base import StoreUnavailable
from analytics.store.elastic.store import Elastic
from auditapp.eventstore import store


class Command(BaseCommand):
    """Moves old months of Elasticsearch into indices of today's layout."""

    help = "After an update or new shard settings: move old months into new indices, in use."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """May be killed and run again at any time."""
        events = store()
        if not isinstance(events, Elastic):
            self.stdout.write("The lake takes new fields by itself; nothing to do.")
            return
        try:
            moved = events.upgrade(self._told)
            events.maintain()
        except StoreUnavailable as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{len(moved)} months moved; all have today's layout.")

    def _told(self, index: str, done: int, of: int) -> None:
        self.stdout.write(f"{index}  {done:,} of {of:,} events")
