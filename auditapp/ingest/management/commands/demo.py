"""manage.py demo: what `make demo` runs."""

import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser


class Command(BaseCommand):
    """Simulates an organisation, takes its logs in, scores it and opens the site."""

    help = "Fill this installation with a synthetic organisation and start it."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """The size of the organisation, the port, and whether to stop before the site."""
        parser.add_argument("--people", type=int, default=40, help="40")
        parser.add_argument("--days", type=int, default=30, help="30")
        parser.add_argument("--seed", type=int, default=1, help="1")
        parser.add_argument("--port", type=int, default=8000, help="8000")
        parser.add_argument("--prepare", action="store_true", help="do not start the site")

    def handle(self, *args: Any, **options: Any) -> None:
        """Does what is not done yet; a second start goes straight to the site."""
        self._mark_as_synthetic()
        filled = settings.HOME / "demo-filled"
        if not filled.exists():
            self._fill(options)
            filled.touch()
        if not options["prepare"]:
            call_command("up", port=options["port"])

    def _mark_as_synthetic(self) -> None:
        """Leaves the marker that lets names be shown, then starts over under it."""
        marker: Path = settings.HOME / "synthetic"
        if marker.exists():
            return
        if (settings.HOME / "foureyes.sqlite3").exists():
            raise CommandError(f"{settings.HOME} holds a real installation; set FOUREYES_HOME")
        settings.HOME.mkdir(parents=True, exist_ok=True)
        marker.touch()
        os.execv(sys.executable, [sys.executable, *sys.argv])  # noqa: S606 - this very command

    def _fill(self, options: dict[str, Any]) -> None:
        site: Path = settings.HOME / "demo-site"
        call_command("migrate", verbosity=0)
        if not (site / "truth.json").exists():
            self.stdout.write("1/4  Simulating an organisation")
            call_command(
                "simulate",
                out=site,
                people=options["people"],
                days=options["days"],
                seed=options["seed"],
                without=["slurm_task", "training_steps"],  # many lines that a demonstration spares
                until=datetime.now(UTC).date() - timedelta(days=1),
            )
        self.stdout.write("2/4  Importing its people and resources")
        call_command("import", str(site))
        self.stdout.write("3/4  Taking in its logs")
        call_command("ingest", str(site / "logs"))
        self.stdout.write("4/4  Scoring its people")
        call_command("score")
