"""manage.py risk"""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from analytics.risk.parts import PARTS
from auditapp.accounts.command_line import add_reader, check_reader
from auditapp.accounts.pseudonyms import reference, shown
from auditapp.cases.management.arguments import harmless, moment, positive
from auditapp.cases.ranking import Ranked, ranking, shown_then


class Command(BaseCommand):
    """Shows who needs attention, and why."""

    help = "Rank people by risk, with the reasons."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """--as-of, --then, --without, --limit, --json, --as."""
        parser.add_argument("--as-of", type=moment, metavar="T", help="time of the score; now")
        parser.add_argument(
            "--then",
            action="store_true",
            help="with --as-of: as it was shown then, not as it would be known now",
        )
        parser.add_argument(
            "--without",
            nargs="+",
            choices=sorted(PARTS),
            default=[],
            metavar="PART",
            help=f"with --as-of: what the rest is worth; of {', '.join(sorted(PARTS))}",
        )
        parser.add_argument("--limit", type=positive, metavar="N", help="only the first N people")
        parser.add_argument("--json", action="store_true", help="a list on standard output")
        add_reader(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Writes a table or JSON."""
        check_reader(options["reader"])
        if options["then"] and not options["as_of"]:
            raise CommandError("--then goes with --as-of: say when")
        if options["without"] and (options["then"] or not options["as_of"]):
            raise CommandError("--without goes with --as-of and not with --then")
        people = self._asked(options)[: options["limit"]]
        if options["json"]:
            rows = [
                {
                    "person": reference(person.person),
                    "name": shown(person.person),
                    "score": round(person.score, 2),
                    "level": person.level,
                    "reasons": person.reasons,
                    "plain": None if person.plain is None else round(person.plain, 2),
                    "watched": person.watched,
                }
                for person in people
            ]
            self.stdout.write(json.dumps(rows))
            return
        if not people:
            self.stdout.write("Nobody has a risk score. Take logs in, then run manage.py score.")
        for person in people:
            line = f"{person.score:5.1f}  {person.level:9} {shown(person.person)}"
            self.stdout.write(harmless(line))
            if person.watched:
                self.stdout.write(harmless(f"       watched: {', '.join(person.watched)}"))
            for reason in person.reasons[:3]:
                self.stdout.write(harmless(f"       · {reason['sentence']}"))

    def _asked(self, options: dict[str, Any]) -> list[Ranked]:
        if options["then"]:
            return shown_then(options["as_of"])
        without = {kind for part in options["without"] for kind in PARTS[part]}
        return ranking(options["as_of"], without)
