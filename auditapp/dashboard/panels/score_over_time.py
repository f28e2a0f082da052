"""Somebody's risk score at the end of each day."""

from django.urls import reverse

from analytics.risk.explain import shown
from auditapp.accounts.pseudonyms import reference
from auditapp.cases.models import ScoreRow
from auditapp.dashboard.asking import Asked, written
from auditapp.dashboard.panel import Drawing, Panel, Row
from auditapp.figures.scores import Point, score_line

SHOWN = 120


def draw(asked: Asked) -> Drawing:
    """The last scores as a line; each point leads to the reasons of its time."""
    points = _points(asked.person.id) if asked.person else []
    return Drawing(
        figure=score_line(points),
        columns=("as of (UTC)", "score", "level"),
        rows=[
            Row(
                cells=(f"{point.time:%Y-%m-%d %H:%M}", shown(point.score), point.level),
                link=point.link,
            )
            for point in points
        ],
    )


def _points(person: str) -> list[Point]:
    page = reverse("person", args=[reference(person)])
    rows = ScoreRow.objects.filter(person=person).order_by("-as_of").defer("reasons")[:SHOWN]
    return [
        Point(
            time=row.as_of,
            score=row.score,
            level=row.level,
            link=f"{page}?as_of={written(row.as_of)}#reasons",
        )
        for row in reversed(rows)
    ]


PANEL = Panel(
    name="score_over_time",
    title="Risk score over time",
    empty="This person has no score yet.",
    draw=draw,
)
