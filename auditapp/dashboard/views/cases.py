"""Cases: the list, and one of them with all that people do to it."""

from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from analytics.event import readable
from auditapp import clock
from auditapp.accounts import acts, policy, pseudonyms
from auditapp.accounts.models import User
from auditapp.cases import budget
from auditapp.cases.investigation import changing, fields
from auditapp.cases.investigation.models import SEVERITIES, Case, CaseChange, Decision, State, Tlp
from auditapp.cases.models import Alert
from auditapp.dashboard import casework
from auditapp.dashboard.alerting import with_people

PAGE, MOST_ALERTS = 50, 200
KEPT = ("state", "severity", "assignee")
EDITED = ("title", "state", "severity", "tlp", "assignee")
UNCLOSED = [choice for choice in State.choices if choice[0] != State.CLOSED]


@require_safe
def cases(request: HttpRequest) -> HttpResponse:
    """The cases that the address asks for."""
    given = {name: request.GET[name] for name in KEPT if request.GET.get(name)}
    found = casework.asked(given, request.user)
    return render(
        request,
        "dashboard/cases.html",
        {
            "page": Paginator(found, PAGE).get_page(request.GET.get("page")),
            "given": given,
            "query": urlencode(given),
            "state": given.get("state", "unclosed"),
            "states": State.choices,
            "severities": SEVERITIES,
            "waiting": len(budget.waiting()),
            "budget_left": budget.left(clock.now()),
            "holders": casework.holders(None, fields.assignable()),
            "may_change": policy.allowed(request.user, "case-open"),
        },
    )


@require_safe
def case(request: HttpRequest, case_id: int) -> HttpResponse:
    """One case."""
    found = _case(case_id)
    acts.note(request.user, "viewed case", found)
    return _page(request, found)


@require_POST
def edit(request: HttpRequest, case_id: int) -> HttpResponse:
    """Changes its fields; 409 where a colleague changed it meanwhile."""
    found = _case(case_id)
    return _changed(
        request,
        found,
        "edited case",
        lambda: changing.edit(case_id, _version(request), _edited(request.POST), _user(request)),
    )


@require_POST
def decide(request: HttpRequest, case_id: int) -> HttpResponse:
    """Closes it with a decision and a reason, or opens it again."""
    found, by, given = _case(case_id), _user(request), request.POST
    if given.get("do") == "reopen":
        return _changed(
            request,
            found,
            "opened case again",
            lambda: changing.reopen(case_id, _version(request), by),
        )
    decision, reason = given.get("decision", ""), given.get("reason", "")
    return _changed(
        request,
        found,
        "decided case",
        lambda: changing.decide(case_id, _version(request), decision, reason, by),
    )


@require_POST
def note(request: HttpRequest, case_id: int) -> HttpResponse:
    """Adds a note."""
    text = request.POST.get("text", "")
    return _changed(
        request,
        _case(case_id),
        "wrote a note on case",
        lambda: changing.write(case_id, text, _user(request)),
        part="#notes",
    )


@require_POST
def remove(request: HttpRequest, case_id: int) -> HttpResponse:
    """Takes an alert, a person or an event out of it."""
    found, what = _case(case_id), request.POST.get("what", "")
    key = readable(request.POST.get("key", ""))
    if what == "person":
        person = pseudonyms.dereference(key)
        key = person.id if person else ""
    return _changed(
        request,
        found,
        f"took {what} {key} out of case",
        lambda: changing.remove(case_id, what, key, _user(request)),
    )


def _changed(
    request: HttpRequest, found: Case, what: str, change: Any, *, part: str = ""
) -> HttpResponse:
    """Does it and leads back to the page; else the page as it is now says why not, and keeps
    what was typed."""
    try:
        change()
    except fields.Wrong as error:
        return _page(request, found, problem=str(error), status=400)
    except changing.Overtaken as error:
        found.refresh_from_db()
        return _page(request, found, overtaken=error.changes, status=409)
    acts.note(request.user, what, found)
    messages.success(request, f"{found.number} was changed.")
    return redirect(reverse("case", args=[found.pk]) + part)


def _page(
    request: HttpRequest,
    found: Case,
    *,
    problem: str = "",
    overtaken: list[CaseChange] | None = None,
    status: int = 200,
) -> HttpResponse:
    pins, answered = casework.timeline(found)
    alerts = Alert.objects.filter(cases__case=found)
    given = request.POST if problem or overtaken is not None else {}
    typed = _edited(given)
    for name in fields.untouched(typed, overtaken or ()):
        del typed[name]
    return render(
        request,
        "dashboard/case.html",
        {
            "case": found,
            "pins": pins,
            "answered": answered,
            "alerts": with_people(alerts[:MOST_ALERTS]),
            "alert_count": alerts.count(),
            "people": casework.concerned(found),
            "notes": found.notes.all(),
            "history": casework.history(found, pins),
            "problem": problem,
            "overtaken": [casework.field_step(one) for one in overtaken or ()],
            "given": given,
            "form": {**fields.shown(found), **typed},
            "states": UNCLOSED,
            "severities": SEVERITIES,
            "tlps": Tlp.choices,
            "decisions": Decision.choices,
            "holders": casework.holders(found, fields.assignable()),
            "may_change": policy.allowed(request.user, "case-edit"),
        },
        status=status,
    )


def _edited(given: Mapping[str, str]) -> dict[str, str]:
    return {name: given[name] for name in EDITED if name in given}


def _case(case_id: int) -> Case:
    if case_id >= 2**63:  # more than the database can look for
        raise Http404("no such case")
    return get_object_or_404(Case.objects.select_related("assignee"), pk=case_id)


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)  # the policy lets nobody else in


def _version(request: HttpRequest) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
