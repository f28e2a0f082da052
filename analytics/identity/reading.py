"""people.csv: who works there, with which accounts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from analytics import moments, tables
from analytics.identity.accounts import IdentityError, Link, normalise
from analytics.identity.directory import Directory
from analytics.identity.people import Person
from analytics.tables import Problem, Row, Table

PEOPLE_HEADER = ("person", "name", "team", "role", "manager", "start", "end", "accounts")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A person as a file or a directory service has them. `moved` is the day from which team,
    role and manager hold, None where it does not say."""

    person: Person
    links: tuple[Link, ...] = ()
    moved: date | None = None


def people_of(text: str) -> Table[Entry]:
    """The people of a people.csv, and what is wrong with it."""
    return once(tables.read(text, {"person", "accounts"}, _entry))


def read_people(text: str) -> Directory:
    """The people of a people.csv. Raises IdentityError with line and reason."""
    table = people_of(text)
    if table.problems:
        raise IdentityError(str(min(table.problems, key=lambda problem: problem.line)))
    entries = [entry for _, entry in table.rows]
    people = {entry.person.id: entry.person for entry in entries}
    return Directory(people, tuple(link for entry in entries for link in entry.links))


def once(table: Table[Entry]) -> Table[Entry]:
    """The table where each person stands once; a second one is a problem."""
    seen: set[str] = set()
    rows, problems = [], list(table.problems)
    for line, entry in table.rows:
        if entry.person.id in seen:
            problems.append(Problem(line, f"person {entry.person.id} stands there twice"))
        else:
            seen.add(entry.person.id)
            rows.append((line, entry))
    return Table(rows, problems)


def _entry(row: Row) -> Entry:
    if not row["person"]:
        raise IdentityError("a person without an id")
    person = Person(
        id=row["person"],
        name=row.get("name") or row["person"],
        team=row.get("team", ""),
        role=row.get("role", ""),
        manager=row.get("manager", ""),
        start=moments.day(row.get("start")),
        end=moments.day(row.get("end")),
    )
    accounts = [part for part in row.get("accounts", "").split(";") if part.strip()]
    return Entry(
        person=person, links=links_of(person, accounts), moved=moments.day(row.get("moved"))
    )


def links_of(person: Person, accounts: Iterable[str]) -> tuple[Link, ...]:
    """Open towards the past: what an account did before its owner's first day is theirs too."""
    names = dict.fromkeys(normalise(account) for account in accounts)
    until = moments.end_of(person.end)
    return tuple(Link(account=name, person=person.id, until=until) for name in names)
