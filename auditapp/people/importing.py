"""Takes over what a site knows of its people and its things, from files told by their header."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from analytics.identity import Directory, Link, read_people
from analytics.resources import read_resources
from auditapp.people.models import AccountLink, Person, ResourceRow

COLUMNS: dict[str, frozenset[str]] = {
    "people": frozenset({"person", "accounts"}),
    "resources": frozenset({"kind", "pattern", "owner"}),
}
# Known for what they are, but nothing reads them yet.
UNUSED: dict[str, frozenset[str]] = {
    "incidents": frozenset({"incident"}),
    "oncall": frozenset({"oncall"}),
    "leave": frozenset({"leave"}),
    "watchlist": frozenset({"watchlist"}),
    "hosts": frozenset({"host"}),
}
PASSWD = re.compile(r"[^:\s]+:[^:]*:\d+:\d+:[^:]*:[^:]*:[^:]*")
PORTION = 500


class NotContext(Exception):
    """The file is none that can be imported; the message says why."""


@dataclass(frozen=True, slots=True)
class Imported:
    """How many rows are new, are not as they were, and are as they were."""

    added: int
    changed: int
    unchanged: int


def recognise(text: str, stem: str) -> str:
    """What a file holds: people, resources, passwd, hosts, oncall, leave, incidents, watchlist.

    The header decides; `stem`, the file's name without its ending, only among those that nothing
    reads yet. Raises NotContext.
    """
    first = text.removeprefix("\ufeff").split("\n", 1)[0].strip()
    if PASSWD.fullmatch(first):
        return "passwd"
    header = {name.strip().lower() for name in first.replace('"', "").split(",")}
    told = [kind for kind, columns in COLUMNS.items() if columns <= header]
    if len(header) > 1 and stem in UNUSED:
        told.append(stem)
    told.extend(kind for kind, columns in UNUSED.items() if columns <= header)
    if told:
        return told[0]
    raise NotContext("its header is that of no file of people, resources or context")


@transaction.atomic
def take_over_people(text: str) -> Imported:
    """People and their accounts; of a person who is in the file, its accounts hold and no others.

    Raises IdentityError where the file cannot be read and NotContext where a value is too long,
    and then changes nothing.
    """
    directory = read_people(text)
    before = {person.id: person for person in Person.objects.all()}
    links: dict[str, set[tuple[object, ...]]] = {}
    for link in AccountLink.objects.all():
        links.setdefault(link.person_id, set()).add(_key(link))
    rows = [
        Person(
            id=person.id,
            name=person.name,
            team=person.team,
            role=person.role,
            manager=person.manager,
            start=person.start,
            end=person.end,
        )
        for person in directory.people.values()
    ]
    different = [
        row
        for row in rows
        if row.id in before
        and not (
            _same(row, before[row.id])
            and links.get(row.id, set()) == {_key(link) for link in directory.links_of(row.id)}
        )
    ]
    added = [row for row in rows if row.id not in before]
    _check_lengths([*added, *different])
    _write_people([*added, *different], directory)
    return Imported(len(added), len(different), len(rows) - len(added) - len(different))


def _write_people(rows: list[Person], directory: Directory) -> None:
    fields = ["name", "team", "role", "manager", "start", "end"]
    Person.objects.bulk_create(
        rows,
        batch_size=PORTION,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=fields,
    )
    ids = [row.id for row in rows]
    for start in range(0, len(ids), PORTION):
        AccountLink.objects.filter(person__in=ids[start : start + PORTION]).delete()
    links = [_row(link) for person in ids for link in _distinct(directory.links_of(person))]
    _check_lengths(links)
    AccountLink.objects.bulk_create(links, batch_size=PORTION)


@transaction.atomic
def take_over_resources(text: str) -> Imported:
    """Whose things are whose; patterns that are not in the file stay as they are.

    Raises ResourceError where the file cannot be read and NotContext where a value is too long,
    and then changes nothing.
    """
    before = {(row.kind, row.pattern): row for row in ResourceRow.objects.all()}
    rows = {
        (row.kind, row.pattern): ResourceRow(
            kind=row.kind, pattern=row.pattern, owner=row.owner, criticality=row.criticality.value
        )
        for row in read_resources(text).rows
    }
    added = [row for key, row in rows.items() if key not in before]
    different = [
        row
        for key, row in rows.items()
        if key in before
        and (row.owner, row.criticality) != (before[key].owner, before[key].criticality)
    ]
    _check_lengths([*added, *different])
    ResourceRow.objects.bulk_create(
        [*added, *different],
        batch_size=PORTION,
        update_conflicts=True,
        unique_fields=["kind", "pattern"],
        update_fields=["owner", "criticality"],
    )
    return Imported(len(added), len(different), len(rows) - len(added) - len(different))


def _check_lengths(rows: Iterable[Person | AccountLink | ResourceRow]) -> None:
    """Raises NotContext for a value that its column cannot hold; not every database says so."""
    for row in rows:
        for column in row._meta.concrete_fields:
            value, most = getattr(row, column.attname), getattr(column, "max_length", None)
            if most and isinstance(value, str) and len(value) > most:
                raise NotContext(f"{value[:40]!r}… is longer than the {most} characters of a value")


def _same(one: Person, other: Person) -> bool:
    names = ("name", "team", "role", "manager", "start", "end")
    return all(getattr(one, name) == getattr(other, name) for name in names)


def _key(link: AccountLink | Link) -> tuple[object, ...]:
    return link.account, link.since, link.until, str(link.use)


def _distinct(links: Iterable[Link]) -> Iterable[Link]:
    """An account that a file names twice for a person is one link."""
    return {(link.account, link.since): link for link in links}.values()


def _row(link: Link) -> AccountLink:
    return AccountLink(
        account=link.account,
        person_id=link.person,
        since=link.since,
        until=link.until,
        use=link.use.value,
    )
