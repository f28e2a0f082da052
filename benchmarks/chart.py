"""Bars as an SVG file: for each of some sizes, several figures side by side."""

from collections.abc import Mapping, Sequence
from html import escape

WIDTH, LABEL, ROW, GAP = 720, 150, 22, 18
LONGEST = WIDTH - LABEL - 90
COLOURS = ("#2f6fb0", "#8a8f98", "#b0632f")
STYLE = (
    "text { font: 13px system-ui, sans-serif; fill: #20242b; }"
    "@media (prefers-color-scheme: dark) { text { fill: #e6e8eb; } }"
)


def bars(title: str, sizes: Mapping[str, Sequence[tuple[str, float, str]]]) -> str:
    """`sizes` has, by label, what each figure is called, its number and how it is written. Bars of
    the same name are as long as their numbers say; each name has a scale of its own."""
    largest: dict[str, float] = {}
    for figures in sizes.values():
        for name, number, _ in figures:
            largest[name] = max(largest.get(name, 0.0), number)
    drawn, y = [f'<text x="0" y="16" font-weight="bold">{escape(title)}</text>'], 34
    for label, figures in sizes.items():
        drawn.append(f'<text x="0" y="{y + 15}">{escape(label)}</text>')
        for place, (name, number, written) in enumerate(figures):
            long = max(1.0, LONGEST * number / largest[name])
            drawn.append(
                f'<rect x="{LABEL}" y="{y + 3}" width="{long:.1f}" height="{ROW - 6}" rx="2"'
                f' fill="{COLOURS[place]}"/>'
                f'<text x="{LABEL + long + 6:.1f}" y="{y + 15}">{escape(written)}</text>'
            )
            y += ROW
        y += GAP
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y}" width="{WIDTH}"'
        f' role="img" aria-label="{escape(title)}"><style>{STYLE}</style>{"".join(drawn)}</svg>\n'
    )
