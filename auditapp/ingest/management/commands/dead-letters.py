"""manage.py dead-letters"""

import json
from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from analytics.event import readable
from auditapp.accounts.command_line import acting
from auditapp.ingest import deadletters
from auditapp.ingest.models import Batch


class Command(BaseCommand):
    """What failed too often, and what becomes of it."""

    help = "List batches that failed too often; replay one or all of them, or discard one."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Nothing lists them."""
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--replay", metavar="BATCH", type=UUID, help="put it into the queue")
        what.add_argument("--all", action="store_true", help="put all of them into the queue")
        what.add_argument("--discard", metavar="BATCH", type=UUID, help="do without it")
        parser.add_argument("--reason", default="", help="why it is discarded")
        parser.add_argument("--as", dest="actor", metavar="USER", help="who runs this command")
        parser.add_argument("--json", action="store_true", help="one object on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        """Does the one that was named."""
        if options["replay"] or options["all"]:
            self._replay(options)
        elif options["discard"]:
            self._discard(options)
        else:
            self._list(options["json"])

    def _replay(self, options: dict[str, Any]) -> None:
        by = acting(options["actor"], "dead-letter-replay")
        if options["all"]:
            count = deadletters.replay_all(by)
        elif deadletters.replay(options["replay"], by):
            count = 1
        else:
            raise CommandError(f"there is no dead letter {options['replay']} whose log is kept")
        if options["json"]:
            self.stdout.write(json.dumps({"replayed": count}))
        else:
            self.stdout.write(f"{count} wait to be taken in again")

    def _discard(self, options: dict[str, Any]) -> None:
        reason = readable(options["reason"].strip())
        if not reason:
            raise CommandError("say with --reason why it is discarded")
        by = acting(options["actor"], "dead-letter-discard")
        if not deadletters.discard(options["discard"], reason, by):
            raise CommandError(f"there is no dead letter {options['discard']}")
        if options["json"]:
            self.stdout.write(json.dumps({"discarded": 1}))
        else:
            self.stdout.write(f"{options['discard']} is discarded")

    def _list(self, as_json: bool) -> None:
        found = deadletters.waiting()
        if as_json:
            self.stdout.write(json.dumps([_told(batch) for batch in found.iterator(500)]))
            return
        for batch in found.iterator(500):
            self.stdout.write(
                f"{batch.id}\t{batch.feed_id}\t{batch.source}\t{batch.size:,} bytes"
                f"\t{batch.attempts} tries\t{batch.finished:%Y-%m-%d %H:%M}\t{batch.error}"
            )
        if not found.exists():
            self.stdout.write("there are no dead letters")


def _told(batch: Batch) -> dict[str, Any]:
    """What scripts are told of one; times are ISO 8601."""
    return {
        "batch": str(batch.id),
        "feed": batch.feed_id,
        "source": batch.source,
        "bytes": batch.size,
        "lines": batch.lines,
        "received": batch.received.isoformat(),
        "failed": batch.finished.isoformat() if batch.finished else None,
        "tries": batch.attempts,
        "error": batch.error,
        "errors": batch.errors,
        "backfill": batch.backfill,
    }
