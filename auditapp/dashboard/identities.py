"""People and their accounts as pages list them: who works there, with what, and since when."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db.models import Q

from analytics.identity import Directory, Person, Use
from analytics.moments import midnight
from auditapp.accounts import pseudonyms
from auditapp.people.directory import directory
from auditapp.people.models import (
    AccountDay,
    AccountLink,
    DutyRow,
    IdentityChange,
    LeaveRow,
    UnixGroupRow,
    WatchRow,
)

NEW = timedelta(days=30)
WIDTH = 100.0
STATES = ("working", "joiners", "movers", "leavers", "left")
MOST_DAYS = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A person in the list. `uses` counts the accounts by use."""

    reference: str
    name: str
    person: Person
    manager: tuple[str, str] | None
    uses: Mapping[str, int]
    state: str


def listed(given: Mapping[str, str], today: date) -> list[Listed]:
    """The people that the address asks for, by what they are called."""
    known = directory()
    moved = {one.person for one in known.positions if one.until > today - NEW}
    chosen = [
        person for person in known.people.values() if _asked(person, given, known, moved, today)
    ]
    managers = {one.manager for one in chosen if one.manager in known.people}
    names = pseudonyms.shown_all({*(one.id for one in chosen), *managers})
    rows = [
        Listed(
            reference=pseudonyms.reference(one.id),
            name=names[one.id],
            person=one,
            manager=(pseudonyms.reference(one.manager), names[one.manager])
            if one.manager in managers
            else None,
            uses=_uses(one, known),
            state=_state(one, moved, today),
        )
        for one in chosen
    ]
    return sorted(rows, key=lambda row: (row.name.casefold(), row.reference))


def _asked(
    person: Person, given: Mapping[str, str], known: Directory, moved: set[str], today: date
) -> bool:
    use, state = given.get("use"), given.get("state")
    return (
        given.get("team", person.team) == person.team
        and given.get("role", person.role) == person.role
        and (not use or use in _uses(person, known))
        and (not state or state in _states(person, moved, today))
    )


def _uses(person: Person, known: Directory) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for link in known.links_of(person.id):
        found[link.use.value] = found.get(link.use.value, 0) + 1
    return found


def _states(person: Person, moved: set[str], today: date) -> list[str]:
    found = ["working"] if person.works(today) else []
    if person.start and person.start > today - NEW:
        found.append("joiners")
    if person.id in moved:
        found.append("movers")
    if person.end and today <= person.end:
        found.append("leavers")
    if person.end and person.end < today:
        found.append("left")
    return found


def _state(person: Person, moved: set[str], today: date) -> str:
    """The most telling one, in a word."""
    words = {"left": "left", "leavers": "leaves", "joiners": "new", "movers": "moved"}
    states = _states(person, moved, today)
    return next((word for state, word in words.items() if state in states), "")


def everybody() -> list[tuple[str, str]]:
    """Reference and name of everybody, to choose from."""
    known = directory()
    names = pseudonyms.shown_all(known.people)
    pairs = [(pseudonyms.reference(person), names[person]) for person in known.people]
    return sorted(pairs, key=lambda pair: (pair[1].casefold(), pair[0]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A stretch of a time line, in hundredths of its length."""

    x: float
    width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One account of a person over time: while it is theirs, and on which days it was seen."""

    link: AccountLink
    bar: Bar
    seen: Sequence[Bar]
    events: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeLine:
    """The accounts of a person on one scale, from `start` to `end`."""

    start: date
    end: date
    lines: Sequence[Line]


def time_line(person: Person, today: date, *, with_activity: bool) -> TimeLine:
    """The accounts, those that still hold first; days on which they were seen only where the
    reader may know of activity."""
    links = list(AccountLink.objects.filter(person_id=person.id).order_by("account", "since"))
    links.sort(key=lambda link: link.until is not None)
    days = _days([link.account for link in links]) if with_activity else {}
    known = [day for found in days.values() for day, _ in found]
    bounds = [time.date() for link in links for time in (link.since, link.until) if time]
    start = min([*known, *bounds, *([person.start] if person.start else []), today - NEW])
    end = max([*known, *(day for day in bounds if day < today + NEW), today]) + timedelta(days=1)
    lines = []
    for link in links:
        seen = [pair for pair in days.get(link.account, ()) if _within(link, pair[0])]
        lines.append(
            Line(
                link=link,
                bar=_bar(link.since, link.until, start, end),
                seen=[_bar_of_day(day, start, end) for day, _ in seen],
                events=sum(events for _, events in seen),
            )
        )
    return TimeLine(start=start, end=end, lines=lines)


def _days(accounts: Iterable[str]) -> Mapping[str, list[tuple[date, int]]]:
    found: dict[str, list[tuple[date, int]]] = {}
    rows = AccountDay.objects.filter(account__in=set(accounts), acted=True).order_by("-day")
    for account, day, events in rows.values_list("account", "day", "events")[:MOST_DAYS]:
        found.setdefault(account, []).append((day, events))
    return found


def _within(link: AccountLink, day: date) -> bool:
    return (link.since is None or link.since.date() <= day) and (
        link.until is None or midnight(day) < link.until
    )


def _bar(since: datetime | None, until: datetime | None, start: date, end: date) -> Bar:
    first, last = midnight(start), midnight(end)
    left = min(max(since or first, first), last)
    right = min(max(until or last, left), last)
    length = (last - first).total_seconds()
    return Bar(
        x=round((left - first).total_seconds() / length * WIDTH, 2),
        width=round(max((right - left).total_seconds() / length * WIDTH, 0.3), 2),
    )


def _bar_of_day(day: date, start: date, end: date) -> Bar:
    return _bar(midnight(day), midnight(day + timedelta(days=1)), start, end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What else is known of a person: care, leave, duty, newest first, and groups."""

    watches: Sequence[WatchRow]
    leaves: Sequence[LeaveRow]
    duties: Sequence[DutyRow]

    @property
    def anything(self) -> bool:
        """Whether there is any."""
        return bool(self.watches or self.leaves or self.duties)


def circumstances_of(person: str, now: datetime, most: int = 4) -> Circumstances:
    """What holds now or held last; what is over for more than a year is left out."""
    recent = Q(until=None) | Q(until__gte=now - timedelta(days=365))
    return Circumstances(
        watches=list(WatchRow.objects.filter(recent, person=person)[:most]),
        leaves=list(LeaveRow.objects.filter(recent, person=person)[:most]),
        duties=list(DutyRow.objects.filter(recent, person=person)[:most]),
    )


def groups_of(known: Directory, person: str) -> list[str]:
    """The unix groups that name one of the person's logins, as realm and name."""
    logins = {
        link.account.partition(":")[2]
        for link in known.links_of(person)
        if link.account.startswith("unix:") and link.use in (Use.PERSONAL, Use.AGENT)
    }
    rows = UnixGroupRow.objects.order_by("realm", "name")
    return [f"{row.name} ({row.realm})" for row in rows if logins & set(row.members)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A change with the people it is about: reference (empty where they are gone) and name."""

    row: IdentityChange
    people: Sequence[tuple[str, str]]


def changes(rows: Iterable[IdentityChange]) -> list[Changed]:
    """The changes as pages show them."""
    listed = list(rows)
    known = directory().people
    names = pseudonyms.shown_all(id for row in listed for id in (row.person, row.other) if id)
    return [
        Changed(
            row=row,
            people=[
                (pseudonyms.reference(id) if id in known else "", names[id])
                for id in (row.other, row.person)
                if id
            ],
        )
        for row in listed
    ]


def today() -> date:
    """The day, UTC."""
    return datetime.now(UTC).date()
