"""Cases as other systems read them, in the shape of the Elastic Common Schema. Of one that is
TLP:RED, which is for those who work on it alone, they read that there is one and how far it is."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.db.models import Prefetch, prefetch_related_objects
from django.urls import reverse

from analytics.findings import Severity
from auditapp.accounts import pseudonyms
from auditapp.cases.documents import ECS_VERSION, Document, written
from auditapp.cases.investigation.models import Case, Note, Tlp


def cases(rows: Iterable[Case]) -> list[Document]:
    """A document each, in order."""
    found = list(rows)
    unread = Prefetch("notes", Note.objects.only("id", "case_id"))
    prefetch_related_objects(found, "assignee", "people", "alerts", "pins", unread)
    names = pseudonyms.shown_all(one.person for case in found for one in case.people.all())
    return [_case(case, names) for case in found]


def _case(case: Case, names: Mapping[str, str]) -> Document:
    secret = case.tlp == Tlp.RED
    people = [] if secret else [one.person for one in case.people.all()]
    return {
        "@timestamp": written(case.opened),
        "ecs": {"version": ECS_VERSION},
        "message": case.number if secret else f"{case.number}: {case.title}",
        "event": {
            "kind": "state",
            "id": f"case-{case.pk}",
            "created": written(case.opened),
            "module": "foureyes",
            "dataset": "foureyes.case",
            "severity": Severity(case.severity).points,
            "url": settings.SITE_URL.rstrip("/") + reverse("case", args=[case.pk]),
        },
        "related": {"user": [pseudonyms.reference(person) for person in people]},
        "tags": [f"tlp:{case.tlp}"],
        "foureyes": {"case": _own(case, [names[person] for person in people], secret=secret)},
    }


def _own(case: Case, people: list[str], *, secret: bool) -> dict[str, Any]:
    return {
        "id": case.pk,
        "number": case.number,
        "version": case.version,
        "title": "" if secret else case.title,
        "state": case.state,
        "severity": case.severity,
        "tlp": case.tlp,
        "assignee": case.assignee.get_username() if case.assignee else None,
        "opened_by": case.opened_by,
        "closed": written(case.closed) if case.closed else None,
        "closed_by": case.closed_by,
        "decision": case.decision,
        "reason": "" if secret else case.reason,
        "people": people,
        "alerts": [] if secret else [f"alert-{one.alert_id}" for one in case.alerts.all()],
        "evidence": []
        if secret
        else [{"event": pin.event, "time": written(pin.time)} for pin in case.pins.all()],
        "notes": len(case.notes.all()),
        "updated": written(case.updated),
    }
