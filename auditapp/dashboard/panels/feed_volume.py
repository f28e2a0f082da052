"""How much came by each feed."""

from auditapp.dashboard.asking import Asked
from auditapp.dashboard.counting import bar_rows, bar_width, bars_by
from auditapp.dashboard.panel import Drawing, Panel
from auditapp.figures.bars import stacked


def draw(asked: Asked) -> Drawing:
    """Stacked bars by the events' own time; each leads to its events."""
    bars = bars_by(asked, "feed.id")
    return Drawing(
        figure=stacked(bars, width=bar_width(asked)),
        columns=("from (UTC)", "feed", "events"),
        rows=bar_rows(bars),
        narrow=asked.link(**{"range": None, "from": None, "to": None}),
    )


PANEL = Panel(
    name="feed_volume",
    title="Events over time, by feed",
    empty="No events in this time.",
    draw=draw,
)
