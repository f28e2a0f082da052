"""Who: many accounts belong to one person, each for a time. Joined when events are read."""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.event import REALM, account

PEOPLE_HEADER = ("person", "name", "team", "role", "manager", "start", "end", "accounts")


class IdentityError(Exception):
    """A file of people cannot be read; the message names line and reason."""


class Use(StrEnum):
    """Who uses an account."""

    PERSONAL = "personal"
    SHARED = "shared"
    SERVICE = "service"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who works there; `id` is the site's own. The last day is `end`."""

    id: str
    name: str
    team: str = ""
    role: str = ""
    manager: str = ""
    start: date | None = None
    end: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An account belongs to a person, from `since` (inclusive) to `until` (exclusive), UTC."""

    account: str
    person: str
    since: datetime | None = None
    until: datetime | None = None
    use: Use = Use.PERSONAL


@dataclass(frozen=True)
class Directory:
    """The people of a site and their accounts."""

    people: dict[str, Person] = field(default_factory=dict)
    links: tuple[Link, ...] = ()

    @cached_property
    def _by_account(self) -> dict[str, list[Link]]:
        found: dict[str, list[Link]] = defaultdict(list)
        for link in self.links:
            found[link.account].append(link)
        return dict(found)

    @cached_property
    def _by_person(self) -> dict[str, tuple[Link, ...]]:
        found: dict[str, list[Link]] = defaultdict(list)
        for link in self.links:
            found[link.person].append(link)
        return {person: tuple(links) for person, links in found.items()}

    def links_of(self, person: str) -> tuple[Link, ...]:
        """The accounts of a person, none for an unknown one."""
        return self._by_person.get(person, ())

    def who(self, account: str | None, at: datetime) -> str | None:
        """The person behind a personal account at a time; None where nobody or more than one."""
        people = {
            link.person
            for link in self._by_account.get(account or "", ())
            if link.use is Use.PERSONAL and _holds(link, at)
        }
        return people.pop() if len(people) == 1 else None

    def persons(self, accounts: pa.ChunkedArray, times: pa.ChunkedArray) -> pa.Array:
        """`who` for columns: an array of person ids, null where unknown.

        An account that always belonged to the same person costs one look-up, however many rows.
        """
        encoded = pc.dictionary_encode(accounts.combine_chunks())
        encoded = encoded if isinstance(encoded, pa.DictionaryArray) else encoded.combine_chunks()
        codes = np.asarray(encoded.indices.fill_null(len(encoded.dictionary)))
        names: list[str | None] = []
        changing: list[int] = []
        for code, name in enumerate(encoded.dictionary.to_pylist()):
            links = self._by_account.get(name, [])
            steady = len(links) == 1 and links[0].since is None and links[0].until is None
            personal = steady and links[0].use is Use.PERSONAL
            names.append(links[0].person if personal else None)
            if links and not steady:
                changing.append(code)
        found = np.array([*names, None], dtype=object)[codes]
        if changing:
            rows = np.flatnonzero(np.isin(codes, changing))
            for row in rows.tolist():
                found[row] = self.who(encoded.dictionary[codes[row]].as_py(), times[row].as_py())
        return pa.array(found, pa.string())

    def joined(self, events: pa.Table) -> pa.Table:
        """The events with `person` (behind actor.account) and `owner` (behind owner.account)."""
        times = events["@timestamp"]
        for column, account_column in (("person", "actor.account"), ("owner", "owner.account")):
            events = events.append_column(column, self.persons(events[account_column], times))
        return events

    def peers(self, person: str) -> list[str]:
        """The people of the same role, or of the same team where the role stands alone."""
        me = self.people.get(person)
        if me is None:
            return []
        role = [other.id for other in self.people.values() if other.role == me.role]
        return (
            role
            if len(role) > 2
            else [other.id for other in self.people.values() if other.team == me.team]
        )


def _holds(link: Link, at: datetime) -> bool:
    return (link.since is None or link.since <= at) and (link.until is None or at < link.until)


def normalise(text: str, realm: str = REALM) -> str:
    """An account as events carry it: `uid:1017` gets its realm, caseless kinds lower case."""
    kind, colon, name = text.strip().partition(":")
    if not colon or not kind or not name:
        raise IdentityError(f"{text!r} is no account: kind:name is needed")
    if kind == "uid" and "/" not in name:
        name = f"{realm}/{name}"
    return account(kind, name) or text


def read_people(text: str) -> Directory:
    """The people of a people.csv. Raises IdentityError with line and reason."""
    people: dict[str, Person] = {}
    links: list[Link] = []
    for line, row in _rows(text):
        try:
            person = _person(row)
            links.extend(_links(row.get("accounts") or "", person))
        except (IdentityError, ValueError) as error:
            raise IdentityError(f"line {line}: {error}") from error
        if person.id in people:
            raise IdentityError(f"line {line}: person {person.id} stands there twice")
        people[person.id] = person
    return Directory(people, tuple(links))


def _rows(text: str) -> Iterable[tuple[int, dict[str, str]]]:
    """The number of each row's last line, and its cells; empty where the row ends too soon."""
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), restval="", strict=True)
    try:
        missing = {"person", "accounts"} - set(reader.fieldnames or ())
        if missing:
            raise IdentityError(f"line 1: no column {', '.join(sorted(missing))}")
        for row in reader:
            yield reader.line_num, row
    except csv.Error as error:
        raise IdentityError(f"line {reader.reader.line_num}: {error}") from error


def _person(row: dict[str, str]) -> Person:
    if not row["person"].strip():
        raise IdentityError("a person without an id")
    return Person(
        id=row["person"].strip(),
        name=(row.get("name") or row["person"]).strip(),
        team=(row.get("team") or "").strip(),
        role=(row.get("role") or "").strip(),
        manager=(row.get("manager") or "").strip(),
        start=date.fromisoformat(row["start"]) if row.get("start") else None,
        end=date.fromisoformat(row["end"]) if row.get("end") else None,
    )


def _links(accounts: str, person: Person) -> Iterable[Link]:
    """Open towards the past: what an account did before its owner's first day is theirs too."""
    until = None
    if person.end:
        until = datetime.combine(person.end + timedelta(days=1), time.min, UTC)
    for part in accounts.split(";"):
        if part.strip():
            yield Link(account=normalise(part), person=person.id, until=until)
