"""A pillar's page: the findings of its kind, newest first, each with its events."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Count, Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from analytics.governance.review.verdict import Verdict
from auditapp.accounts import policy, pseudonyms
from auditapp.cases.models import FindingRow
from auditapp.cases.reviewing.shares import shares
from auditapp.dashboard import coverage, isolating, reviewing
from auditapp.dashboard.pillars import PILLARS
from auditapp.dashboard.views.overview import WINDOW
from auditapp.dashboard.views.unavailable import reads_store
from auditapp.ingest import silence

PAGE, PEOPLE, CELLS, BYPASSES = 50, 12, 50, 20


@require_safe
@reads_store
def pillar(request: HttpRequest, kind: str) -> HttpResponse:
    """Who has most findings of this kind, and the findings; `person`, `check` and `owner` narrow
    them. With `part` only that part, which asks the event store and so is loaded on its own."""
    parts, part = PARTS.get(kind, {}), request.GET.get("part", "")
    if part in parts:
        found_part = {part: parts[part].find(timezone.now())}
        return render(request, f"dashboard/_{part}.html", found_part)
    every = FindingRow.objects.filter(kind=kind)
    found, reference = every, request.GET.get("person", "")
    if reference:
        person = pseudonyms.dereference(reference)
        found = every.filter(person=person.id) if person else every.none()
    check, owner = request.GET.get("check", ""), request.GET.get("owner", "")
    narrowed = isolating.narrowed(found.order_by("-time", "-id"), check, owner)
    page = Paginator(narrowed, PAGE).get_page(request.GET.get("page"))
    people = every.values("person").annotate(findings=Count("id"), last=Max("time"))
    people = people.order_by("-findings", "person")[:PEOPLE]
    names = pseudonyms.shown_all(
        [row["person"] for row in people] + [row.person for row in page.object_list]
    )
    return render(
        request,
        "dashboard/pillar.html",
        {
            "pillar": PILLARS[kind],
            "parts": parts.items(),
            "page": page,
            "reference": reference,
            "may_dismiss": policy.allowed(request.user, "dismissal-new"),
            "silences": silence.recent(timezone.now()) if kind == "traces" else None,
            "now": timezone.now(),
            "matrix": _matrix(kind, timezone.now()),
            "review": _review(request, timezone.now()) if kind == "review" else None,
            "narrow": bool(check or owner),
            "kept": urlencode(
                {k: request.GET[k] for k in ("person", "check", "owner") if request.GET.get(k)}
            ),
            "findings": [
                (row, pseudonyms.reference(row.person), names[row.person])
                for row in page.object_list
            ],
            "people": [
                (pseudonyms.reference(row["person"]), names[row["person"]], row) for row in people
            ],
        },
    )


def _matrix(kind: str, now: datetime) -> list[isolating.Cell] | None:
    """Who touched what of whom within thirty days."""
    return isolating.cells(now - WINDOW, now, CELLS) if kind == "isolation" else None


def _reaches(now: datetime) -> list[isolating.Reach]:
    """Who got rights over the work of others, or used them, within thirty days."""
    return isolating.reaches(now - WINDOW, now, CELLS)


def _review(request: HttpRequest, now: datetime) -> dict[str, Any]:
    """How many updates another person looked at, and every one that went around it; `month`, `team`
    and `repository` narrow both."""
    asked = reviewing.asked_of(request.GET.dict())
    rows = reviewing.narrowed(asked, now, WINDOW)
    around = rows.filter(verdict=Verdict.BYPASS.value)
    page = Paginator(around, BYPASSES).get_page(request.GET.get("bypasses"))
    return {
        "asked": asked,
        "kept": urlencode(asked.parameters),
        **{f"without_{name}": asked.without(name) for name in ("month", "team", "repository")},
        "months": reviewing.months(asked, now),
        "teams": shares(rows, "team", reviewing.MOST),
        "repositories": shares(rows, "repository", reviewing.MOST),
        "page": page,
        "bypasses": reviewing.updates(page.object_list),
    }


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a page that is loaded on its own; its template is named as it is."""

    title: str
    find: Callable[[datetime], object]


PARTS: Mapping[str, Mapping[str, Part]] = {
    "isolation": {"reaches": Part("Who could", _reaches)},
    "traces": {
        "nobodys": Part("Accounts of nobody", lambda _: coverage.nobodys()),
        "blind": Part("Blind spots", coverage.blind),
        "faults": Part("Lost records and wrong clocks", coverage.faults),
        "coverage": Part("What should log", coverage.expected),
    },
}
