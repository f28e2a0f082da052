"""A line the size of a word, as an SVG path: needs no script and prints."""

from collections.abc import Sequence

WIDTH, HEIGHT, PADDING = 96, 22, 2


def path(values: Sequence[float], *, top: float = 100.0) -> str:
    """The `points` of a polyline in a box of WIDTH × HEIGHT; values from 0 to `top`. Empty for
    fewer than two values."""
    if len(values) < 2:
        return ""
    step = (WIDTH - 2 * PADDING) / (len(values) - 1)
    room = HEIGHT - 2 * PADDING
    points = (
        (PADDING + place * step, HEIGHT - PADDING - room * min(max(value / top, 0.0), 1.0))
        for place, value in enumerate(values)
    )
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
