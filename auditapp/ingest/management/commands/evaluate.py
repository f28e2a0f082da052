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

from analytics.findings import Level, ReasonKind, RiskScore, Severity
from analytics.risk.parts import PARTS
from analytics.simulation.truth import Raised, Truth, TruthError, measure, read_truth

FIRST = 20  # people whose reasons are told
MOST_REASONS = 4
VICTIMS = ReasonKind.VICTIMS.value
RANKED = ("rank_of_each_insider", "recall_at_k", "insiders_within_twice_their_number")


class Command(BaseCommand):
    """Measures detection on a simulated organisation."""

    help = "Take a simulated site folder in, score it, and compare with its truth.json."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """DIR, --ablation and --json."""
        parser.add_argument("folder", metavar="DIR", type=Path, help="what simulate wrote")
        parser.add_argument(
            "--ablation",
            action="store_true",
            help="also say how each insider ranks when one part after another is left out",
        )
        parser.add_argument("--json", action="store_true", help="one object on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        """Works in an installation of its own that is gone afterwards."""
        folder: Path = options["folder"]
        try:
            truth = read_truth(folder)
        except TruthError as error:
            raise CommandError(str(error)) from error
        with tempfile.TemporaryDirectory(prefix="foureyes-evaluate-") as home:
            run = _Installation(Path(home))
            result, as_of = self._measure(folder, truth, run)
            if options["ablation"]:
                result["ablation"] = {
                    part: self._without(part, truth, as_of, run) for part in sorted(PARTS)
                }
        if options["json"]:
            self.stdout.write(json.dumps(result))
        else:
            for name, value in result.items():
                self.stdout.write(f"{name:50} {json.dumps(value)}")

    def _measure(
        self, folder: Path, truth: Truth, run: "_Installation"
    ) -> tuple[dict[str, Any], datetime]:
        """The figures, and the time that they are about."""
        run("migrate", "--verbosity", "0")
        run("import", str(folder))
        taken = json.loads(run("ingest", str(folder / "logs"), "--json"))
        as_of = self._end(run)
        scored = json.loads(run("score", "--as-of", as_of.isoformat(), "--json"))
        alerts = [
            Raised(
                person=alert["person"],
                time=datetime.fromisoformat(alert["time"]),
                severity=Severity(alert["severity"]),
            )
            for alert in json.loads(run("alerts", "--json"))
        ]
        rows = json.loads(run("risk", "--json"))
        speed = round(taken["stored"] / max(taken["seconds"], 0.01))
        result = measure(truth, _scores(rows, as_of), alerts, events_per_second=speed)
        result["seconds"] = {"ingest": taken["seconds"], "score": scored["seconds"]}
        result["first_people"] = [_place(row, truth) for row in rows[:FIRST]]
        result["named_by_victims"] = [
            row["person"] for row in rows if any(one["kind"] == VICTIMS for one in row["reasons"])
        ]
        return result, as_of

    def _without(
        self, part: str, truth: Truth, as_of: datetime, run: "_Installation"
    ) -> dict[str, Any]:
        """The ranks that are left without a part."""
        rows = json.loads(run("risk", "--as-of", as_of.isoformat(), "--without", part, "--json"))
        found = measure(truth, _scores(rows, as_of), [])
        return {name: found[name] for name in RANKED}

    def _end(self, run: "_Installation") -> datetime:
        """The midnight after the newest event."""
        newest = run("events", "*", "--limit", "1", "--json").strip()
        if not newest:
            raise CommandError("the folder's logs hold no event")
        time = datetime.fromisoformat(json.loads(newest)["@timestamp"]).astimezone(UTC)
        return (time + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)


def _scores(rows: list[dict[str, Any]], as_of: datetime) -> list[RiskScore]:
    """The scores that `risk --json` printed."""
    return [
        RiskScore(
            person=row["person"], as_of=as_of, score=row["score"], level=Level(row["level"]),
            reasons=(),
        )
        for row in rows
    ]  # fmt: skip


def _place(row: dict[str, Any], truth: Truth) -> dict[str, Any]:
    """A person's place: score, whether an insider, and the reasons that count most."""
    stories = {insider.person: insider.scenario for insider in truth.insiders}
    heavy = sorted(row["reasons"], key=lambda reason: -reason["counted"])[:MOST_REASONS]
    return {
        "person": row["person"],
        "score": row["score"],
        "scenario": stories.get(row["person"]),
        "reasons": [f"{one['kind']}:{one['id']}" for one in heavy],
    }


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
