"""Groups of alerts: what one act raised again and again is shown, told and counted as one."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

BY = ("actor.account",)
WITHIN = timedelta(hours=1)
LONGEST = timedelta(days=1)  # a group lies within one day
SPAN = re.compile(r"(\d{1,5})([smhd])")
UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


def span_of(text: str) -> timedelta | None:
    """A length of time such as 30m or 1h, up to a day; None where it is none."""
    match = SPAN.fullmatch(text)
    if not match:
        return None
    length = timedelta(seconds=int(match[1]) * UNITS[match[2]])
    return length if length <= LONGEST else None


def firsts(times: Sequence[datetime], within: Sequence[timedelta]) -> list[int]:
    """For each alert of one kind and day, in order of time, the place of its group's first one.

    A group goes on while no more than an alert's own `within` lies between it and the one before.
    """
    places: list[int] = []
    for place, (time, length) in enumerate(zip(times, within, strict=True)):
        alike = place > 0 and time - times[place - 1] <= length
        places.append(places[-1] if alike else place)
    return places
