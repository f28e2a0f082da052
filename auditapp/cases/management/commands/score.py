"""manage.py score"""

import json
import sys
import time
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import Progress

from auditapp.cases import assessment, turns
from auditapp.cases.management.arguments import moment
from auditapp.cases.models import ScoreRow

PATIENCE = 120  # seconds to wait for a worker that is at it


class Command(BaseCommand):
    """Assesses the days that changed and keeps everybody's score."""

    help = "Assess the days that changed and compute everybody's risk score."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Which days are assessed anew, as of when it scores, and how it tells."""
        parser.add_argument("--as-of", type=moment, metavar="T", help="time of the score; now")
        parser.add_argument("--all", action="store_true", help="assess every day anew")
        parser.add_argument("--since", type=moment, metavar="T", help="assess days from then anew")
        parser.add_argument("--until", type=moment, metavar="T", help="… that begin before then")
        parser.add_argument("--json", action="store_true", help="one object on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        """Runs it with a progress bar on standard error."""
        started = time.monotonic()
        now = options["as_of"] or datetime.now(UTC)
        if options["all"] or options["since"] or options["until"]:
            assessment.touch_all(options["since"], options["until"])
        with Progress(console=Console(file=sys.stderr), transient=True) as bar:
            task = bar.add_task("Assessing days", total=None)
            days = self._refresh(now, lambda done, of: bar.update(task, completed=done, total=of))
        people = ScoreRow.objects.filter(as_of=now).count()
        seconds = round(time.monotonic() - started, 2)
        if options["json"]:
            result = {"days": len(days), "people": people, "seconds": seconds}
            self.stdout.write(json.dumps(result))
        else:
            self.stdout.write(f"Assessed {len(days)} days, scored {people} people, {seconds} s.")

    def _refresh(self, now: datetime, progress: assessment.Progress) -> list[Any]:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                days = list(assessment.refresh(now, progress))
            except turns.Taken:
                if time.monotonic() > deadline:
                    raise CommandError("another process is assessing; try again later") from None
                time.sleep(0.5)
                continue
            if not days and not ScoreRow.objects.filter(as_of=now).exists():
                assessment.rescore(now.date(), now, progress)
            return days
