"""Colours that colour-blind people tell apart (Okabe and Ito), on light and on dark."""

from collections.abc import Iterable

FAMILIES: dict[str, str] = {
    "shell": "#0072b2",
    "git": "#e69f00",
    "scheduler": "#009e73",
    "huggingface": "#cc79a7",
    "artifact": "#b8a200",
    "context": "#7b61a8",
}
SEVERITIES: dict[str, str] = {
    "informational": "#8a94a3",
    "low": "#56b4e9",
    "medium": "#e69f00",
    "moderate": "#e69f00",
    "high": "#d55e00",
    "critical": "#c7256b",
}
KINDS: dict[str, str] = {
    "rule": "#d55e00",
    "sequence": "#c7256b",
    "isolation": "#e69f00",
    "review": "#009e73",
    "traces": "#7b61a8",
    "victims": "#b8a200",
    "commands": "#cc79a7",
    "anomaly": "#56b4e9",
}
"""Of reasons; in the order in which they lie on each other, what is only unusual on top."""
SERIES: tuple[str, ...] = (
    "#0072b2",
    "#e69f00",
    "#009e73",
    "#cc79a7",
    "#56b4e9",
    "#d55e00",
    "#8a94a3",
    "#b8a200",
    "#7b61a8",
)


def ordered(names: Iterable[str]) -> list[str]:
    """Each name once: families and severities in their own order, then the rest by name."""
    known = [*FAMILIES, *SEVERITIES]
    found = set(names)
    return [name for name in known if name in found] + sorted(found - set(known))


def colours(names: list[str]) -> dict[str, str]:
    """A colour for each name: its own where it has one, else the next of the series."""
    known = FAMILIES | SEVERITIES
    return {name: known.get(name, SERIES[n % len(SERIES)]) for n, name in enumerate(names)}
