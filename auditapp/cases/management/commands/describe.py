"""manage.py describe"""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from analytics import pipeline
from analytics.behaviour.person_days import features
from auditapp.cases.rules import rule_set


class Command(BaseCommand):
    """Lists what this installation can read and find."""

    help = "List log sources, rules, refused rules and behaviour features."

    def add_arguments(self, parser: CommandParser) -> None:
        """--json."""
        parser.add_argument("--json", action="store_true", help="one object on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        """Writes the lists."""
        rules = rule_set()
        lists = {
            "sources": {name: source.title for name, source in pipeline.log_sources().items()},
            "rules": {rule.id: f"{rule.severity}: {rule.title}" for rule in rules.rules},
            "refused rules": {str(refused.path): refused.reason for refused in rules.refused},
            "features": {name: feature.title for name, feature in features().items()},
        }
        if options["json"]:
            self.stdout.write(json.dumps(lists))
            return
        for title, entries in lists.items():
            self.stdout.write(f"{title} ({len(entries)})")
            for name, about in entries.items():
                self.stdout.write(f"  {name:32} {about}")
