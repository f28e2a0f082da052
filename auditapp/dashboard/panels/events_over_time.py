"""Events over time, by log source."""

from auditapp.dashboard.asking import Asked
from auditapp.dashboard.counting import bar_rows, bar_width, bars_by
from auditapp.dashboard.panel import Drawing, Panel
from auditapp.figures.bars import stacked


def draw(asked: Asked) -> Drawing:
    """Stacked bars of an hour or a day; each leads to its events, a brushed span narrows."""
    bars = bars_by(asked, "event.dataset")
    span = (asked.since, asked.until or asked.now) if asked.since else None
    return Drawing(
        figure=stacked(bars, width=bar_width(asked), span=span),
        columns=("from (UTC)", "source", "events"),
        rows=bar_rows(bars),
        narrow=asked.link(**{"range": None, "from": None, "to": None}),
    )


PANEL = Panel(
    name="events_over_time",
    title="Events over time, by source",
    empty="No events in this time.",
    draw=draw,
)
