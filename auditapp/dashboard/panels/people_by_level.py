"""How many people stood at which level at the end of each day."""

from datetime import timedelta
from urllib.parse import urlencode

from django.db.models import Count, QuerySet
from django.urls import reverse

from analytics.findings import Level
from auditapp.cases.models import ScoreRow
from auditapp.dashboard.asking import Asked, written
from auditapp.dashboard.panel import Drawing, Panel, Row
from auditapp.figures.bars import Bar, stacked

DAY = timedelta(days=1)


def draw(asked: Asked) -> Drawing:
    """Stacked bars of those above level none; each leads to the people it counts."""
    rows: QuerySet[ScoreRow] = ScoreRow.objects.exclude(level=Level.NONE)
    if asked.person:
        rows = rows.filter(person=asked.person.id)
    if asked.since:
        rows = rows.filter(as_of__gte=asked.since)
    if asked.until:
        rows = rows.filter(as_of__lt=asked.until)
    counted = rows.order_by("as_of").values("as_of", "level").annotate(count=Count("id"))
    people = reverse("people")
    bars = [
        Bar(
            time=row["as_of"] - DAY,  # the day that ended then
            series=row["level"],
            count=row["count"],
            link=f"{people}?{urlencode({'level': row['level'], 'as_of': written(row['as_of'])})}",
        )
        for row in counted
    ]
    return Drawing(
        figure=stacked(bars, width=DAY, height=180),
        columns=("until (UTC)", "level", "people"),
        rows=[
            Row(
                cells=(f"{bar.time + DAY:%Y-%m-%d %H:%M}", bar.series, bar.count),
                link=bar.link,
            )
            for bar in bars
        ],
    )


PANEL = Panel(
    name="people_by_level",
    title="People a day, by level of risk",
    empty="Nobody rose above level none in this time.",
    draw=draw,
)
