"""Alerts as the page lists them: what is one group as one, with its first alert and its newest."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import (
    Case,
    Count,
    F,
    IntegerField,
    Max,
    Min,
    Q,
    QuerySet,
    Value,
    When,
    Window,
)
from django.db.models.functions import Coalesce, RowNumber

from auditapp.cases.models import Alert
from auditapp.dashboard.alerting import SEVERITIES, Shown, with_people

MEMBERS = 10  # of a group that are listed below it
STATES = tuple(Alert.State.values)
RANK = Case(
    *(When(severity=severity, then=Value(place)) for place, severity in enumerate(SEVERITIES)),
    default=Value(len(SEVERITIES)),
    output_field=IntegerField(),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Alerts that stand as one. `one` is the first of them that the choice holds; `members` are
    the newest of `times`, where there are several; `states` counts them where they differ."""

    one: Shown
    key: int
    times: int
    oldest: datetime
    newest: datetime
    states: str = ""
    members: list[Shown] = field(default_factory=list)


def groups(found: QuerySet[Alert], *, severest: bool, apart: bool) -> QuerySet[Any, dict[str, Any]]:
    """A row a group of these alerts, the newest or severest first; a row an alert where `apart`."""
    told = {state: Count("id", filter=Q(state=state)) for state in STATES}
    rows = (
        _headed(found, apart=apart)
        .values("head")
        .annotate(times=Count("id"), oldest=Min("time"), newest=Max("time"), rank=Min(RANK), **told)
    )
    order = ("rank", "-newest", "-head") if severest else ("-newest", "-head")
    ordered: QuerySet[Any, dict[str, Any]] = rows.order_by(*order)
    return ordered


def shown(rows: Iterable[Mapping[str, Any]], found: QuerySet[Alert], *, apart: bool) -> list[Group]:
    """Some of these rows as the page has them."""
    wanted = list(rows)
    first = _placed(found, wanted, "time", "id", most=1, apart=apart)
    several = [row for row in wanted if row["times"] > 1]
    newest = _placed(found, several, "-time", "-id", most=MEMBERS, apart=apart)
    ones = dict(zip(first, with_people(rows[0] for rows in first.values()), strict=True))
    flat = [(key, row) for key, rows in newest.items() for row in rows]
    members: dict[int, list[Shown]] = {}
    for (key, _), one in zip(flat, with_people(row for _, row in flat), strict=True):
        members.setdefault(key, []).append(one)
    return [
        Group(
            one=ones[row["head"]],
            key=row["head"],
            times=row["times"],
            oldest=row["oldest"],
            newest=row["newest"],
            states=_states(row),
            members=members.get(row["head"], []),
        )
        for row in wanted
        if row["head"] in ones  # one may have gone between the two questions
    ]


def _headed(found: QuerySet[Alert], *, apart: bool) -> QuerySet[Any]:
    head = F("id") if apart else Coalesce("lead_id", "id")
    return found.order_by().annotate(head=head)


def _placed(
    found: QuerySet[Alert],
    rows: Iterable[Mapping[str, Any]],
    *order: str,
    most: int,
    apart: bool,
) -> dict[int, list[Alert]]:
    """The first alerts of each of these groups, in that order."""
    heads = [row["head"] for row in rows]
    by = [F(name.lstrip("-")).desc() if name[0] == "-" else F(name).asc() for name in order]
    place = Window(RowNumber(), partition_by=[F("head")], order_by=by)
    headed = _headed(found, apart=apart).filter(head__in=heads).annotate(place=place)
    groups: dict[int, list[Any]] = {}
    for row in headed.filter(place__lte=most).prefetch_related("cases__case").order_by("place"):
        groups.setdefault(row.head, []).append(row)
    return groups


def _states(row: Mapping[str, Any]) -> str:
    told = [f"{row[state]:,} {state}" for state in STATES if row[state]]
    return ", ".join(told) if len(told) > 1 else ""
