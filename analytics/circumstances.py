"""What a site knows besides its people: hosts, duty, leave, incidents and its watch-list."""

from dataclasses import dataclass
from datetime import datetime

from analytics import moments, tables
from analytics.tables import Row, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """A machine, the log sources that it should send, and the realm of its numeric ids."""

    name: str
    address: str = ""
    kind: str = ""
    sources: tuple[str, ...] = ()
    realm: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From `since` (inclusive) to `until` (exclusive, None: still), UTC."""

    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence(Span):
    """Somebody is on leave."""

    person: str
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty(Span):
    """Somebody is on call."""

    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Somebody needs care: a leaver, somebody privileged, a grievance noted. As a Span, and
    without a start it always held."""

    person: str
    reason: str
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident(Span):
    """Something went wrong for everybody."""

    id: str
    title: str
    host: str = ""


def hosts_of(text: str) -> Table[Host]:
    """The rows of a hosts.csv; its `sources` stand between spaces or semicolons."""
    return tables.read(text, {"host"}, _host)


def duties_of(text: str) -> Table[Duty]:
    """The rows of an oncall.csv. Of a day named as the end, all of it belongs to the duty."""
    return tables.read(text, {"person", "start", "end"}, _duty)


def absences_of(text: str) -> Table[Absence]:
    """The rows of a leave.csv."""
    return tables.read(text, {"person", "start", "end"}, _absence)


def watches_of(text: str) -> Table[Watch]:
    """The rows of a watchlist.csv; without a start it always held, without an end it still does."""
    return tables.read(text, {"person", "reason"}, _watch)


def incidents_of(text: str) -> Table[Incident]:
    """The rows of an incidents.csv; without an id, its time and title tell one from others."""
    return tables.read(text, {"start", "title"}, _incident)


def _host(row: Row) -> Host:
    return Host(
        name=_named(row, "host"),
        address=row.get("address", ""),
        kind=row.get("kind", ""),
        sources=tuple(dict.fromkeys(row.get("sources", "").replace(";", " ").split())),
        realm=row.get("realm", ""),
    )


def _watch(row: Row) -> Watch:
    if not row["reason"]:
        raise ValueError("somebody is watched without a reason")
    since = moments.moment(row.get("start"))
    return Watch(person=_named(row), reason=row["reason"], since=since, until=_end(row, since))


def _incident(row: Row) -> Incident:
    title = _named(row, "title")
    number = row.get("id") or row.get("incident") or f"{row['start']} {title}"
    since = _start(row)
    return Incident(
        id=number, title=title, host=row.get("host", ""), since=since, until=_end(row, since)
    )


def _absence(row: Row) -> Absence:
    since, kind = _start(row), row.get("kind", "")
    return Absence(person=_named(row), kind=kind, since=since, until=_end(row, since))


def _duty(row: Row) -> Duty:
    since = _start(row)
    return Duty(person=_named(row), since=since, until=_end(row, since))


def _named(row: Row, column: str = "person") -> str:
    if not row[column]:
        raise ValueError(f"no {column}")
    return row[column]


def _start(row: Row) -> datetime:
    since = moments.moment(row["start"])
    if since is None:
        raise ValueError("no start")
    return since


def _end(row: Row, since: datetime | None) -> datetime | None:
    until = moments.moment(row.get("end"), ends=True)
    if since and until and until <= since:
        raise ValueError("it ends before it starts")
    return until
