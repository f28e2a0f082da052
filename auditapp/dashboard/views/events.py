"""Searching events: a search, a time, counts to narrow by, and pages from the newest back."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.views.decorators.http import require_safe

from analytics.fields import BY_NAME, FACETS
from auditapp.accounts import pseudonyms
from auditapp.dashboard.asking import RANGES, Asked, ask, condition, conjunction
from auditapp.dashboard.reading import COLUMNS, rows_of
from auditapp.dashboard.views.unavailable import reads_store
from auditapp.eventstore import store

PAGE, FACET_VALUES = 50, 6
PATIENCE = 0.5  # seconds, after which the first hits of a search are shown and it goes on


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetValue:
    """A value, how many events have it, and the addresses with it and without it."""

    value: str
    count: int
    include: str
    exclude: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facet:
    """A field with its most frequent values."""

    name: str
    about: str
    values: list[FacetValue]


@require_safe
@reads_store
def events(request: HttpRequest) -> HttpResponse:
    """The whole page; for htmx only the results, or of them the `part` that is asked for: what
    takes as long as there are events to look at is loaded on its own."""
    asked, after = ask(request.GET.dict()), request.GET.get("after", "")
    part = request.GET.get("part", "")
    if part == "facets":
        return render(request, "dashboard/_facets.html", {"facets": facets(asked)})
    if part in ("count", "older") and asked.problem:
        return HttpResponseBadRequest(asked.problem)
    if part == "count":
        return render(request, "dashboard/_total.html", {"total": store().count(asked.question)})
    if part == "older":
        found = {"older": True, **_lines(asked, after, _left(request))}
        return render(request, "dashboard/_event_lines.html", found)
    context = {"asked": asked, **_results(asked, after)}
    if request.headers.get("HX-Request") and not request.headers.get("HX-History-Restore-Request"):
        return render(request, "dashboard/_results.html", context)
    return render(request, "dashboard/events.html", {**context, **_form(asked)})


def _lines(asked: Asked, after: str, most: int) -> dict[str, Any]:
    """Some rows, and where to go on: `going_on` for a search that is not at its end, `following`
    for the next page."""
    page = store().search(
        asked.question, limit=most, after=read_cursor(after), columns=COLUMNS, patience=PATIENCE
    )
    rows = rows_of(page.events)
    cursor = page.after and write_cursor(*page.after)
    left = str(most - len(rows))
    return {
        "rows": rows,
        "searched": page.searched,
        "going_on": asked.link(part="older", after=cursor, left=left) if page.searched else "",
        "following": asked.link(after=cursor) if cursor else "",
    }


def _left(request: HttpRequest) -> int:
    text = request.GET.get("left", "")
    return min(int(text), PAGE) if text.isascii() and text.isdigit() and len(text) < 9 else PAGE


def _results(asked: Asked, after: str) -> dict[str, Any]:
    if asked.problem:
        return {"rows": [], "total": 0}
    found, is_first = _lines(asked, after, PAGE), read_cursor(after) is None
    is_all = is_first and not found["following"]
    return {
        **found,
        "total": len(found["rows"]) if is_all else None,
        "first": "" if is_first else asked.link(),
        "everywhere": asked.link(**{"range": "all", "from": None, "to": None}),
        "without_evidence": asked.link(finding=None, score=None, reason=None, verdict=None),
        "without_person": asked.link(person=None),
        "person_name": pseudonyms.shown(asked.person.id) if asked.person else "",
    }


def _form(asked: Asked) -> dict[str, Any]:
    hidden = ("person", "finding", "score", "reason", "verdict")
    return {
        "ranges": [(name, title) for name, (title, _) in RANGES.items()],
        "since": asked.given.get("from", "").replace("T", " "),
        "until": asked.given.get("to", "").replace("T", " "),
        "hidden": [(name, asked.given[name]) for name in hidden if name in asked.given],
        "fields": list(BY_NAME.values()),
    }


def facets(asked: Asked) -> list[Facet]:
    """The fields to narrow by, with counts; fields that no event has are left out."""
    if asked.problem:
        return []
    counted = store().facets(asked.question, FACETS, size=FACET_VALUES)
    return [
        Facet(
            name=name,
            about=BY_NAME[name].about,
            values=[_value(asked, name, value, count) for value, count in counted[name]],
        )
        for name in FACETS
        if counted.get(name)
    ]


def _value(asked: Asked, name: str, value: str, count: int) -> FacetValue:
    without = condition(name, value, exclude=True)
    return FacetValue(
        value=value,
        count=count,
        include=asked.link(q=conjunction(asked.text, condition(name, value))),
        exclude=asked.link(q=conjunction(asked.text, without)),
    )


def write_cursor(time: datetime, event_id: str) -> str:
    """Where a page ended, for the address of the next."""
    return f"{time.astimezone(UTC).isoformat()}~{event_id}"


def read_cursor(text: str) -> tuple[datetime, str] | None:
    """The same back; None, so the first page, for what is no cursor. Without an id it is all that
    is older."""
    time, _, event_id = text.partition("~")
    try:
        found = datetime.fromisoformat(time)
    except ValueError:
        return None
    return (found, event_id) if found.tzinfo else None
