"""manage.py whatif"""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from analytics.risk import weights
from analytics.risk.weights import WeightsError
from auditapp.accounts.command_line import add_reader, check_reader
from auditapp.accounts.pseudonyms import reference, shown_all
from auditapp.cases import trying
from auditapp.cases.management.arguments import harmless, moment, positive
from auditapp.cases.trying import Moved


class Command(BaseCommand):
    """Shows how other weights would move the ranking; changes nothing."""

    help = "Show how other weights would move the ranking. Nothing is changed."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """--set, --weights, --as-of, --limit, --json, --as."""
        parser.add_argument(
            "--set",
            action="append",
            default=[],
            metavar="NAME=NUMBER",
            dest="numbers",
            help="a weight by its dotted name, such as features.deletions=40",
        )
        parser.add_argument("--weights", type=Path, metavar="FILE", help="a site's file of weights")
        parser.add_argument("--as-of", type=moment, metavar="T", help="time of the score; now")
        parser.add_argument("--limit", type=positive, metavar="N", help="only the first N people")
        parser.add_argument("--json", action="store_true", help="a list on standard output")
        add_reader(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Writes a table or JSON."""
        check_reader(options["reader"])
        settings = dict(_setting(text) for text in options["numbers"])
        if not settings and not options["weights"]:
            raise CommandError("say what is to change: --set NAME=NUMBER or --weights FILE")
        try:
            under = weights.load(options["weights"]) if options["weights"] else None
            tried = trying.changed(settings, under)
        except WeightsError as error:
            raise CommandError(str(error)) from error
        moves = trying.compare(options["as_of"] or datetime.now(UTC), tried)[: options["limit"]]
        names = shown_all(move.person for move in moves)
        if options["json"]:
            self.stdout.write(json.dumps([_json(move, names[move.person]) for move in moves]))
            return
        for move in moves:
            self.stdout.write(harmless(_line(move, names[move.person])))
        if not any(move.differs for move in moves):
            self.stdout.write("Nothing would change.")


def _setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise CommandError(f"{text!r} is not NAME=NUMBER")
    return name.strip(), value.strip()


def _line(move: Moved, name: str) -> str:
    places = f"{move.place_before or '–':>4} → {move.place or '–':<4}"
    scores = f"{move.before:5.1f} → {move.after:5.1f}"
    levels = (
        move.level if move.level is move.level_before else f"{move.level_before} → {move.level}"
    )
    return f"{places} {scores}  {name}: {levels}"


def _json(move: Moved, name: str) -> dict[str, Any]:
    return {
        "person": reference(move.person),
        "name": name,
        "place": move.place,
        "place_before": move.place_before,
        "score": round(move.after, 2),
        "score_before": round(move.before, 2),
        "level": move.level,
        "level_before": move.level_before,
    }
