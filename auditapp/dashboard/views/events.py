"""Searching events: a search, a time, counts to narrow by, and pages from the newest back."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from analytics.fields import BY_NAME, FACETS
from auditapp.accounts import pseudonyms
from auditapp.dashboard.asking import RANGES, Asked, ask, condition, conjunction
from auditapp.dashboard.reading import COLUMNS, rows_of
from auditapp.dashboard.views.unavailable import reads_store
from auditapp.eventstore import store

PAGE, FACET_VALUES = 50, 6


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
    """The whole page; for htmx only the results, or with `part=facets` the facets."""
    asked = ask(request.GET.dict())
    if request.GET.get("part") == "facets":
        return render(request, "dashboard/_facets.html", {"facets": facets(asked)})
    context = {"asked": asked, **_results(asked, request.GET.get("after", ""))}
    if request.headers.get("HX-Request") and not request.headers.get("HX-History-Restore-Request"):
        return render(request, "dashboard/_results.html", context)
    return render(request, "dashboard/events.html", {**context, **_form(asked)})


def _results(asked: Asked, after: str) -> dict[str, Any]:
    if asked.problem:
        return {"rows": [], "total": 0}
    page = store().search(asked.question, limit=PAGE, after=read_cursor(after), columns=COLUMNS)
    following = page.after and asked.link(after=write_cursor(*page.after))
    return {
        "rows": rows_of(page.events),
        "total": store().count(asked.question),
        "following": following,
        "first": asked.link() if after else "",
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
    """The same back; None, so the first page, for what is no cursor."""
    time, _, event_id = text.partition("~")
    try:
        found = datetime.fromisoformat(time)
    except ValueError:
        return None
    return (found, event_id) if event_id and found.tzinfo else None
