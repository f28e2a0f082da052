"""Somebody's risk score at the end of each day."""

from collections import Counter

from django.urls import reverse

from analytics.risk.explain import shown
from auditapp.accounts.pseudonyms import reference
from auditapp.cases.models import ScoreRow
from auditapp.dashboard.asking import Asked, written
from auditapp.dashboard.panel import Drawing, Panel, Row
from auditapp.figures.scores import Point, made_of, score_line

SHOWN = 120


def draw(asked: Asked) -> Drawing:
    """The last scores as a line over what makes them; each point leads to its reasons."""
    points = _points(asked.person.id) if asked.person else []
    return Drawing(
        figure=score_line(points),
        columns=("as of (UTC)", "score", "level", "made of"),
        rows=[
            Row(
                cells=(
                    f"{point.time:%Y-%m-%d %H:%M}",
                    shown(point.score),
                    point.level,
                    ", ".join(made_of(point)),
                ),
                link=point.link,
            )
            for point in points
        ],
    )


def _points(person: str) -> list[Point]:
    page = reverse("person", args=[reference(person)])
    rows = ScoreRow.objects.filter(person=person).order_by("-as_of")[:SHOWN]
    return [
        Point(
            time=row.as_of,
            score=row.score,
            level=row.level,
            link=f"{page}?as_of={written(row.as_of)}#reasons",
            parts=_parts(row),
        )
        for row in reversed(rows)
    ]


def _parts(row: ScoreRow) -> dict[str, float]:
    """The score by kind of reason, in proportion to what each reason counts: a floor, chains of
    tactics and watch-lists raise all alike."""
    counted: Counter[str] = Counter()
    for reason in row.reasons:
        counted[reason["kind"]] += reason.get("counted", 0.0)
    whole = counted.total()
    return {kind: row.score * part / whole for kind, part in counted.items() if part}


PANEL = Panel(
    name="score_over_time",
    title="Risk score over time",
    empty="This person has no score yet.",
    draw=draw,
)
