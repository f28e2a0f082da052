"""Which jobs failed for no known reason, what that cost whom, and who was near before."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.views.decorators.http import require_safe

from auditapp import clock
from auditapp.accounts import acts, pseudonyms
from auditapp.cases.investigation.fields import Wrong
from auditapp.cases.models import FindingRow
from auditapp.dashboard import losing
from auditapp.dashboard.views.unavailable import reads_store

PAGE, MOST, NAMED = 50, 20, 10


@require_safe
@reads_store
def victims(request: HttpRequest) -> HttpResponse:
    """Whom findings named lately; the losses of a time, once somebody asks for them, are `part`,
    which looks over a month at least and so is loaded on its own."""
    now, given, status = clock.now(), request.GET.dict(), 200
    if given.get("part") == "losses":
        try:
            return render(request, "dashboard/_losses.html", _losses(request, given))
        except Wrong as error:
            return HttpResponseBadRequest(f"That cannot be asked: {error}.")
    usual = {"since": f"{now - losing.USUAL:%Y-%m-%d}", "until": f"{now:%Y-%m-%d}"}
    told: dict[str, Any] = {"named": _named(), "given": usual}
    told["given"] |= {name: given[name] for name in losing.GIVEN if given.get(name)}
    if given.keys() & {*losing.GIVEN}:
        try:
            losing.question(given, now)
            told["asked"] = losing.kept(given, part="losses", page=given.get("page", ""))
        except Wrong as error:
            told["problem"], status = f"That cannot be asked: {error}.", 400
    return render(request, "dashboard/victims.html", told, status=status)


def _losses(request: HttpRequest, given: dict[str, str]) -> dict[str, Any]:
    wanted = losing.question(given, clock.now())
    found = losing.losses(wanted, MOST)
    days = f"{wanted.since:%Y-%m-%d} to {wanted.until:%Y-%m-%d}"
    acts.note(request.user, "asked who was near failed jobs", days)
    times = {name: given[name] for name in ("since", "until") if given.get(name)}
    return {
        "found": found,
        "page": Paginator(found.jobs, PAGE).get_page(given.get("page")),
        "query": losing.kept(given),
        "times": losing.kept({**{"since": f"{wanted.since:%Y-%m-%d}"}, **times}),
    }


def _named() -> list[tuple[FindingRow, str, str]]:
    """The newest findings, with whom they are about."""
    rows = list(FindingRow.objects.filter(kind="victims").order_by("-time", "-id")[:NAMED])
    names = pseudonyms.shown_all({row.person for row in rows})
    return [(row, pseudonyms.reference(row.person), names[row.person]) for row in rows]
