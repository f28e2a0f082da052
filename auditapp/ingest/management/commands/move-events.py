"""manage.py move-events"""

from argparse import ArgumentParser
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from filelock import FileLock, Timeout

from analytics.store import moving
from analytics.store.base import StoreUnavailable
from auditapp import eventstore

SWITCH = """\
To switch over:
  1. stop the workers (`up`, or the worker containers); requests go on being accepted and wait
  2. run this command again: it moves what came in since, and ends with "Nothing is missing"
  3. set EVENT_STORE_URL to the new address, and start the workers again
The old store is left as it is."""


class Command(BaseCommand):
    """Moves events and person-days into another store."""

    help = "Move all events into another store while they are taken in, and prove it by hashes."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--to."""
        parser.add_argument(
            "--to", required=True, metavar="URL", help="https://… (Elasticsearch) or file:///…"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """May be killed and run again at any time."""
        to = _without_secrets(options["to"])
        if to == _without_secrets(settings.EVENT_STORE_URL):
            raise CommandError("that is the store in use")
        try:
            target = eventstore.opened(options["to"])
        except ValueError as error:
            raise CommandError(str(error)) from error
        folder = settings.HOME / "moving"
        folder.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(folder / "moving.lock", timeout=0):
                target.ready()
                journal = moving.Journal(folder / "journal.jsonl", to)
                proof = moving.move(eventstore.store(), target, journal, self._told)
        except Timeout as error:
            raise CommandError("another process is moving events") from error
        except (moving.NotTheSame, StoreUnavailable) as error:
            raise CommandError(str(error)) from error
        finally:
            target.close()
        self._conclude(proof, to)

    def _told(self, day: date, held: moving.Sum, done: int, of: int) -> None:
        self.stdout.write(f"{done}/{of}  {day}  {held}, the same in both")

    def _conclude(self, proof: moving.Proof, to: str) -> None:
        self.stdout.write(
            f"{proof.days} days: {proof.sum}, the same here and at {to}; "
            f"{proof.person_days:,} person-days"
        )
        if proof.missing:
            self.stdout.write(f"{proof.missing:,} events came in since and are not moved yet.")
        else:
            self.stdout.write("Nothing is missing there.")
        self.stdout.write(SWITCH)


def _without_secrets(url: str) -> str:
    """An address that may stand in a file and on a screen."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="").geturl().rstrip("/")
