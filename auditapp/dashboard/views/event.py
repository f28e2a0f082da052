"""One event: every field, and the raw line whole."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from analytics.fields import BY_NAME, FIELDS, Kind
from auditapp.accounts import policy, pseudonyms
from auditapp.cases.models import Alert, Case
from auditapp.cases.rules import rule_set
from auditapp.dashboard import casework
from auditapp.dashboard.alerting import with_people
from auditapp.dashboard.asking import condition, written
from auditapp.dashboard.reading import day_of
from auditapp.dashboard.views.unavailable import reads_store
from auditapp.eventstore import store
from auditapp.people.directory import directory

NEAR = timedelta(minutes=10)
APART = ("event.original", "message", "labels")


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A field with its values as text, each with the address of the events that have it too."""

    name: str
    about: str
    values: list[tuple[str, str]]


@require_safe
@reads_store
def event(request: HttpRequest, event_id: str) -> HttpResponse:
    """The event of that id; `day` in the address (UTC) makes it quick to find."""
    found = store().get(event_id, day_of(request.GET.get("day", "")))
    if found is None or found.num_rows == 0:
        raise Http404(f"no event {event_id}")
    row: dict[str, Any] = found.to_pylist()[0]
    time: datetime = row["@timestamp"]
    person = directory().who(row["actor.account"], time)
    alerts = Alert.objects.filter(event=row["event.id"]).select_related("window")
    rules = {rule.id: rule for rule in rule_set().detections}
    return render(
        request,
        "dashboard/event.html",
        {
            "time": time,
            "event": {name.replace(".", "_").lstrip("@"): value for name, value in row.items()},
            "groups": _groups(row),
            "labels": sorted(row["labels"] or []),
            "raw": row["event.original"] or "",
            "person": pseudonyms.reference(person) if person else "",
            "name": pseudonyms.shown(person) if person else "",
            "alerts": [(one, rules.get(one.row.rule)) for one in with_people(alerts)],
            "cases": Case.objects.filter(pins__event=row["event.id"]),
            "open_cases": casework.open_cases(),
            "may_pin": policy.allowed(request.user, "case-add"),
            "near": _near(time, row["actor.account"]),
            "batch": _batch(row["batch.id"]),
        },
    )


def _batch(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None


def _search(text: str) -> str:
    return f"{reverse('events')}?{urlencode({'q': text, 'range': 'all'})}"


def _near(time: datetime, account: str | None) -> str:
    """Address of what the account did ten minutes before and after."""
    if not account:
        return ""
    times = {"from": written(time - NEAR), "to": written(time + NEAR)}
    return f"{reverse('events')}?{urlencode({'q': condition('actor.account', account), **times})}"


def _groups(row: dict[str, Any]) -> list[tuple[str, list[Value]]]:
    """The filled fields by the first part of their name, in the order of the field table."""
    names = [field.name for field in FIELDS if field.name not in APART]
    filled = [name for name in names if _texts(row[name])]
    filled.sort(key=_order)
    return [
        (group, [_value(name, row[name]) for name in members])
        for group, members in groupby(filled, key=_group)
    ]


def _group(name: str) -> str:
    return "event" if name.startswith("@") else name.partition(".")[0]


def _order(name: str) -> int:
    groups = list(dict.fromkeys(_group(field.name) for field in FIELDS))
    return groups.index(_group(name))


def _value(name: str, value: Any) -> Value:
    kind = BY_NAME[name].kind
    searchable = kind in (Kind.KEYWORD, Kind.KEYWORDS, Kind.NUMBER, Kind.FLAG)
    return Value(
        name=name,
        about=BY_NAME[name].about,
        values=[
            (text, _search(condition(name, text)) if searchable else "") for text in _texts(value)
        ],
    )


def _texts(value: Any) -> list[str]:
    return list(_parts(value))


def _parts(value: Any) -> Iterator[str]:
    if value is None or value == "":
        return
    if isinstance(value, list):
        for part in value:
            yield from _parts(part)
    elif isinstance(value, datetime):
        yield value.strftime("%Y-%m-%d %H:%M:%S.%f")
    elif isinstance(value, bool):
        yield "true" if value else "false"
    else:
        yield str(value)
