"""manage.py exceptions"""

import getpass
import json
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from analytics.detection.exceptions import Condition, How
from auditapp import clock
from auditapp.accounts import acts, pseudonyms
from auditapp.accounts.command_line import acting
from auditapp.cases.excepting import deciding, documents
from auditapp.cases.excepting.models import AlertException, Standing
from auditapp.cases.excepting.wanted import HOST, check_span, checked
from auditapp.cases.investigation.fields import Wrong
from auditapp.cases.management.arguments import harmless, moment, positive

USUAL = 30
WAYS = {"=": How.EQUALS, "^=": How.BEGINS, "~=": How.LIKE}


class Command(BaseCommand):
    """Which alerts are expected."""

    help = (
        "List exceptions, make one that hides expected alerts for a while, or revoke one. One "
        "that reaches alerts of critical severity is approved on its page, by somebody else."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Without --add and --revoke it lists."""
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--add", action="store_true", help="make one of what is asked for")
        what.add_argument("--revoke", metavar="ID", type=positive, help="end one")
        parser.add_argument("--rule", default="", help="only alerts of this rule")
        parser.add_argument("--account", default="", help="only alerts on this account")
        parser.add_argument("--person", default="", help="only on this person, as pages have them")
        parser.add_argument("--host", default="", help="only where each event is of this host")
        parser.add_argument(
            "--where",
            action="append",
            default=[],
            metavar="FIELD=VALUE",
            help="only where a field is so: =, ^= (begins with) or ~= (with * and ?)",
        )
        parser.add_argument("--since", type=moment, metavar="T", help="events from then on")
        parser.add_argument("--days", type=positive, default=USUAL, help="how long, from now")
        parser.add_argument("--reason", default="", help="why")
        parser.add_argument("--as", dest="actor", metavar="USER", help="who runs this command")
        parser.add_argument("--json", action="store_true", help="a list on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        """Does what was named."""
        page = "exceptions"
        if options["add"] or options["revoke"]:
            page = "exception-new" if options["add"] else "exception-decide"
        user = acting(options["actor"], page)
        author = user.get_username() if user else getpass.getuser()
        try:
            if options["add"]:
                row = _add(options, author)
                acts.note(user, "made exception", row)
            elif options["revoke"]:
                row = deciding.revoke(options["revoke"], options["reason"], author)
                acts.note(user, "revoked exception", row)
            else:
                self._list(list(AlertException.objects.all()), as_json=options["json"])
                return
        except (Wrong, OverflowError) as error:
            raise CommandError(str(error)) from error
        except AlertException.DoesNotExist as error:
            raise CommandError(f"there is no exception {options['revoke']}") from error
        self._list([row], as_json=options["json"])

    def _list(self, rows: list[AlertException], *, as_json: bool) -> None:
        told = [one["foureyes"]["exception"] for one in documents.exceptions(rows)]
        if as_json:
            self.stdout.write(json.dumps(told))
            return
        for row, one in zip(rows, told, strict=True):
            asks = [one["rule"] or "any rule", one["person_name"], one["account"]]
            asks += [str(each) for each in row.asks]
            standing = Standing(one["standing"]).label.lower()
            line = (
                f"{row.number}  {standing} until {row.expiry:%Y-%m-%d}, hides {one['hides']}: "
                f"{', '.join(filter(None, asks))} ({row.author}: {row.reason})"
            )
            self.stdout.write(harmless(line))


def _add(options: dict[str, Any], author: str) -> AlertException:
    now = clock.now()
    span = (options["since"] or now, now + timedelta(days=options["days"]))
    check_span(*span, now)
    person = pseudonyms.dereference(options["person"]) if options["person"] else None
    if options["person"] and person is None:
        raise Wrong(f"nobody is known as {options['person']}")
    told = {"rule": options["rule"], "account": options["account"]}
    conditions = [Condition(HOST, How.EQUALS, options["host"])] if options["host"] else []
    conditions += [_condition(text) for text in options["where"]]
    wanted = checked({**told, "person": person.id if person else ""}, conditions, span)
    return deciding.make(wanted, options["reason"], author)


def _condition(text: str) -> Condition:
    name, sign, value = text.partition("=")
    if not sign:
        raise Wrong(f"{text} names no value; write host.name=gpu03")
    way = name[-1:] + "=" if name[-1:] in ("^", "~") else "="
    return Condition(name.removesuffix(way[:-1]) if way != "=" else name, WAYS[way], value)
