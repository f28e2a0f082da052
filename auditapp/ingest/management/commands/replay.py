"""manage.py replay"""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from auditapp.ingest import hints, queue
from auditapp.ingest.models import Batch


class Command(BaseCommand):
    """Takes batches in once more."""

    help = "Put batches back into the queue: after an outage, or after a log source was mended."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which ones."""
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("batches", metavar="BATCH", nargs="*", type=UUID, default=[])
        which.add_argument("--failed", action="store_true", help="all that failed")

    def handle(self, *args: Any, **options: Any) -> None:
        """Stores nothing twice."""
        batches = options["batches"]
        if options["failed"]:
            failed = Batch.objects.filter(state=Batch.State.FAILED)
            batches = list(failed.values_list("id", flat=True))
        for batch in batches:
            if not queue.replay(batch):
                raise CommandError(f"there is no batch {batch} that is done or failed")
            hints.process(batch)
        self.stdout.write(f"{len(batches)} batches wait")
