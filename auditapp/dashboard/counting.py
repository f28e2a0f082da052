"""Events counted over time, each count with the address of what it counts."""

from collections.abc import Sequence
from datetime import timedelta

from auditapp.dashboard.asking import Asked, condition
from auditapp.dashboard.panel import Row
from auditapp.eventstore import store
from auditapp.figures.bars import Bar


def bar_width(asked: Asked) -> timedelta:
    """How long one bar lasts."""
    return timedelta(hours=1) if asked.interval == "hour" else timedelta(days=1)


def bars_by(asked: Asked, field: str) -> list[Bar]:
    """The asked events in bars, one series a value of the field."""
    width = bar_width(asked)
    counted = store().histogram(asked.question, interval=asked.interval, by=field).to_pylist()
    return [
        Bar(
            time=row["time"],
            series=row["value"] or "unknown",
            count=row["count"],
            link=asked.narrowed(
                row["time"],
                row["time"] + width,
                condition(field, row["value"]) if row["value"] else f"NOT {field}:*",
            ),
        )
        for row in counted
    ]


def bar_rows(bars: Sequence[Bar]) -> list[Row]:
    """The bars as lines of a table: time, series, count."""
    return [
        Row(cells=(f"{bar.time:%Y-%m-%d %H:%M}", bar.series, bar.count), link=bar.link)
        for bar in bars
    ]
