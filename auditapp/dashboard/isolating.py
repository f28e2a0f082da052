"""Who touched what of whom in a period, and who could, as pages and the API show it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from analytics.findings import ReasonKind
from analytics.governance import isolation
from analytics.governance.isolation.exposure import EVERYBODY
from analytics.governance.ownership import TEAM
from auditapp.accounts import pseudonyms
from auditapp.cases.finding_rows import finding_of
from auditapp.cases.models import FindingRow
from auditapp.eventstore import store
from auditapp.people.directory import site


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What one person did to the things of one owner: how many on how many days.

    Persons are named as in addresses (`actor`, `owner`) and as they are shown; a team is
    `team:…` in both.
    """

    actor: str
    actor_name: str
    owner: str
    owner_name: str
    check: str
    title: str
    count: int
    days: int
    first: datetime
    last: datetime


def cells(since: datetime, until: datetime, most: int) -> list[Cell]:
    """The largest of them, for findings with since ≤ time ≤ until."""
    rows = FindingRow.objects.filter(
        kind=ReasonKind.ISOLATION.value, time__gte=since, time__lte=until
    )
    table = isolation.matrix(finding_of(row) for row in rows.iterator(2000)).slice(0, most)
    told = table.to_pylist()
    people = {row["actor"] for row in told} | {
        row["owner"] for row in told if not row["owner"].startswith(TEAM)
    }
    names = pseudonyms.shown_all(people)
    return [
        Cell(
            actor=_reference(row["actor"], people),
            actor_name=names[row["actor"]],
            owner=_reference(row["owner"], people),
            owner_name=names.get(row["owner"], row["owner"]),
            check=row["check"],
            title=_title(row["check"]),
            count=row["count"],
            days=row["days"],
            first=row["first"],
            last=row["last"],
        )
        for row in told
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Somebody who could touch what is another's: persons as they are shown, `who` and `owner` also
    a team or everybody; the event that says so."""

    who: str
    owner: str
    how: str
    where: str
    times: int
    last: datetime
    event: str


def reaches(since: datetime, until: datetime, most: int) -> list[Reach]:
    """The newest of them, as logs of that period tell."""
    table = isolation.exposure(since, until, site(), store()).slice(0, most)
    rows = table.to_pylist()
    named = {row[side] for row in rows for side in ("who", "owner")}
    people = {name for name in named if name != EVERYBODY and not name.startswith(TEAM)}
    names = pseudonyms.shown_all(people)
    shown = [
        row
        | {"who": names.get(row["who"], row["who"]), "owner": names.get(row["owner"], row["owner"])}
        for row in rows
    ]
    return [Reach(**row) for row in shown]


def narrowed(
    found: QuerySet[FindingRow], check: str, owner: str
) -> QuerySet[FindingRow] | Sequence[FindingRow]:
    """Findings of that check, and of them those that touched something of that owner, named as
    in `Cell.owner`; an empty text narrows nothing."""
    if check:
        found = found.filter(finding=check)
    if not owner:
        return found
    person = pseudonyms.dereference(owner)
    wanted = person.id if person else owner if owner.startswith(TEAM) else None
    return [row for row in found if wanted in {name for name, _ in row.owners}]


def _reference(name: str, people: set[str]) -> str:
    return pseudonyms.reference(name) if name in people else name


def _title(check: str) -> str:
    act = isolation.CHECKS.get(check)
    return act.title if act else check
