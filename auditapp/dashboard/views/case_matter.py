"""From elsewhere into a case: chosen alerts, a person or an event, into a new one or one that is
open."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, cast
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from analytics.event import readable
from auditapp.accounts import acts, pseudonyms
from auditapp.accounts.models import User
from auditapp.cases.investigation import changing, fields
from auditapp.cases.investigation.changing import Evidence, Matter
from auditapp.cases.investigation.models import SEVERITIES, Case, Tlp
from auditapp.cases.models import Alert
from auditapp.dashboard import casework
from auditapp.dashboard.alerting import Shown, with_people
from auditapp.dashboard.reading import day_of
from auditapp.dashboard.views.unavailable import reads_store
from auditapp.eventstore import store
from auditapp.people.directory import directory
from auditapp.people.models import Person

MOST = 200  # alerts at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An event to be pinned, what it says, and who acted, where that is known."""

    evidence: Evidence
    text: str
    actor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What a form brings along, as far as it is there."""

    alerts: list[Shown]
    people: list[Person]
    events: list[Found]

    def __bool__(self) -> bool:
        """Whether there is anything."""
        return bool(self.alerts or self.people or self.events)

    @property
    def matter(self) -> Matter:
        """The same for a case."""
        return Matter(
            alerts=[one.row for one in self.alerts],
            people=[one.id for one in self.people],
            evidence=[one.evidence for one in self.events],
        )

    @property
    def shown_people(self) -> list[tuple[str, str]]:
        """References and names."""
        names = pseudonyms.shown_all(one.id for one in self.people)
        return [(pseudonyms.reference(one.id), names[one.id]) for one in self.people]

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """What an address or a form says to bring the same."""
        found = [("alert", str(one.row.pk)) for one in self.alerts]
        found += [("person", reference) for reference, _ in self.shown_people]
        for one in self.events:
            pin = one.evidence
            found += [("event", pin.event), ("day", f"{pin.time:%Y-%m-%d}"), ("why", pin.why)]
        return found


@require_http_methods(["GET", "HEAD", "POST"])
@reads_store
def open_one(request: HttpRequest) -> HttpResponse:
    """The form of a new case about what the address names, and the case itself."""
    given = request.POST if request.method == "POST" else request.GET
    brought = _brought(given)
    if request.method != "POST":
        return _form(request, brought, _proposed(brought))
    try:
        made = changing.open_case(given.dict(), _with_actors(brought), _user(request))
    except fields.Wrong as error:
        return _form(request, brought, given.dict(), problem=str(error))
    acts.note(request.user, "opened case", made)
    messages.success(request, f"{made.number} is open.")
    return redirect("case", made.pk)


@require_POST
@reads_store
def add(request: HttpRequest) -> HttpResponse:
    """Adds to the case that was chosen; leads to the form of a new one where none was."""
    given = request.POST
    brought = _brought(given)
    if not brought:
        messages.warning(request, "Nothing was chosen, so nothing was added.")
        return redirect(_back(request))
    if not given.get("case"):
        return redirect(f"{reverse('case-open')}?{urlencode(brought.parameters)}")
    number = given["case"]
    digits = number.isascii() and number.isdigit() and len(number) < 19
    found = get_object_or_404(Case, pk=int(number) if digits else 0)
    try:
        count = changing.add(found.pk, brought.matter, _user(request))
    except fields.Wrong as error:
        messages.warning(request, f"Nothing was added to {found.number}: {error}.")
    else:
        acts.note(request.user, f"added {count} to case", found)
        messages.success(request, f"{count} added to {found.number}.")
    return redirect("case", found.pk)


def _brought(given: QueryDict) -> Brought:
    """What the form or address names and is there; the rest is left out."""
    digits = [text for text in given.getlist("alert")[:MOST] if text.isascii() and text.isdigit()]
    named = (readable(text) for text in given.getlist("person")[:MOST] if text)
    people = (pseudonyms.dereference(text) for text in named)
    return Brought(
        alerts=with_people(Alert.objects.filter(pk__in=[int(text[:18]) for text in digits])),
        people=[person for person in people if person],
        events=_events(given),
    )


def _events(given: Mapping[str, str]) -> list[Found]:
    if not given.get("event"):
        return []
    found = store().get(given["event"], day_of(given.get("day", "")))
    if found is None or found.num_rows == 0:
        return []
    row: dict[str, Any] = found.to_pylist()[0]
    why = given.get("why", "").strip()[: changing.LONGEST_WHY]
    return [
        Found(
            evidence=Evidence(event=row["event.id"], time=row["@timestamp"], why=why),
            text=row["message"] or row["event.action"] or "an event",
            actor=directory().who(row["actor.account"], row["@timestamp"]),
        )
    ]


def _with_actors(brought: Brought) -> Matter:
    """A new case about an event is about whoever acted in it."""
    actors = [one.actor for one in brought.events if one.actor]
    return replace(brought.matter, people=[*brought.matter.people, *actors])


def _proposed(brought: Brought) -> dict[str, str]:
    """How the form begins: as the severest alert is."""
    rows = sorted((one.row for one in brought.alerts), key=lambda row: _rank(row.severity))
    if not rows:
        return {"severity": "medium", "tlp": Tlp.AMBER}
    return {"title": rows[0].title[:200], "severity": rows[0].severity, "tlp": Tlp.AMBER}


def _rank(severity: str) -> int:
    return SEVERITIES.index(severity) if severity in SEVERITIES else len(SEVERITIES)


def _form(
    request: HttpRequest, brought: Brought, given: Mapping[str, str], *, problem: str = ""
) -> HttpResponse:
    return render(
        request,
        "dashboard/case_open.html",
        {
            "brought": brought,
            "given": given,
            "problem": problem,
            "severities": SEVERITIES,
            "tlps": Tlp.choices,
            "holders": casework.holders(None, fields.assignable()),
        },
        status=400 if problem else 200,
    )


def _back(request: HttpRequest) -> str:
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    return back if safe else reverse("alerts")


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)  # the policy lets nobody else in
