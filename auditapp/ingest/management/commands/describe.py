"""manage.py describe"""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.timezone import now

from analytics import pipeline
from analytics.behaviour.person_days import features
from analytics.readiness.judging import Readiness
from auditapp.cases.rules import rule_set
from auditapp.ingest import arrivals
from auditapp.ingest.mappings import mappings


class Command(BaseCommand):
    """Lists what this installation can read and find, and what it lacks for that."""

    help = "List log sources, rules, refused rules and behaviour features, or their readiness."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """--readiness and --json."""
        parser.add_argument(
            "--readiness",
            action="store_true",
            help="which fields of which feeds each pillar, feature and rule needs, and has",
        )
        parser.add_argument("--json", action="store_true", help="JSON on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        """Writes the lists."""
        if options["readiness"]:
            self._readiness(options["json"])
            return
        rules = rule_set()
        lists = {
            "sources": {name: source.title for name, source in pipeline.log_sources().items()},
            "rules": {rule.id: f"{rule.severity}: {rule.title}" for rule in rules.detections},
            "refused rules": {str(refused.path): refused.reason for refused in rules.refused},
            "refused mappings": {str(file.path): file.reason for file in mappings().refused},
            "features": {name: feature.title for name, feature in features().items()},
        }
        if options["json"]:
            self.stdout.write(json.dumps(lists))
            return
        for title, entries in lists.items():
            self.stdout.write(f"{title} ({len(entries)})")
            for name, about in entries.items():
                self.stdout.write(f"  {name:32} {about}")

    def _readiness(self, as_json: bool) -> None:
        found = arrivals.readiness(now())
        if as_json:
            self.stdout.write(json.dumps([_entry(one) for one in found]))
            return
        for one in found:
            self.stdout.write(f"{one.status:7} {one.need.part:8} {one.need.id}")
            if one.sentence:
                self.stdout.write(f"        {one.sentence}")
            if one.sentence and one.advice:
                self.stdout.write(f"        {one.advice.text} See docs/{one.advice.page}.")


def _entry(one: Readiness) -> dict[str, Any]:
    need = one.need
    return {
        "part": need.part,
        "id": need.id,
        "title": need.title,
        "status": one.status,
        "sentence": one.sentence,
        "needs": {"events": need.where, "fields": need.fields, "any_of": need.alternatives},
        "feeds": one.feeds,
        "lacking": dict(one.lacking),
        "last": one.last.isoformat() if one.last else None,
        "advice": {"text": one.advice.text, "page": one.advice.page} if one.advice else None,
    }
