"""Who touched what of whom in a period, as the page and the API show it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from analytics.findings import ReasonKind
from analytics.governance import isolation
from analytics.governance.ownership import TEAM
from auditapp.accounts import pseudonyms
from auditapp.cases.assessment import finding_of
from auditapp.cases.models import FindingRow


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
