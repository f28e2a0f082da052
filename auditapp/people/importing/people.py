"""Plans for people and their accounts, whatever file or directory service tells of them."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from analytics.identity.accounts import Link
from analytics.identity.people import Person as Told
from analytics.identity.reading import Entry, people_of
from analytics.identity.scim import scim_of
from analytics.tables import Problem, Table
from auditapp.people.importing.plan import (
    PORTION,
    Change,
    Fate,
    Options,
    Plan,
    differences,
    too_long,
)
from auditapp.people.models import AccountLink, FormerPosition, Person

POSITION = ("team", "role", "manager")
FIELDS = ("name", *POSITION, "start", "end")


def plan_people(text: str, options: Options) -> Plan:
    """The people of a people.csv; of a person who is in it, what an earlier one said of accounts
    is forgotten."""
    return plan_entries(people_of(text), "people", options.today)


def plan_scim(text: str, options: Options) -> Plan:
    """The people of a SCIM-like file."""
    return plan_entries(scim_of(text, options.today), "scim", options.today)


@dataclass
class _Known:
    """What is recorded now. `links` are those that imports may change, by person."""

    people: dict[str, Person] = field(default_factory=dict)
    links: dict[str, list[AccountLink]] = field(default_factory=lambda: defaultdict(list))
    owners: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    decided: set[str] = field(default_factory=set)
    moves: dict[str, date] = field(default_factory=dict)


@dataclass
class _Writes:
    """What a plan will write. `wanted` are the accounts that are yet to be compared, by person."""

    wanted: dict[str, dict[str, Link]] = field(default_factory=lambda: defaultdict(dict))
    people: dict[str, Person] = field(default_factory=dict)
    added: list[AccountLink] = field(default_factory=list)
    changed: list[AccountLink] = field(default_factory=list)
    removed: list[int] = field(default_factory=list)
    positions: dict[str, FormerPosition] = field(default_factory=dict)


def plan_entries(table: Table[Entry], origin: str, today: date) -> Plan:
    """The plan for people with their accounts, as `origin` has them.

    A person who was merged into another stands for that one; who is known under another id by
    one of their accounts keeps it, where the origin is not people.csv. What somebody decided
    about an account outweighs the file.
    """
    known, writes = _known(), _Writes()
    changes: list[Change] = []
    problems = list(table.problems)
    people = [_record_of(entry, known, origin) for _, entry in table.rows]
    for person, (_, entry) in zip(people, table.rows, strict=True):
        writes.wanted[person.id].update({link.account: link for link in entry.links})
    for person, (line, entry) in zip(people, table.rows, strict=True):
        before = known.people.get(person.id)
        reason = too_long(person) or _too_long_links(entry)
        if before and entry.moved and entry.moved < known.moves.get(person.id, entry.moved):
            reason = reason or f"moved {entry.moved} is before the last move"
        if reason:
            problems.append(Problem(line, reason))
            continue
        if before is not None:
            _keep(person, before, entry, origin, today)
        changes.append(_change(line, entry, person, known, writes, (origin, today)))
    return Plan(changes=changes, problems=problems, write=lambda: _write(writes))


def _known() -> _Known:
    known = _Known(people=Person.objects.in_bulk())
    for link in AccountLink.objects.all():
        if link.origin == AccountLink.DECISION:
            known.decided.add(link.account)
        elif link.person_id:
            known.links[link.person_id].append(link)
        if link.person_id and link.use in AccountLink.ATTRIBUTED:
            known.owners[link.account].add(link.person_id)
    rows = FormerPosition.objects.order_by("until").values_list("person", "until")
    known.moves = dict(rows)
    return known


def _record_of(entry: Entry, known: _Known, origin: str) -> Person:
    """The row that the entry will be, under the id that it already has."""
    told: Told = entry.person
    found = told.id
    if found not in known.people and origin != "people":
        owners = [
            known.owners[link.account] for link in entry.links if link.account in known.owners
        ]
        alone = {person for people in owners if len(people) == 1 for person in people}
        found = alone.pop() if len(alone) == 1 else found
    merged = known.people[found].merged_into_id if found in known.people else None
    values = {name: getattr(told, name) for name in FIELDS}
    return Person(id=merged or found, **values)


def _too_long_links(entry: Entry) -> str:
    rows = (AccountLink(account=link.account) for link in entry.links)
    return next((reason for row in rows if (reason := too_long(row))), "")


def _keep(person: Person, before: Person, entry: Entry, origin: str, today: date) -> None:
    """What the entry does not say stays: all of somebody who was merged; for a directory service
    what it leaves empty but who is still there, and the day on which somebody was first found
    gone."""
    merged = before.id != entry.person.id and origin == "people"
    for name in FIELDS:
        unsaid = origin != "people" and name != "end" and not getattr(person, name)
        if merged or unsaid:
            setattr(person, name, getattr(before, name))
    if origin != "people" and person.end == today and before.end and before.end < today:
        person.end = before.end


def _change(
    line: int,
    entry: Entry,
    person: Person,
    known: _Known,
    writes: _Writes,
    by: tuple[str, date],
) -> Change:
    origin, today = by
    before = known.people.get(person.id)
    details = list(differences(before, person, FIELDS)) if before else []
    if before and any(getattr(before, name) != getattr(person, name) for name in POSITION):
        details.extend(_moved(before, entry.moved or today, known, writes))
    if before is None or details:
        writes.people[person.id] = person
    details.extend(_links(person.id, known, writes, origin))
    fate = Fate.ADDED if before is None else Fate.CHANGED if details else Fate.UNCHANGED
    return Change(line=line, fate=fate, key=entry.person.id, details=tuple(details))


def _moved(before: Person, day: date, known: _Known, writes: _Writes) -> Iterator[str]:
    """Keeps what the person was, unless it is a correction: of the first day, of a move on the
    same day, or of nothing at all."""
    last = known.moves.get(before.id)
    was_nothing = not any(getattr(before, name) for name in POSITION)
    if was_nothing or last == day or (before.start and day <= before.start):
        return
    former = {name: getattr(before, name) for name in POSITION}
    writes.positions[before.id] = FormerPosition(
        person_id=before.id, since=last, until=day, **former
    )
    yield f"moved on {day}: what was before is kept"


def _links(person: str, known: _Known, writes: _Writes, origin: str) -> Iterator[str]:
    """What differs in a person's accounts; of two rows about one person the first tells all."""
    if person not in writes.wanted:
        return
    present: dict[str, list[AccountLink]] = defaultdict(list)
    for link in known.links.get(person, ()):
        present[link.account].append(link)
    for told in writes.wanted.pop(person).values():
        if told.account in known.decided:
            continue
        rows = present.pop(told.account, [])
        if not rows:
            writes.added.append(
                AccountLink(
                    account=told.account,
                    person_id=person,
                    since=told.since,
                    until=told.until,
                    use=told.use.value,
                    origin=origin,
                )
            )
            yield f"+ {told.account}"
            if known.owners.get(told.account, set()) - {person}:
                yield f"{told.account} is somebody else's too: nobody's until one of them ends"
            continue
        first, *others = rows
        writes.removed.extend(link.pk for link in others)
        if (first.since, first.until) != (told.since, told.until):
            yield f"{told.account} until {told.until:%Y-%m-%d}" if told.until else told.account
            first.since, first.until, first.origin = told.since, told.until, origin
            writes.changed.append(first)
    for account, rows in present.items():
        if account not in known.decided:
            old = [link for link in rows if link.origin == origin]
            writes.removed.extend(link.pk for link in old)
            yield from (f"− {account}" for _ in old)


def _write(writes: _Writes) -> None:
    Person.objects.bulk_create(
        writes.people.values(),
        batch_size=PORTION,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=list(FIELDS),
    )
    for start in range(0, len(writes.removed), PORTION):
        AccountLink.objects.filter(pk__in=writes.removed[start : start + PORTION]).delete()
    fields = ["since", "until", "origin"]
    AccountLink.objects.bulk_update(writes.changed, fields, batch_size=PORTION)
    AccountLink.objects.bulk_create(writes.added, batch_size=PORTION)
    FormerPosition.objects.bulk_create(writes.positions.values(), batch_size=PORTION)
