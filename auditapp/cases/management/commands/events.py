"""manage.py events"""

import json
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from analytics.store import query
from analytics.store.base import Question, StoreUnavailable
from auditapp.accounts.command_line import add_reader, check_reader
from auditapp.cases.management.arguments import harmless, moment, positive
from auditapp.eventstore import store

SHOWN = ("@timestamp", "event.dataset", "actor.account", "event.action", "message")
PAGE = 1000


class Command(BaseCommand):
    """Searches events."""

    help = "Search events, newest first, e.g. 'event.action:push AND git.forced:true'."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """QUERY, --since, --until, --limit, --json, --as."""
        parser.add_argument("query", metavar="QUERY", help="a search; '*' or '' for everything")
        parser.add_argument("--since", type=moment, metavar="T", help="from this time on")
        parser.add_argument("--until", type=moment, metavar="T", help="before this time")
        parser.add_argument("--limit", type=positive, default=100, metavar="N", help="100")
        parser.add_argument("--json", action="store_true", help="one object a line, all fields")
        add_reader(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Writes page after page up to the limit."""
        check_reader(options["reader"])
        text = options["query"].strip()
        try:
            parsed = None if text == "*" else query.parse(text)
        except query.QueryError as error:
            raise CommandError(str(error)) from error
        question = Question(since=options["since"], until=options["until"], query=parsed)
        try:
            self._write(question, options["limit"], options["json"])
        except StoreUnavailable as error:
            raise CommandError(f"the event store does not answer: {error}") from error

    def _write(self, question: Question, limit: int, as_json: bool) -> None:
        after = None
        while limit > 0:
            page = store().search(
                question,
                limit=min(limit, PAGE),
                after=after,
                columns=None if as_json else [*SHOWN, "event.id"],
            )
            for row in page.events.to_pylist():
                self.stdout.write(_json(row) if as_json else _line(row))
            limit -= page.events.num_rows
            after = page.after
            if after is None:
                return


def _json(row: dict[str, Any]) -> str:
    filled = {name: value for name, value in row.items() if value not in (None, [])}
    if "labels" in filled:
        filled["labels"] = dict(filled["labels"])
    return json.dumps(filled, default=lambda value: value.isoformat(), ensure_ascii=False)


def _line(row: dict[str, Any]) -> str:
    time: datetime = row["@timestamp"]
    cells = [str(row[name] or "-") for name in SHOWN[1:]]
    return harmless(f"{time:%Y-%m-%dT%H:%M:%SZ}  " + "  ".join(cells))
