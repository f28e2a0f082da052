"""One person's time: a lane of bars for each family of logs, and alerts as marks above them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from auditapp.figures.bars import Bar
from auditapp.figures.layout import layout
from auditapp.figures.palette import FAMILIES, SEVERITIES
from auditapp.figures.text import plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """An alert at a time (UTC) and its address."""

    time: datetime
    severity: str
    title: str
    link: str


def lanes(
    bars: Sequence[Bar], marks: Sequence[Mark], *, families: Sequence[str], width: timedelta
) -> go.Figure:
    """Lanes under one time axis; each lane has its own scale."""
    rows = len(families) + 1
    heights = [0.6, *([1.0] * len(families))]
    figure = make_subplots(
        rows=rows, cols=1, shared_xaxes=True, vertical_spacing=0.07, row_heights=heights
    )
    figure.update_layout(**layout(height=72 * rows + 30, bargap=0.08, showlegend=False))
    _marks(figure, marks)
    for number, family in enumerate(families, start=2):
        mine = [bar for bar in bars if bar.series == family]
        figure.add_bar(
            row=number,
            col=1,
            name=family,
            x=[bar.time.strftime("%Y-%m-%dT%H:%M:%S") for bar in mine],
            y=[bar.count for bar in mine],
            width=width.total_seconds() * 1000,
            offset=0,
            customdata=[bar.link for bar in mine],
            marker={"color": FAMILIES.get(family, "#8a94a3"), "line": {"width": 0}},
            hovertemplate="%{x|%Y-%m-%d %H:%M}<br>%{y:,} " + "%{fullData.name}<extra></extra>",
        )
        figure.update_yaxes(row=number, col=1, nticks=3)
    figure.update_xaxes(type="date", showgrid=True, automargin=True)
    figure.update_yaxes(rangemode="tozero", zeroline=True, fixedrange=True)
    figure.update_layout(margin={"l": 44, "r": 12, "t": 24, "b": 32})
    for axis, name in zip(figure.select_yaxes(), ("alerts", *families), strict=True):
        _title(figure, axis.domain[1], name)
    return figure


def _title(figure: go.Figure, top: float, name: str) -> None:
    """Names a lane above its left corner."""
    figure.add_annotation(
        text=plain(name),
        xref="paper",
        yref="paper",
        x=0,
        y=top,
        xanchor="left",
        yanchor="bottom",
        showarrow=False,
        font={"size": 11},
    )


def _marks(figure: go.Figure, marks: Sequence[Mark]) -> None:
    figure.add_scatter(
        row=1,
        col=1,
        name="alerts",
        mode="markers",
        x=[mark.time.strftime("%Y-%m-%dT%H:%M:%S") for mark in marks],
        y=[1] * len(marks),
        text=[plain(f"{mark.severity}: {mark.title}") for mark in marks],
        customdata=[mark.link for mark in marks],
        marker={
            "symbol": "diamond",
            "size": 10,
            "color": [SEVERITIES.get(mark.severity, "#8a94a3") for mark in marks],
        },
        hovertemplate="%{x|%Y-%m-%d %H:%M}<br>%{text}<extra></extra>",
    )
    figure.update_yaxes(row=1, col=1, range=[0, 2], showgrid=False, showticklabels=False)
