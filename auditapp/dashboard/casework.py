"""Cases as people look at them: whom and what they are about, and what became of them when."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, QuerySet

from analytics.store.base import Question, StoreUnavailable
from analytics.store.query import OneOf
from auditapp.accounts import pseudonyms
from auditapp.accounts.models import User
from auditapp.cases.investigation.models import Case, CaseChange, Decision, Pin, State, Tlp
from auditapp.cases.models import Alert, Standing
from auditapp.dashboard.reading import COLUMNS, EventRow, event_link, rows_of
from auditapp.eventstore import store

MOST_PINS, MOST_OFFERED = 200, 50
MINE, NOBODYS = "me", "nobody"
LABELS: dict[str, dict[str, str]] = {
    "state": {value: title.lower() for value, title in State.choices},
    "tlp": dict(Tlp.choices),
    "decision": {value: title.lower() for value, title in Decision.choices},
}

SAID: dict[str, str] = {
    "opened": "opened it",
    "note": "wrote a note",
    "erased": "erased what was written about somebody",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Concerned:
    """Somebody whom a case is about. `reference` stands in addresses."""

    reference: str
    name: str
    standing: Standing | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pinned:
    """An event of the timeline; `row` is None where it is no longer kept, or not to be had now."""

    pin: Pin
    link: str
    row: EventRow | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A line of the history: who did what to which; `link` leads there, where that is anywhere."""

    row: CaseChange
    said: str
    which: str = ""
    link: str = ""


def asked(given: Mapping[str, str], user: Any) -> QuerySet[Case]:
    """The cases that an address asks for; without a word about it those not yet closed."""
    found: QuerySet[Case] = Case.objects.select_related("assignee")
    state, holder = given.get("state", "unclosed"), given.get("assignee")
    if state == "unclosed":
        found = found.exclude(state=State.CLOSED)
    elif state != "any":
        found = found.filter(state=state)
    if "severity" in given:
        found = found.filter(severity=given["severity"])
    if holder == MINE:
        found = found.filter(assignee=user)
    elif holder == NOBODYS:
        found = found.filter(assignee=None)
    elif holder:
        found = found.filter(assignee__username=holder)
    return found.annotate(
        people_count=Count("people", distinct=True),
        alert_count=Count("alerts", distinct=True),
        pin_count=Count("pins", distinct=True),
    ).order_by("-updated", "-id")


def open_cases() -> QuerySet[Case]:
    """Those to which something may be added, what was touched last first."""
    return Case.objects.exclude(state=State.CLOSED)[:MOST_OFFERED]


def holders(case: Case | None, able: Iterable[User]) -> list[str]:
    """Names of those who may have it in hand, and of who has."""
    names = [one.get_username() for one in able]
    held = case.assignee.get_username() if case and case.assignee else ""
    return [held, *names] if held and held not in names else names


def concerned(case: Case) -> list[Concerned]:
    """The people it is about, with where they stand."""
    people = [row.person for row in case.people.all()]
    names = pseudonyms.shown_all(people)
    standing = {row.person: row for row in Standing.objects.filter(person__in=people)}
    return [
        Concerned(reference=pseudonyms.reference(one), name=names[one], standing=standing.get(one))
        for one in people
    ]


def timeline(case: Case) -> tuple[list[Pinned], bool]:
    """What is pinned, in the order in which it happened, and whether the event store answered."""
    pins = list(case.pins.all()[:MOST_PINS])
    try:
        found, answered = _events(pins), True
    except StoreUnavailable:
        found, answered = {}, False
    shown = [
        Pinned(pin=pin, link=event_link(pin.event, pin.time), row=found.get(pin.event))
        for pin in pins
    ]
    return shown, answered


def _events(pins: list[Pin]) -> dict[str, EventRow]:
    if not pins:
        return {}
    ids = tuple(pin.event for pin in pins)
    question = Question(
        since=pins[0].time,
        until=pins[-1].time + timedelta(microseconds=1),
        query=OneOf("event.id", ids),
    )
    events = store().search(question, limit=len(ids), columns=COLUMNS).events
    return dict(zip(events["event.id"].to_pylist(), rows_of(events), strict=True))


def history(case: Case, pins: Iterable[Pinned]) -> list[Step]:
    """What was done to it, the newest first; `pins` is its timeline."""
    changes = list(case.changes.order_by("-id"))
    people = {one.after or one.before for one in changes if one.what == "person"}
    alerts = {one.after or one.before for one in changes if one.what == "alert"}
    known = _Known(
        names=pseudonyms.shown_all(person for person in people if person),
        alerts={str(pk): row for pk, row in Alert.objects.in_bulk(filter(None, alerts)).items()},
        pins={one.pin.event: one for one in pins},
    )
    return [_step(one, known) for one in changes]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    names: Mapping[str, str]
    alerts: Mapping[str, Alert]
    pins: Mapping[str, Pinned]


def _step(row: CaseChange, known: _Known) -> Step:
    key, added = row.after or row.before, bool(row.after)
    if row.what in SAID:
        return Step(row=row, said=SAID[row.what])
    if row.what == "person":
        return Step(
            row=row,
            said="linked the person" if added else "took out the person",
            which=known.names.get(key, ""),
        )
    if row.what == "alert":
        alert = known.alerts.get(key)
        return Step(
            row=row,
            said="linked the alert" if added else "took out the alert",
            which=alert.title if alert else key,
            link=event_link(alert.event, alert.time) if alert else "",
        )
    if row.what == "event":
        said, pin = "pinned the event" if added else "unpinned the event", known.pins.get(key)
        text = pin.row.text if pin and pin.row else ""
        return Step(row=row, said=said, which=text or key, link=pin.link if pin else "")
    return field_step(row)


def field_step(row: CaseChange) -> Step:
    """A change of one of its own fields."""
    names = LABELS.get(row.what, {})
    before, after = names.get(row.before, row.before), names.get(row.after, row.after)
    what = "TLP" if row.what == "tlp" else row.what
    if before and after:
        return Step(row=row, said=f"changed the {what} from {before} to", which=after)
    if after:
        return Step(row=row, said=f"set the {what} to", which=after)
    return Step(row=row, said=f"took away the {what}", which=before)
