"""manage.py evaluate"""

import json
import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from analytics.findings import Level, RiskScore, Severity
from analytics.simulation.truth import Raised, Truth, TruthError, measure, read_truth


class Command(BaseCommand):
    """Measures detection on a simulated organisation."""

    help = "Take a simulated site folder in, score it, and compare with its truth.json."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """DIR and --json."""
        parser.add_argument("folder", metavar="DIR", type=Path, help="what simulate wrote")
        parser.add_argument("--json", action="store_true", help="one object on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        """Works in an installation of its own that is gone afterwards."""
        folder: Path = options["folder"]
        try:
            truth = read_truth(folder)
        except TruthError as error:
            raise CommandError(str(error)) from error
        with tempfile.TemporaryDirectory(prefix="foureyes-evaluate-") as home:
            result = self._measure(folder, truth, _Installation(Path(home)))
        if options["json"]:
            self.stdout.write(json.dumps(result))
        else:
            for name, value in result.items():
                self.stdout.write(f"{name:50} {json.dumps(value)}")

    def _measure(self, folder: Path, truth: Truth, run: "_Installation") -> dict[str, Any]:
        run("migrate", "--verbosity", "0")
        run("import", str(folder))
        taken = json.loads(run("ingest", str(folder / "logs"), "--json"))
        as_of = self._end(run)
        run("score", "--as-of", as_of.isoformat())
        alerts = [
            Raised(
                person=alert["person"],
                time=datetime.fromisoformat(alert["time"]),
                severity=Severity(alert["severity"]),
            )
            for alert in json.loads(run("alerts", "--json"))
        ]
        scores = [
            RiskScore(
                person=row["person"],
                as_of=as_of,
                score=row["score"],
                level=Level(row["level"]),
                reasons=(),
            )
            for row in json.loads(run("risk", "--json"))
        ]
        speed = round(taken["stored"] / max(taken["seconds"], 0.01))
        return measure(truth, scores, alerts, events_per_second=speed)

    def _end(self, run: "_Installation") -> datetime:
        """The midnight after the newest event."""
        newest = run("events", "*", "--limit", "1", "--json").strip()
        if not newest:
            raise CommandError("the folder's logs hold no event")
        time = datetime.fromisoformat(json.loads(newest)["@timestamp"]).astimezone(UTC)
        return (time + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)


class _Installation:
    """Runs commands against an empty home."""

    def __init__(self, home: Path) -> None:
        kept = {
            name: value
            for name, value in os.environ.items()
            if name not in ("DATABASE_URL", "EVENT_STORE_URL", "CELERY_BROKER_URL")
        }
        self._environment = {**kept, "FOUREYES_HOME": str(home), "FOUREYES_DEMO": "true"}

    def __call__(self, *arguments: str) -> str:
        """What the command printed. Raises CommandError with its last words where it failed."""
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments]
        done = subprocess.run(  # noqa: S603 - our own command line
            command, env=self._environment, stdout=subprocess.PIPE, text=True, check=False
        )
        if done.returncode:
            raise CommandError(f"{arguments[0]} failed with exit code {done.returncode}")
        return done.stdout
