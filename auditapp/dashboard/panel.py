"""What a panel is: one figure with its table, made from what the address asks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import plotly.graph_objects as go

from analytics.plugins import discover
from auditapp.dashboard.asking import Asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of the table beneath a figure, and the address of what stands behind it."""

    cells: tuple[str | int | float, ...]
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A figure and the same as a table. `narrow` is the address that a brushed time span is added
    to, where brushing makes sense. Without rows there is nothing to see and no figure is shown."""

    figure: go.Figure
    columns: tuple[str, ...]
    rows: Sequence[Row]
    narrow: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A figure on some page. Its file name is its name; `empty` is said where there is no data."""

    name: str
    title: str
    empty: str
    draw: Callable[[Asked], Drawing]


@cache
def panels() -> dict[str, Panel]:
    """All panels by name. Raises PluginError for a module that is none."""
    from auditapp.dashboard import panels as package

    return discover(package, "PANEL", Panel)
