"""manage.py impact"""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from analytics.store.base import StoreUnavailable
from auditapp.accounts import acts
from auditapp.accounts.command_line import acting, add_reader, check_reader
from auditapp.accounts.pseudonyms import dereference, reference, shown
from auditapp.cases.documents import written
from auditapp.cases.impacting.working import Wanted, Worked, Worklist, wanted, worklist
from auditapp.cases.investigation.fields import Wrong
from auditapp.cases.management.arguments import harmless, moment


class Command(BaseCommand):
    """Shows what an act reached."""

    help = "What did a person, a path or a commit reach: jobs, checkpoints, images, branches?"
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """One of --person, --path, --commit; --since, --until, --json, --as."""
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--person", default="", metavar="ID", help="as pages refer to somebody")
        what.add_argument("--path", default="", help="an absolute path: a file or a folder")
        what.add_argument("--commit", default="", metavar="SHA", help="at least seven digits")
        parser.add_argument("--since", type=moment, metavar="T", help="acts since; 30 days ago")
        parser.add_argument("--until", type=moment, metavar="T", help="acts before; now")
        parser.add_argument("--json", action="store_true", help="an object on standard output")
        add_reader(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Writes a list or JSON."""
        check_reader(options["reader"])
        given = {name: options[name] for name in ("person", "path", "commit")}
        if given["person"]:
            person = dereference(given["person"])
            if person is None:
                raise CommandError(f"nobody is known as {harmless(given['person'])}")
            given["person"] = person.id
        try:
            asked = wanted(given, options["since"], options["until"])
            found = worklist(asked)
        except Wrong as error:
            raise CommandError(str(error)) from error
        except StoreUnavailable as error:
            raise CommandError(f"the event store does not answer: {error}") from error
        acts.note(acting(options["reader"], "impact"), "asked for the impact of", told(asked))
        if options["json"]:
            self.stdout.write(json.dumps(_json(asked, found)))
        else:
            self._write(found)

    def _write(self, found: Worklist) -> None:
        self.stdout.write(f"{found.done} of {found.suspects} suspects worked through")
        for row in found.rows:
            thing = row.thing
            line = (
                f"{row.standing:8} {thing.kind.value:10} {thing.time:%Y-%m-%d %H:%M} {thing.name}"
            )
            self.stdout.write(harmless(line))
            for step in thing.steps:
                who = f" by {shown(step.person)}" if step.person else ""
                source = f" ({step.source})" if step.source else ""
                self.stdout.write(harmless(f"         {step.sentence}{who}{source}"))
        for note in found.impact.notes:
            self.stdout.write(harmless(note))


def told(asked: Wanted) -> str:
    """The question in a line of the log; a person as pages call them."""
    value = reference(asked.value) if asked.kind == "person" else asked.value
    return f"{asked.kind} {value}"


def _json(asked: Wanted, found: Worklist) -> dict[str, Any]:
    return {
        "kind": asked.kind,
        "suspects": found.suspects,
        "worked_through": found.done,
        "notes": list(found.impact.notes),
        "things": [_thing(row) for row in found.rows],
    }


def _thing(row: Worked) -> dict[str, Any]:
    thing = row.thing
    return {
        "key": thing.key,
        "kind": thing.kind.value,
        "name": thing.name,
        "time": written(thing.time),
        "standing": row.standing,
        "why": thing.why,
        "distance": thing.distance,
        "owner": reference(thing.owner) if thing.owner else None,
        "steps": [
            {
                "source": step.source,
                "time": written(step.time),
                "sentence": step.sentence,
                "person": reference(step.person) if step.person else None,
                "events": [one.id for one in step.events],
            }
            for step in thing.steps
        ],
    }
