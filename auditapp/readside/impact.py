"""What an act reached: the list that a team works through, as other systems read it."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.governance.impact import Step
from analytics.store.base import StoreUnavailable
from auditapp.accounts import pseudonyms
from auditapp.accounts.scopes import Scope
from auditapp.cases.documents import Document, written
from auditapp.cases.impacting.working import Wanted, Worked, Worklist, wanted, worklist
from auditapp.cases.investigation.fields import Wrong
from auditapp.ingest.serializers import ErrorSerializer
from auditapp.readside import schemas
from auditapp.readside.api import StoreAway
from auditapp.readside.asked import ListView
from auditapp.readside.paging import time_of


class ImpactView(ListView):
    """What a person, a path or a commit reached."""

    scope = Scope.PILLARS

    @extend_schema(
        operation_id="impact",
        summary="What a person, a path or a commit reached: jobs, checkpoints, images, branches",
        description=(
            "Exactly one of person, path and commit. Acts with since ≤ time < until, by default of "
            "the last 30 days; what came of them is followed until now. Each thing is suspect, "
            "trusted or cleared, with the ways by which it was reached and their events."
        ),
        parameters=[
            OpenApiParameter("person", str, description="as `id` of /people"),
            OpenApiParameter("path", str, description="an absolute path: a file or a folder"),
            OpenApiParameter("commit", str, description="at least seven digits"),
            OpenApiParameter("since", str, description="a time, as 2026-11-03T14:00:00Z"),
            OpenApiParameter("until", str, description="a time; acts are before it"),
        ],
        responses={
            200: schemas.IMPACT,
            **dict.fromkeys((400, 401, 403, 503), ErrorSerializer),
        },
    )
    def get(self, request: Request) -> Response:
        """All of it."""
        given = {name: request.query_params.get(name, "") for name in ("person", "path", "commit")}
        if given["person"]:
            person = pseudonyms.dereference(given["person"]) if _plain(given["person"]) else None
            if person is None:
                raise ParseError("person is nobody who is known.")
            given["person"] = person.id
        try:
            asked = wanted(given, time_of(request, "since"), time_of(request, "until"))
            return Response(document(asked, worklist(asked)))
        except Wrong as error:
            raise ParseError(f"{error}.") from error
        except StoreUnavailable as error:
            raise StoreAway from error


def _plain(text: str) -> bool:
    return "\x00" not in text


def document(asked: Wanted, found: Worklist) -> Document:
    """A worklist as JSON has it; persons as pages call them."""
    people = {step.person for row in found.rows for step in row.thing.steps if step.person}
    people |= {row.thing.owner for row in found.rows if row.thing.owner}
    names = pseudonyms.shown_all(people)
    value = pseudonyms.reference(asked.value) if asked.kind == "person" else asked.value
    return {
        "asked": {
            "kind": asked.kind,
            "value": value,
            "since": written(asked.since),
            "until": written(asked.until) if asked.until else None,
        },
        "progress": {"suspects": found.suspects, "worked_through": found.done},
        "notes": list(found.impact.notes),
        "things": [_thing(row, names) for row in found.rows],
    }


def _thing(row: Worked, names: dict[str, str]) -> dict[str, Any]:
    thing, decision = row.thing, row.decision
    return {
        "key": thing.key,
        "kind": thing.kind.value,
        "name": thing.name,
        "time": written(thing.time),
        "standing": row.standing,
        "why": thing.why,
        "distance": thing.distance,
        **_person("owner", thing.owner, names),
        "steps": [_step(step, names) for step in thing.steps],
        "decision": {
            "standing": decision.standing,
            "by": decision.author,
            "time": written(decision.time),
            "note": decision.note,
            "reached_otherwise_since": row.more,
        }
        if decision
        else None,
    }


def _step(step: Step, names: dict[str, str]) -> dict[str, Any]:
    return {
        "source": step.source,
        "time": written(step.time),
        "sentence": step.sentence,
        **_person("person", step.person, names),
        "events": [{"id": one.id, "time": written(one.time)} for one in step.events],
    }


def _person(role: str, person: str | None, names: dict[str, str]) -> dict[str, str | None]:
    """Somebody, by reference and by name."""
    return {
        role: pseudonyms.reference(person) if person else None,
        f"{role}_name": names[person] if person else None,
    }
