"""When somebody was active, in each family of logs, and when alerts were raised."""

from collections.abc import Sequence

from analytics.fields import FAMILIES
from auditapp.dashboard.alerting import alerts_of, event_link
from auditapp.dashboard.asking import Asked
from auditapp.dashboard.counting import bar_rows, bar_width, bars_by
from auditapp.dashboard.panel import Drawing, Panel, Row
from auditapp.figures.lanes import Mark, lanes


def draw(asked: Asked) -> Drawing:
    """A lane a family; each bar leads to its events, each mark to the event of its alert."""
    bars, marks = bars_by(asked, "event.module"), _marks(asked)
    return Drawing(
        figure=lanes(bars, marks, families=FAMILIES, width=bar_width(asked)),
        columns=("from (UTC)", "lane", "events"),
        rows=[*bar_rows(bars), *_mark_rows(marks)],
    )


def _marks(asked: Asked) -> list[Mark]:
    if asked.person is None:
        return []
    found = alerts_of(asked.person.id).shown()
    if asked.since:
        found = found.filter(time__gte=asked.since)
    if asked.until:
        found = found.filter(time__lt=asked.until)
    return [
        Mark(time=row.time, severity=row.severity, title=row.title, link=event_link(row))
        for row in found[:500]
    ]


def _mark_rows(marks: Sequence[Mark]) -> list[Row]:
    return [
        Row(
            cells=(f"{mark.time:%Y-%m-%d %H:%M}", f"alert, {mark.severity}: {mark.title}", 1),
            link=mark.link,
        )
        for mark in marks
    ]


PANEL = Panel(
    name="activity_lanes",
    title="Activity in shell, git, scheduler and Hugging Face",
    empty="No events and no alerts in this time.",
    draw=draw,
)
