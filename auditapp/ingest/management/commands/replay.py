"""manage.py replay"""

from argparse import ArgumentParser, ArgumentTypeError
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from auditapp.ingest import hints, queue
from auditapp.ingest.models import Batch


def _time(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is no time like 2026-11-29 10:00") from error
    return time if time.tzinfo else time.replace(tzinfo=UTC)


class Command(BaseCommand):
    """Takes batches in once more."""

    help = "Put batches back into the queue: after an outage, or after a log source was mended."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which ones."""
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("batches", metavar="BATCH", nargs="*", type=UUID, default=[])
        which.add_argument("--failed", action="store_true", help="all that failed")
        which.add_argument(
            "--since",
            type=_time,
            metavar="TIME",
            help="all that came since then (UTC) and are over",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Stores nothing twice."""
        batches = options["batches"]
        if options["failed"]:
            failed = Batch.objects.filter(state=Batch.State.FAILED)
            batches = list(failed.values_list("id", flat=True))
        if options["since"]:
            over = Batch.objects.filter(
                received__gte=options["since"], state__in=queue.OVER, kept=True
            )
            batches = list(over.order_by("received").values_list("id", flat=True))
        for batch in batches:
            if not queue.replay(batch):
                raise CommandError(f"there is no batch {batch} that is over and whose log is kept")
            hints.process(batch)
        self.stdout.write(f"{len(batches)} batches wait")
