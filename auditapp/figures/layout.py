"""What all figures share: a calm frame. The page adds its own text and line colours."""

from typing import Any


def layout(*, height: int = 220, **more: Any) -> dict[str, Any]:
    """A layout without background and margins wider than the labels need."""
    return {
        "template": "none",
        "height": height,
        "margin": {"l": 44, "r": 12, "t": 8, "b": 32},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": "system-ui, sans-serif", "size": 12},
        "hovermode": "closest",
        "legend": {
            "orientation": "h",
            "x": 0,
            "y": 1.02,
            "yanchor": "bottom",
            "traceorder": "normal",
        },
        "xaxis": {"type": "date", "showgrid": False, "automargin": True},
        "yaxis": {"rangemode": "tozero", "automargin": True, "zeroline": False},
        **more,
    }
