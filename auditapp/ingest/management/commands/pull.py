"""manage.py pull"""

import json
from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Sum

from auditapp.ingest import work
from auditapp.ingest.hubexport import PullFailed
from auditapp.ingest.models import Batch
from auditapp.ingest.pull import configured, pull


class Command(BaseCommand):
    """Fetches logs that nobody sends."""

    help = (
        "Fetch an organisation's audit log from the Hugging Face Hub, from where it stopped. "
        "The token comes from HF_TOKEN, or from the file that HF_TOKEN_FILE names."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """From where, and whose."""
        services = parser.add_subparsers(dest="service", required=True)
        hub = services.add_parser("huggingface", help="the Hub's audit log")
        hub.add_argument("--org", required=True, help="the organisation's name on the Hub")
        hub.add_argument("--feed", default="", help="the feed; else hf-<organisation>")
        hub.add_argument("--json", action="store_true", help="one object on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        """Takes each page in as it comes; exit code 0 once the walk has got to its end."""
        if len(options["feed"]) > 100 or not options["feed"].isprintable():
            raise CommandError("--feed is no name of at most 100 characters")
        hub, _ = configured()
        pages = events = 0
        batches: list[UUID] = []
        try:
            for page in pull(hub, options["org"], options["feed"]):
                pages, events = pages + 1, events + page.events
                if page.batch:
                    batches.append(page.batch)
                    work.process(page.batch)
        except PullFailed as error:
            raise CommandError(str(error)) from error
        taken = Batch.objects.filter(id__in=batches)
        names = ("stored", "duplicates", "rejected")
        counts = {name: taken.aggregate(sum=Sum(name))["sum"] or 0 for name in names}
        if options["json"]:
            self.stdout.write(json.dumps({"pages": pages, "events": events, **counts}))
            return
        self.stdout.write(
            f"{pages:,} pages, {events:,} events: {counts['stored']:,} stored, "
            f"{counts['duplicates']:,} known, {counts['rejected']:,} rejected"
        )
