"""manage.py dismissals"""

import getpass
import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from auditapp.accounts import acts, pseudonyms
from auditapp.accounts.command_line import acting
from auditapp.cases.dismissing import deciding
from auditapp.cases.dismissing.models import Dismissal
from auditapp.cases.investigation.fields import Wrong
from auditapp.cases.management.arguments import harmless, positive


class Command(BaseCommand):
    """Which findings people judged innocent."""

    help = (
        "List findings that people judged innocent, or revoke one such judgement. They are made "
        "beside the reasons on a person's page; a critical one is approved by somebody else."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Without --revoke it lists."""
        parser.add_argument("--revoke", metavar="ID", type=positive, help="it counts again")
        parser.add_argument("--reason", default="", help="why")
        parser.add_argument("--as", dest="actor", metavar="USER", help="who runs this command")
        parser.add_argument("--json", action="store_true", help="a list on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        """Does what was named."""
        user = acting(options["actor"], "dismissal-decide" if options["revoke"] else "dismissals")
        if not options["revoke"]:
            self._list(list(Dismissal.objects.all()), as_json=options["json"])
            return
        author = user.get_username() if user else getpass.getuser()
        try:
            row = deciding.revoke(options["revoke"], options["reason"], author)
        except (Wrong, OverflowError) as error:
            raise CommandError(str(error)) from error
        except Dismissal.DoesNotExist as error:
            raise CommandError(f"there is no dismissal {options['revoke']}") from error
        acts.note(user, "revoked dismissal", row)
        self._list([row], as_json=options["json"])

    def _list(self, rows: list[Dismissal], *, as_json: bool) -> None:
        names = pseudonyms.shown_all(row.person for row in rows)
        if as_json:
            self.stdout.write(json.dumps([_told(row, names[row.person]) for row in rows]))
            return
        for row in rows:
            line = (
                f"{row.number}  {row.state}, {row.day} {names[row.person]}: {row.sentence} "
                f"({row.author}: {row.reason})"
            )
            self.stdout.write(harmless(line))


def _told(row: Dismissal, name: str) -> dict[str, Any]:
    return {
        "id": row.pk,
        "number": row.number,
        "state": row.state,
        "person": pseudonyms.reference(row.person),
        "name": name,
        "kind": row.kind,
        "finding": row.finding,
        "day": row.day.isoformat(),
        "title": row.title,
        "sentence": row.sentence,
        "points": row.points,
        "events": row.events,
        "reason": row.reason,
        "author": row.author,
        "approved_by": row.approved_by or None,
        "created": row.created.isoformat(),
    }
