"""People as user administration exports them: a CSV file with the attributes of SCIM 2.0."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from analytics import moments, tables
from analytics.identity.accounts import IdentityError
from analytics.identity.people import Person
from analytics.identity.reading import Entry, links_of, once
from analytics.tables import Row, Table

ACTIVE = {"true": True, "yes": True, "1": True, "": True, "false": False, "no": False, "0": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class _User:
    entry: Entry
    names: tuple[str, ...]  # under which others may name this one as their manager


def scim_of(text: str, today: date, kinds: tuple[str, ...] = ("unix",)) -> Table[Entry]:
    """The people of the file, and what is wrong with it.

    A person's id is `externalId`, else `userName`; the user name is an account of each of these
    kinds, each e-mail address one of the kind `mail`. Who is not active has left by `today`.
    A manager is named by id, user name or e-mail address.
    """
    users = tables.read(text, {"username"}, lambda row: _user(row, today, kinds))
    ids = {name: user.entry.person.id for _, user in users.rows for name in user.names}
    rows = [(line, _with_manager(user.entry, ids)) for line, user in users.rows]
    return once(Table(rows, users.problems))


def _user(row: Row, today: date, kinds: tuple[str, ...]) -> _User:
    login, emails = row["username"], _emails(row)
    if not login:
        raise IdentityError("a user without a userName")
    active = ACTIVE.get(row.get("active", "").lower())
    if active is None:
        raise IdentityError(f"active is {row['active']!r}, neither true nor false")
    end = moments.day(row.get("enddate") or row.get("end"))
    parts = (row.get("name.givenname", ""), row.get("name.familyname", ""))
    person = Person(
        id=row.get("externalid") or login,
        name=_first(row, "name.formatted", "displayname") or " ".join(filter(None, parts)) or login,
        team=_first(row, "department", "organization"),
        role=_first(row, "title", "usertype"),
        manager=_first(row, "manager", "manager.value"),
        start=moments.day(row.get("startdate") or row.get("start")),
        end=end if active or end else today,
    )
    accounts = [f"mail:{email}" for email in emails]
    if "@" not in login:
        accounts = [*(f"{kind}:{login}" for kind in kinds), *accounts]
    entry = Entry(person=person, links=links_of(person, accounts))
    return _User(entry=entry, names=(person.id, login.lower(), *emails))


def _emails(row: Row) -> tuple[str, ...]:
    """Every address in the columns `emails`, `emails.value`, `emails[0].value`, `email`, and the
    user name where it is one."""
    cells = [cell for name, cell in row.items() if name.startswith("email")]
    text = " ".join([row["username"], *cells]).replace(";", " ").replace(",", " ").lower()
    return tuple(dict.fromkeys(word for word in text.split() if "@" in word))


def _first(row: Row, *names: str) -> str:
    return next((row[name] for name in names if row.get(name)), "")


def _with_manager(entry: Entry, ids: Mapping[str, str]) -> Entry:
    named = entry.person.manager
    manager = ids.get(named) or ids.get(named.lower()) or named
    return replace(entry, person=replace(entry.person, manager=manager))
