"""manage.py rematch"""

import json
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from analytics.store.base import Question
from auditapp.cases.management.arguments import moment
from auditapp.cases.rematching import rematch


class Command(BaseCommand):
    """Raises the alerts that stored events lack."""

    help = (
        "Match the rules in force over events that are stored already, a whole day (UTC) at a "
        "time. Alerts that are there stay as they are; new ones are marked as a backfill."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """--since, --until and --json."""
        parser.add_argument("--since", type=moment, metavar="T", help="from this event time on")
        parser.add_argument("--until", type=moment, metavar="T", help="before this event time")
        parser.add_argument("--json", action="store_true", help="one object on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        """Tells how many alerts were new."""
        days: list[date] = []
        new = rematch(Question(since=options["since"], until=options["until"]), days.append)
        if options["json"]:
            self.stdout.write(json.dumps({"days": len(days), "alerts": new}))
        else:
            self.stdout.write(f"{len(days)} days matched anew, {new} alerts raised")
