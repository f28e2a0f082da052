"""Events as rows of a page, with the people behind their accounts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

import pyarrow as pa
from django.urls import reverse

from auditapp.accounts import pseudonyms
from auditapp.people.directory import directory

COLUMNS: tuple[str, ...] = (
    "@timestamp",
    "event.id",
    "event.dataset",
    "event.module",
    "event.action",
    "event.outcome",
    "actor.account",
    "owner.account",
    "host.name",
    "message",
    "process.command_line",
    "event.original",
)
LONGEST = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """One event in a list. `person` is the reference for addresses, empty where unknown."""

    link: str
    time: datetime
    source: str
    family: str
    action: str
    outcome: str
    host: str
    account: str
    owner: str
    person: str
    name: str
    text: str


def event_link(event_id: str, time: datetime) -> str:
    """Address of an event, whatever its id; the day in it makes the event quick to find."""
    return f"{reverse('events')}{quote(event_id, safe='')}/?day={time:%Y-%m-%d}"


def day_of(text: str) -> date | None:
    """The day that such an address carries, where it is one that can be looked for."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day != date.max else None  # which has no next one


def rows_of(events: pa.Table) -> list[EventRow]:
    """The events of a table that has at least `COLUMNS`, in its order."""
    known = directory()
    people = known.persons(events["actor.account"], events["@timestamp"]).to_pylist()
    names = pseudonyms.shown_all(person for person in people if person)
    return [
        _row(event, person, names) for event, person in zip(events.to_pylist(), people, strict=True)
    ]


def _row(event: Mapping[str, Any], person: str | None, names: Mapping[str, str]) -> EventRow:
    return EventRow(
        link=event_link(event["event.id"], event["@timestamp"]),
        time=event["@timestamp"],
        source=event["event.dataset"] or "",
        family=event["event.module"] or "",
        action=event["event.action"] or "",
        outcome=event["event.outcome"] or "",
        host=event["host.name"] or "",
        account=event["actor.account"] or "",
        owner=event["owner.account"] or "",
        person=pseudonyms.reference(person) if person else "",
        name=names[person] if person else "",
        text=_first(event, ("message", "process.command_line", "event.original")),
    )


def _first(event: Mapping[str, Any], names: Sequence[str]) -> str:
    text = next((event[name] for name in names if event[name]), "")
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"
