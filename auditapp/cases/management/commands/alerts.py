"""manage.py alerts"""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from auditapp.accounts.command_line import add_reader, check_reader
from auditapp.accounts.pseudonyms import reference, shown
from auditapp.cases.management.arguments import harmless, moment
from auditapp.cases.models import Alert
from auditapp.people.directory import directory


class Command(BaseCommand):
    """Lists alerts."""

    help = "List the alerts of rules and of urgent findings, newest first."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """--since, --until, --json, --hidden, --as."""
        parser.add_argument("--since", type=moment, metavar="T", help="from this event time on")
        parser.add_argument("--until", type=moment, metavar="T", help="before this event time")
        parser.add_argument("--json", action="store_true", help="a list on standard output")
        parser.add_argument("--hidden", action="store_true", help="also what exceptions hide")
        add_reader(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Writes lines or JSON."""
        check_reader(options["reader"])
        alerts = Alert.objects.all() if options["hidden"] else Alert.objects.shown()
        if options["since"]:
            alerts = alerts.filter(time__gte=options["since"])
        if options["until"]:
            alerts = alerts.filter(time__lt=options["until"])
        people = directory()
        rows = [
            {
                "id": alert.pk,
                "rule": alert.rule,
                "title": alert.title,
                "severity": alert.severity,
                "time": alert.time.isoformat(),
                "detected": alert.detected.isoformat(),
                "backfill": alert.backfill,
                "hidden_by": alert.hidden_by_id,
                "group": alert.lead_id or alert.pk,
                "person": person and reference(person),
                "name": person and shown(person),
                "events": [alert.event],
                "tactics": alert.tactics,
            }
            for alert in alerts
            for person in [people.who(alert.account, alert.time)]
        ]
        if options["json"]:
            self.stdout.write(json.dumps(rows))
            return
        for row in rows:
            name = row["name"] or "unknown person"
            line = f"{row['time'][:19]}  {row['severity']:13} {name}: {row['title']}"
            self.stdout.write(harmless(line))
