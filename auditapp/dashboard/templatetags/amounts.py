"""How pages write spans of time and sizes."""

from datetime import datetime, timedelta

from django import template

register = template.Library()

UNITS = (("d", 86_400), ("h", 3600), ("min", 60), ("s", 1))
SIZES = ("B", "kB", "MB", "GB", "TB")


@register.filter
def span(length: float | timedelta | None) -> str:
    """A span of time in its two largest units: 3 d 4 h, 12 min, 0 s; a dash for none."""
    if length is None:
        return "–"
    seconds = length.total_seconds() if isinstance(length, timedelta) else length
    left, parts = round(abs(seconds)), []
    for unit, size in UNITS:
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count} {unit}")
        elif parts:
            break  # 3 d 5 s says more than is known
    said = " ".join(parts[:2]) or "0 s"
    return said if seconds >= -0.5 else f"−{said}"


@register.filter
def since(time: datetime | None, now: datetime) -> str:
    """How long ago a time is."""
    return span(now - time) if time else "–"


@register.filter
def size(count: float | None) -> str:
    """Bytes in a unit that reads well: 1.4 MB."""
    left = float(count or 0)
    for unit in SIZES[:-1]:
        if left < 999.5:
            return f"{left:.0f} {unit}" if unit == "B" or left >= 100 else f"{left:.1f} {unit}"
        left /= 1000
    return f"{left:.1f} {SIZES[-1]}"
