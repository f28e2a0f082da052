"""Counts over time as stacked bars; each bar leads somewhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import plotly.graph_objects as go

from auditapp.figures.layout import layout
from auditapp.figures.palette import colours, ordered
from auditapp.figures.text import plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """So many of one series from `time` on (UTC), and the address of what it counts."""

    time: datetime
    series: str
    count: int
    link: str


def stacked(
    bars: Sequence[Bar],
    *,
    width: timedelta,
    span: tuple[datetime, datetime] | None = None,
    height: int = 220,
) -> go.Figure:
    """Bars of that width, one colour a series; `span` fixes the time axis."""
    names = ordered(bar.series for bar in bars)
    palette = colours(names)
    figure = go.Figure(
        layout=layout(height=height, barmode="stack", bargap=0.08, dragmode="select")
    )
    for name in names:
        mine = [bar for bar in bars if bar.series == name]
        figure.add_bar(
            name=plain(name),
            x=[_axis(bar.time) for bar in mine],
            y=[bar.count for bar in mine],
            width=width.total_seconds() * 1000,
            offset=0,
            customdata=[bar.link for bar in mine],
            marker={"color": palette[name], "line": {"width": 0}},
            hovertemplate="%{x|%Y-%m-%d %H:%M}<br>%{y:,} " + "%{fullData.name}<extra></extra>",
        )
    if span:
        figure.update_xaxes(range=[_axis(span[0]), _axis(span[1])])
    figure.update_layout(showlegend=len(names) > 1, selectdirection="h")
    figure.update_yaxes(fixedrange=True)
    return figure


def _axis(time: datetime) -> str:
    """Without a zone: Plotly would shift it to the reader's."""
    return time.strftime("%Y-%m-%dT%H:%M:%S")
