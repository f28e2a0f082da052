"""People as an LDAP directory or Active Directory has them: what its attributes mean."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from analytics.event import REALM
from analytics.identity.accounts import IdentityError
from analytics.identity.people import Person
from analytics.identity.reading import Entry, links_of, once
from analytics.tables import Problem, Table

FIELDS = ("id", "name", "team", "role", "manager", "start", "end", "disabled")
ACCOUNT = "account."
NEVER = frozenset({"0", "-1", "9223372036854775807"})
ACCOUNT_DISABLED = 0x2  # of userAccountControl
FILETIME = datetime(1601, 1, 1, tzinfo=UTC)
EPOCH = date(1970, 1, 1)
Values = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """Which entries are people, and which attributes say what: for each of FIELDS, and for
    `account.<kind>`, the attributes to look at, the first that is there counts."""

    filter: str
    attributes: Mapping[str, tuple[str, ...]]


SCHEMAS: Mapping[str, Schema] = {
    "posix": Schema(
        filter="(&(objectClass=person)(uid=*))",
        attributes={
            "id": ("employeeNumber", "uid"),
            "name": ("displayName", "cn"),
            "team": ("departmentNumber", "ou"),
            "role": ("title", "employeeType"),
            "manager": ("manager",),
            "end": ("shadowExpire",),
            "disabled": ("nsAccountLock",),
            "account.unix": ("uid",),
            "account.uid": ("uidNumber",),
            "account.mail": ("mail",),
        },
    ),
    "ad": Schema(
        filter="(&(objectCategory=person)(objectClass=user))",
        attributes={
            "id": ("employeeID", "sAMAccountName"),
            "name": ("displayName", "cn"),
            "team": ("department",),
            "role": ("title",),
            "manager": ("manager",),
            "end": ("accountExpires",),
            "disabled": ("userAccountControl",),
            "account.unix": ("sAMAccountName",),
            "account.uid": ("uidNumber",),
            "account.entra": ("userPrincipalName",),
            "account.mail": ("mail",),
        },
    ),
}


def attribute_map(schema: Schema, words: Iterable[str]) -> Schema:
    """The schema with some attributes changed, each as `team=ou` or `id=employeeNumber|uid`;
    `team=` takes one away. Raises IdentityError."""
    attributes = dict(schema.attributes)
    for word in words:
        name, equals, value = (part.strip() for part in word.partition("="))
        if not equals or (name not in FIELDS and not name.startswith(ACCOUNT)):
            known = f"{', '.join(FIELDS)}, account.<kind>"
            raise IdentityError(f"{word!r} is not name=attribute with one of {known}")
        attributes[name] = tuple(part.strip() for part in value.split("|") if part.strip())
    return replace(schema, attributes=attributes)


def wanted(schema: Schema) -> list[str]:
    """The attributes to ask for."""
    return sorted({name for names in schema.attributes.values() for name in names})


def people_of(
    entries: Iterable[tuple[str, Values]], schema: Schema, today: date, realm: str = REALM
) -> Table[Entry]:
    """The people of these entries, each a distinguished name with its attributes, and what is
    wrong with them by place. Managers are found by their distinguished names; whose account is
    disabled has left by `today`."""
    found: Table[Entry] = Table()
    ids: dict[str, str] = {}
    for place, (name, values) in enumerate(entries, 1):
        try:
            entry = _entry({key.lower(): told for key, told in values.items()}, schema, realm)
        except (ValueError, OverflowError) as error:
            found.problems.append(Problem(place, f"{name}: {error}"))
            continue
        if _disabled(values, schema) and not entry.person.end:
            person = replace(entry.person, end=today)
            names = (link.account for link in entry.links)
            entry = Entry(person=person, links=links_of(person, names))
        ids[_folded(name)] = entry.person.id
        found.rows.append((place, entry))
    rows = [(place, _with_manager(entry, ids)) for place, entry in found.rows]
    return once(Table(rows, found.problems))


def _entry(values: Values, schema: Schema, realm: str) -> Entry:
    told = {field: _first(values, schema, field) for field in FIELDS}
    if not told["id"]:
        raise IdentityError(f"none of {', '.join(schema.attributes.get('id', ()))} is there")
    person = Person(
        id=told["id"],
        name=told["name"] or told["id"],
        team=told["team"],
        role=told["role"],
        manager=told["manager"],
        start=_day(told["start"]),
        end=_day(told["end"]),
    )
    return Entry(person=person, links=links_of(person, _accounts(values, schema, realm)))


def _accounts(values: Values, schema: Schema, realm: str) -> Iterable[str]:
    for name, attributes in schema.attributes.items():
        if not name.startswith(ACCOUNT):
            continue
        kind = name.removeprefix(ACCOUNT)
        there = (values[one.lower()] for one in attributes if values.get(one.lower()))
        for value in next(there, ()):
            if value.strip():
                yield f"uid:{realm}/{value}" if kind == "uid" else f"{kind}:{value}"


def _first(values: Values, schema: Schema, field: str) -> str:
    for attribute in schema.attributes.get(field, ()):
        told = values.get(attribute.lower())
        if told and told[0].strip():
            if "\x00" in told[0]:
                raise IdentityError(f"{attribute} holds a NUL")
            return told[0].strip()
    return ""


def _disabled(values: Values, schema: Schema) -> bool:
    folded = {key.lower(): told for key, told in values.items()}
    told = _first(folded, schema, "disabled")
    if told.isascii() and told.isdigit() and len(told) <= 10:
        return bool(int(told) & ACCOUNT_DISABLED)
    return told.lower() in ("true", "yes")


def _day(text: str) -> date | None:
    """A last or first day: a date, LDAP's generalised time, days since 1970 (shadowExpire), or
    Active Directory's ticks of 100 ns since 1601, where nought is never. Raises ValueError."""
    if not text or text in NEVER:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 20:
        digits = text[:8]
        generalised = digits.isdigit() and text[8:].strip("0123456789.Zz+-") == ""
        return date.fromisoformat(digits if generalised else text[:10])
    number = int(text)
    if number < 1_000_000:
        return EPOCH + timedelta(days=number)
    if len(text) == 8:
        return date.fromisoformat(text)
    return (FILETIME + timedelta(microseconds=number // 10)).date()


def _folded(name: str) -> str:
    return ",".join(part.strip() for part in name.lower().split(","))


def _with_manager(entry: Entry, ids: Mapping[str, str]) -> Entry:
    """A manager who is not among these people stays nameless: a name of an entry is no id."""
    named = entry.person.manager
    manager = ids.get(_folded(named), "" if "=" in named else named)
    return replace(entry, person=replace(entry.person, manager=manager))
