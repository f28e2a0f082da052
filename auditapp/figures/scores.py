"""A risk score over time, with the bands of its levels."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import plotly.graph_objects as go

from analytics.risk.explain import shown
from auditapp.figures.layout import layout

BANDS: tuple[tuple[int, str], ...] = (
    (20, "low"),
    (40, "moderate"),
    (70, "high"),
    (90, "critical"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A score at a time (UTC) and the address of its reasons."""

    time: datetime
    score: float
    level: str
    link: str


def score_line(points: Sequence[Point], *, height: int = 220) -> go.Figure:
    """A line from 0 to 100; each point leads to the reasons of its time."""
    figure = go.Figure(layout=layout(height=height, showlegend=False))
    figure.add_scatter(
        x=[point.time.strftime("%Y-%m-%dT%H:%M:%S") for point in points],
        y=[round(point.score, 1) for point in points],
        text=[f"{shown(point.score)} · {point.level}" for point in points],
        customdata=[point.link for point in points],
        mode="lines+markers",
        line={"color": "#0072b2", "width": 2, "shape": "hv"},
        marker={"size": 7},
        hovertemplate="%{x|%Y-%m-%d %H:%M}<br>%{text}<extra></extra>",
    )
    for value, name in BANDS:
        figure.add_hline(
            y=value,
            line={"width": 1, "dash": "dot", "color": "#8a94a3"},
            annotation={"text": name, "font": {"size": 10}, "xanchor": "right"},
            annotation_position="top right",
        )
    figure.update_yaxes(range=[0, 103], fixedrange=True)
    return figure
