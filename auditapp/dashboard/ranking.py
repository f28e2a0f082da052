"""Who needs attention, with what a row of the ranking shows."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from analytics.risk.explain import shown
from auditapp.accounts import pseudonyms
from auditapp.cases.models import ScoreRow
from auditapp.figures import spark
from auditapp.people.models import Person

TREND = timedelta(days=7)
SPARK = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """A person's row. `change` is against seven days before, None where there was no score yet;
    `points` draw the last thirty days, see figures.spark."""

    place: int
    row: ScoreRow
    reference: str
    name: str
    team: str
    role: str
    change: int | None
    points: str
    reason: dict[str, Any] | None

    @property
    def score(self) -> int:
        """As it is shown: whole points."""
        return shown(self.row.score)


def newest() -> datetime | None:
    """When the last scoring was, or None before the first."""
    return ScoreRow.objects.order_by("-as_of").values_list("as_of", flat=True).first()


def scored(as_of: datetime | None = None) -> QuerySet[ScoreRow]:
    """The scores of a scoring, of the last one where none is named, the highest first."""
    as_of = as_of or newest()
    rows = ScoreRow.objects.filter(as_of=as_of) if as_of else ScoreRow.objects.none()
    return rows.order_by("-score", "person")


def ranked(scores: Iterable[ScoreRow], *, first: int = 1) -> list[Ranked]:
    """Scores of one scoring as rows of the ranking; `first` is the place of the first."""
    rows = list(scores)
    if not rows:
        return []
    history = _history(rows[0].as_of, [row.person for row in rows])
    names = pseudonyms.shown_all(row.person for row in rows)
    people = Person.objects.in_bulk([row.person for row in rows])
    return [
        Ranked(
            place=place,
            row=row,
            reference=pseudonyms.reference(row.person),
            name=names[row.person],
            team=people[row.person].team if row.person in people else "",
            role=people[row.person].role if row.person in people else "",
            change=_change(row, history[row.person]),
            points=spark.path([score for _, score in history[row.person]]),
            reason=row.reasons[0] if row.reasons else None,
        )
        for place, row in enumerate(rows, start=first)
    ]


def _history(as_of: datetime, people: Iterable[str]) -> dict[str, list[tuple[datetime, float]]]:
    found: dict[str, list[tuple[datetime, float]]] = defaultdict(list)
    rows = ScoreRow.objects.filter(as_of__gte=as_of - SPARK, person__in=list(people))
    for person, time, score in rows.order_by("as_of").values_list("person", "as_of", "score"):
        found[person].append((time, score))
    return found


def _change(row: ScoreRow, history: list[tuple[datetime, float]]) -> int | None:
    before = [score for time, score in history if time <= row.as_of - TREND]
    return shown(row.score) - shown(before[-1]) if before else None
