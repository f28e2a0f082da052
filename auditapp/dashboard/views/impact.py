"""What a person, a path or a commit reached: a list to work through."""

from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from analytics.governance.impact import Standing
from auditapp import clock
from auditapp.accounts import acts, policy
from auditapp.cases.impacting import working
from auditapp.cases.investigation.fields import Wrong
from auditapp.dashboard import reaching
from auditapp.dashboard.views.unavailable import reads_store

PAGE = 100


@require_safe
@reads_store
def impact(request: HttpRequest) -> HttpResponse:
    """The form, and what was reached where something is asked for: `part`, which looks at all the
    events of that time and so is loaded on its own."""
    given = request.GET.dict()
    if given.get("part") == "reached":
        try:
            return render(request, "dashboard/_impact.html", _found(request, given))
        except Wrong as error:
            return HttpResponseBadRequest(f"That cannot be asked: {error}.")
    return _page(request, given)


@require_POST
@reads_store
def decide(request: HttpRequest) -> HttpResponse:
    """Keeps what somebody thinks of the chosen things, and goes back to the list."""
    given, by = request.POST.dict(), request.user.get_username()
    chosen = request.POST.getlist("thing")[: 2 * PAGE]
    try:
        asked = reaching.question(given, clock.now())
        rows = working.decide(asked, chosen, given.get("standing", ""), given.get("note", ""), by)
    except Wrong as error:
        return _page(request, given, problem=f"Nothing was changed: {error}.", status=400)
    for row in rows:
        acts.note(request.user, f"decided {row.standing} in list {row.of}", row.thing)
    page = given.get("page", "")
    query = reaching.kept(given) + (f"&page={page}" if page.isdecimal() else "")
    return redirect(f"{reverse('impact')}?{query}#{reaching.anchor(rows[0].thing)}")


def _page(
    request: HttpRequest, given: dict[str, str], problem: str = "", status: int = 200
) -> HttpResponse:
    now = clock.now()
    usual = {"since": f"{now - working.USUAL:%Y-%m-%d}", "kind": "path"}
    told: dict[str, Any] = {
        "given": {**usual, **{name: given[name] for name in reaching.GIVEN if given.get(name)}},
        "problem": problem,
        "kinds": working.KINDS,
        "shows": reaching.SHOWN.items(),
        "whoses": reaching.WHOSE.items(),
        "titles": [(kind.value, title) for kind, title in reaching.TITLES.items()],
    }
    if given.get("what", "").strip():
        try:
            reaching.question(given, now)
            kept = {name: given[name] for name in (*reaching.GIVEN, "page") if given.get(name)}
            told["reached"] = urlencode({**kept, "part": "reached"})
        except Wrong as error:
            told["problem"] = problem or f"That cannot be asked: {error}."
            status = 400
    return render(request, "dashboard/impact.html", told, status=status)


def _found(request: HttpRequest, given: dict[str, str]) -> dict[str, Any]:
    asked = reaching.question(given, clock.now())
    found = working.worklist(asked)
    acts.note(request.user, "asked for the impact of", f"{asked.kind} {given['what']}")
    theirs = reaching.of_whom(found.rows, given.get("whose", ""), asked)
    rows = reaching.chosen(theirs, given.get("only", ""), given.get("show", ""))
    page = Paginator(rows, PAGE).get_page(given.get("page"))
    given = {**given, "since": f"{asked.since:%Y-%m-%d}"}
    return {
        "found": found,
        "page": page,
        "things": reaching.shown(list(page.object_list), found.rows),
        "groups": reaching.grouped(theirs),
        "query": reaching.kept(given),
        "question": reaching.kept(given, without=("only", "show")),
        "given": {name: given.get(name, "") for name in reaching.GIVEN},
        "may_decide": policy.allowed(request.user, "impact-decide"),
        "standings": [one.value for one in Standing],
    }
