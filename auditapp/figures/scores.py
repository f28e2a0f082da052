"""A risk score over time, the kinds of reasons that it is made of, and the bands of its levels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import plotly.graph_objects as go

from analytics.risk.explain import shown
from auditapp.figures.layout import layout
from auditapp.figures.palette import KINDS

LINE = "#0072b2"
BANDS: tuple[tuple[int, str], ...] = (
    (20, "low"),
    (40, "moderate"),
    (70, "high"),
    (90, "critical"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A score at a time (UTC), the address of its reasons, and how much of it each kind of reason
    makes; together these are the score."""

    time: datetime
    score: float
    level: str
    link: str
    parts: Mapping[str, float] = field(default_factory=dict)


def score_line(points: Sequence[Point], *, height: int = 260) -> go.Figure:
    """A line from 0 to 100 over the layers it is made of; each point leads to the reasons of its
    time."""
    figure = go.Figure(layout=layout(height=height))
    times = [point.time.strftime("%Y-%m-%dT%H:%M:%S") for point in points]
    for kind in (one for one in KINDS if any(one in point.parts for point in points)):
        figure.add_scatter(
            name=kind,
            x=times,
            y=[round(point.parts.get(kind, 0.0), 1) for point in points],
            stackgroup="parts",
            mode="lines",
            line={"width": 0, "shape": "hv", "color": KINDS[kind]},
            hoverinfo="skip",  # the line says it, and leads on
        )
    figure.add_scatter(
        name="score",
        showlegend=False,
        x=times,
        y=[round(point.score, 1) for point in points],
        text=["<br>".join((f"{shown(one.score)} · {one.level}", *made_of(one))) for one in points],
        customdata=[point.link for point in points],
        mode="lines+markers",
        line={"color": LINE, "width": 2, "shape": "hv"},
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


def made_of(point: Point) -> list[str]:
    """The kinds of its reasons with their points, the most first."""
    parts = sorted(point.parts.items(), key=lambda part: -part[1])
    return [f"{kind} {shown(part)}" for kind, part in parts]
