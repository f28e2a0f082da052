"""Every way to change a case. Each is one transaction that keeps its history and stamps it, so
that who follows cases sees notes and evidence come, too."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from django.db import transaction

from analytics.event import readable
from auditapp import clock
from auditapp.accounts.models import User
from auditapp.cases.investigation.fields import FIELDS, Wrong, checked, shown, worded
from auditapp.cases.investigation.models import (
    Case,
    CaseAlert,
    CaseChange,
    CasePerson,
    Decision,
    Note,
    Pin,
    State,
    Tlp,
)
from auditapp.cases.models import Alert
from auditapp.people.directory import directory

LONGEST_NOTE, LONGEST_REASON, LONGEST_WHY = 20_000, 2_000, 500


class Overtaken(Exception):
    """Somebody else changed the case meanwhile: `changes` are what was not seen, in order."""

    def __init__(self, changes: list[CaseChange]) -> None:
        """What came in between."""
        super().__init__("the case changed meanwhile")
        self.changes = changes


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """An event that is pinned, its time, and why."""

    event: str
    time: datetime
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What a case is about. Those who are behind its alerts come with them."""

    alerts: Iterable[Alert] = ()
    people: Iterable[str] = ()
    evidence: Iterable[Evidence] = ()


@dataclass(slots=True)
class _Open:
    """A case that is being changed, locked, who does it, and when."""

    case: Case
    author: str
    time: datetime
    changes: list[CaseChange] = field(default_factory=list)

    def keep(self, what: str, before: str = "", after: str = "") -> None:
        self.changes.append(
            CaseChange(
                case=self.case,
                time=self.time,
                author=self.author,
                what=what,
                before=before,
                after=after,
            )
        )

    def finish(self) -> None:
        for change in self.changes:
            change.version = self.case.version
        CaseChange.objects.bulk_create(self.changes)


@contextmanager
def _changing(case_id: int, by: User) -> Iterator[_Open]:
    """Locks the case; at the end stamps it and keeps what was changed, all or nothing."""
    with transaction.atomic():
        case = Case.objects.select_for_update().get(pk=case_id)
        held = _Open(case, by.get_username(), clock.now())
        yield held
        if held.changes:
            held.finish()
            held.case.save()


class Author(Protocol):
    """Who opens a case: a user, or Foureyes by itself."""

    def get_username(self) -> str:
        """As the case and its history have it."""


def open_case(wanted: Mapping[str, str], matter: Matter, by: Author) -> Case:
    """A new case. `wanted` is as for `edit`, without a state. Raises Wrong."""
    fields = checked({**{"tlp": Tlp.AMBER.value}, **wanted, "state": State.OPEN.value})
    with transaction.atomic():
        now = clock.now()
        case = Case(opened_by=by.get_username(), opened=now, **fields)
        case.save()
        held = _Open(case, by.get_username(), now)
        held.keep("opened", after=case.title)
        if case.assignee:
            held.keep("assignee", after=case.assignee.get_username())
        _link(held, matter)
        held.finish()
    return case


def edit(case_id: int, version: int, wanted: Mapping[str, str], by: User) -> Case:
    """Changes title, severity, TLP, assignee (a user name, or empty) or state of an open case.

    Raises Wrong, and Overtaken where it is no longer what its `version` was.
    """
    with _changing(case_id, by) as held:
        _check(held.case, version)
        if held.case.is_closed:
            raise Wrong("a closed case is opened again before anything of it is changed")
        _set(held, checked({**shown(held.case), **wanted}, held.case.assignee))
    return held.case


def decide(case_id: int, version: int, decision: str, reason: str, by: User) -> Case:
    """Closes it. Raises Wrong, and Overtaken as `edit` does."""
    if decision not in Decision.values:
        raise Wrong("there is no such decision")
    text = worded(reason, LONGEST_REASON, "a decision needs a reason")
    with _changing(case_id, by) as held:
        _check(held.case, version)
        if held.case.is_closed:
            raise Wrong("it is closed already")
        _set(
            held,
            {
                **{"state": State.CLOSED, "decision": decision, "reason": text},
                **{"closed": held.time, "closed_by": by.get_username()},
            },
        )
    return held.case


def reopen(case_id: int, version: int, by: User) -> Case:
    """Opens a closed case again; what was decided stays in its history. Raises Wrong, Overtaken."""
    with _changing(case_id, by) as held:
        _check(held.case, version)
        if not held.case.is_closed:
            raise Wrong("it is open already")
        _set(
            held,
            {
                **{"state": State.INVESTIGATING, "decision": "", "reason": ""},
                **{"closed": None, "closed_by": ""},
            },
        )
    return held.case


def write(case_id: int, text: str, by: User) -> Note:
    """Adds a note; also to a closed case. Raises Wrong."""
    kept = worded(text, LONGEST_NOTE, "a note needs words")
    with _changing(case_id, by) as held:
        note = Note.objects.create(case=held.case, author=held.author, time=held.time, text=kept)
        held.keep("note", after=str(note.pk))
    return note


def add(case_id: int, matter: Matter, by: User) -> int:
    """Links alerts and people and pins events; what is there already stays as it is. How much is
    new. Raises Wrong for a closed case."""
    with _changing(case_id, by) as held:
        _check_open(held.case)
        _link(held, matter)
        return len(held.changes)


def remove(case_id: int, what: str, key: str, by: User) -> bool:
    """Takes an alert, a person or an event (`what`) of that id out again; whether it was there.
    The history keeps that it was. Raises Wrong for a closed case."""
    with _changing(case_id, by) as held:
        _check_open(held.case)
        rows: dict[str, Any] = {
            "person": held.case.people.filter(person=key),
            "alert": held.case.alerts.filter(alert_id=_number(key)),
            "event": held.case.pins.filter(event=key),
        }
        if what not in rows:
            raise Wrong("a case holds alerts, people and events")
        gone = bool(rows[what].delete()[0])
        if gone:
            held.keep(what, before=key)
        return gone


def _link(held: _Open, matter: Matter) -> None:
    case, alerts = held.case, list(matter.alerts)
    added = {"added": held.time, "added_by": held.author}
    known = directory() if alerts else None
    behind = [known.who(alert.account, alert.time) for alert in alerts] if known else []
    for alert in alerts:
        if CaseAlert.objects.get_or_create(case=case, alert=alert, defaults=added)[1]:
            held.keep("alert", after=str(alert.pk))
    for person in dict.fromkeys((*matter.people, *filter(None, behind))):
        if CasePerson.objects.get_or_create(case=case, person=person, defaults=added)[1]:
            held.keep("person", after=person)
    for one in matter.evidence:
        kept = {"time": one.time, "why": readable(one.why.strip())[:LONGEST_WHY], **added}
        if Pin.objects.get_or_create(case=case, event=one.event, defaults=kept)[1]:
            held.keep("event", after=one.event)


def _check(case: Case, version: int) -> None:
    if case.version != version:
        raise Overtaken(list(case.changes.filter(what__in=FIELDS, version__gt=version)))


def _check_open(case: Case) -> None:
    if case.is_closed:
        raise Wrong("a closed case is opened again before anything of it is changed")


def _set(held: _Open, fields: Mapping[str, Any]) -> None:
    before = shown(held.case)
    for name, value in fields.items():
        setattr(held.case, name, value)
    after = shown(held.case)
    for name in FIELDS:
        if before[name] != after[name]:
            held.keep(name, before[name], after[name])
    held.case.version += bool(held.changes)


def _number(key: str) -> int:
    return int(key) if key.isascii() and key.isdigit() and len(key) < 19 else 0
