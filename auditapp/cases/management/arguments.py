"""Arguments that several commands take."""

import argparse
import re
from datetime import UTC, datetime, timedelta

SPAN = re.compile(r"(\d{1,5})([hdw])")
HOURS = {"h": 1, "d": 24, "w": 168}
YEARS = range(1970, 2200)
LONGEST = timedelta(days=3660)
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def moment(text: str) -> datetime:
    """A time as `2026-03-01`, `2026-03-01T12:00`, with zone or else UTC; or `7d` ago."""
    if SPAN.fullmatch(text):
        return datetime.now(UTC) - span(text)
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        message = f"{text!r} is no time; write 2026-03-01, 2026-03-01T12:00Z or 7d"
        raise argparse.ArgumentTypeError(message) from None
    if time.year not in YEARS:
        raise argparse.ArgumentTypeError(f"{text!r} is not between 1970 and 2199")
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def span(text: str) -> timedelta:
    """A length of time such as 7d, 12h or 2w; at most ten years."""
    match = SPAN.fullmatch(text)
    if not match or not int(match[1]):
        raise argparse.ArgumentTypeError(f"{text!r} is no length of time; write 7d, 12h or 2w")
    length = timedelta(hours=int(match[1]) * HOURS[match[2]])
    if length > LONGEST:
        raise argparse.ArgumentTypeError(f"{text!r} is longer than ten years")
    return length


def positive(text: str) -> int:
    """A whole number above 0."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number above 0")
    return int(text)


def harmless(text: str) -> str:
    """One line for a terminal: control and direction characters, which could rewrite it, out."""
    return CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)
