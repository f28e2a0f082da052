"""manage.py victims"""

import json
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from analytics.governance.victims import Answer, Asked, Breaker, Suspect, who_was_near
from analytics.governance.victims.study import LOOKED_BACK
from analytics.store.base import StoreUnavailable
from auditapp.accounts.command_line import add_reader, check_reader
from auditapp.accounts.pseudonyms import reference, shown
from auditapp.cases.management.arguments import harmless, moment, positive
from auditapp.eventstore import store
from auditapp.people.directory import site


class Command(BaseCommand):
    """Shows who was near jobs before they failed."""

    help = "Jobs failed: who was near before, and not near comparable jobs that went well?"
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """--since, --until, --job, --on, --limit, --json, --as."""
        parser.add_argument("--since", type=moment, metavar="T", help="30 days before --until")
        parser.add_argument("--until", type=moment, metavar="T", help="now")
        parser.add_argument(
            "--job",
            action="append",
            default=[],
            metavar="ID",
            help="only this job, whatever explains its failure; may be given again",
        )
        parser.add_argument(
            "--on",
            default="",
            metavar="RESOURCE",
            help="only jobs on a node, in a folder …",
        )
        parser.add_argument("--limit", type=positive, default=20, metavar="N", help="20 people")
        parser.add_argument("--json", action="store_true", help="an object on standard output")
        add_reader(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Writes a table or JSON."""
        check_reader(options["reader"])
        until = options["until"] or datetime.now(UTC)
        since = options["since"] or until - LOOKED_BACK
        if since >= until:
            raise CommandError("--since is not before --until")
        jobs = frozenset(options["job"])
        asked = Asked(since=since, until=until, jobs=jobs, resource=options["on"])
        try:
            answer = who_was_near(asked, site(), store())
        except StoreUnavailable as error:
            raise CommandError(f"the event store does not answer: {error}") from error
        if options["json"]:
            self.stdout.write(json.dumps(_json(answer, options["limit"])))
        else:
            self._write(answer, options["limit"])

    def _write(self, answer: Answer, most: int) -> None:
        why = ", ".join(f"{count} {reason}" for reason, count in answer.explained.items())
        of_jobs = f"{answer.incidents} incidents of {answer.failed} failed jobs"
        self.stdout.write(of_jobs + (f"; set aside: {why}" if why else ""))
        for one in answer.suspects[:most]:
            mark = "!" if one.named else " "
            text = f"{mark} {shown(one.person)} {one.way} {one.near} of {one.incidents} incidents"
            rest = f", {one.near_controls} of {one.controls} controls"
            risk = f"; relative risk {one.relative_risk:.1f}, p {one.corrected:.2g}"
            self.stdout.write(harmless(f"{text}{rest}{risk}; {one.hours:,.0f} GPU-hours"))
        for each in answer.breakers[:most]:
            mark = "!" if each.named else " "
            text = (
                f"{mark} {shown(each.person)} changed {each.resource} {each.changes} times: failed"
            )
            after = f" after {_share(each.after)}, before {_share(each.before)}, beside"
            beside = f" {_share(each.beside[:2])} and {_share(each.beside[2:])}"
            risk = f"; relative risk {each.relative_risk:.1f}, p {each.corrected:.2g}"
            self.stdout.write(harmless(f"{text}{after}{beside}{risk}; {each.hours:,.0f} GPU-hours"))
        for person, hours in answer.victims[:most]:
            self.stdout.write(harmless(f"  {_who(person)} lost {hours:,.0f} GPU-hours"))


def _share(counts: tuple[int, ...]) -> str:
    return f"{counts[0]} of {counts[1]}"


def _who(person: str) -> str:
    return shown(person) if person else "somebody unknown"


def _json(answer: Answer, most: int) -> dict[str, Any]:
    return {
        "incidents": answer.incidents,
        "failed": answer.failed,
        "explained": dict(answer.explained),
        "people": [_suspect(one) for one in answer.suspects[:most]],
        "breakers": [_breaker(one) for one in answer.breakers[:most]],
        "victims": [
            {"person": reference(person) if person else None, "gpu_hours": round(hours, 1)}
            for person, hours in answer.victims
        ],
    }


def _suspect(one: Suspect) -> dict[str, Any]:
    return {
        "person": reference(one.person),
        "name": shown(one.person),
        "named": one.named,
        "way": one.way,
        "near": one.near,
        "incidents": one.incidents,
        "near_controls": one.near_controls,
        "controls": one.controls,
        "relative_risk": round(one.relative_risk, 2),
        "probability": one.probability,
        "corrected": one.corrected,
        "gpu_hours": round(one.hours, 1),
        "jobs": list(one.jobs),
        "events": list(one.acts),
    }


def _breaker(one: Breaker) -> dict[str, Any]:
    return {
        "person": reference(one.person),
        "name": shown(one.person),
        "named": one.named,
        "resource": one.resource,
        "changes": one.changes,
        "after": one.after,
        "before": one.before,
        "beside": one.beside,
        "relative_risk": round(one.relative_risk, 2),
        "corrected": one.corrected,
        "gpu_hours": round(one.hours, 1),
        "jobs": list(one.jobs),
        "events": list(one.acts),
    }
