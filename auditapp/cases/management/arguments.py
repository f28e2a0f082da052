"""Arguments that several commands take."""

import argparse
import re
from datetime import UTC, datetime, timedelta

SPAN = re.compile(r"(\d{1,5})([hdw])")
HOURS = {"h": 1, "d": 24, "w": 168}


def moment(text: str) -> datetime:
    """A time as `2026-03-01`, `2026-03-01T12:00`, with zone or else UTC; or `7d` ago."""
    if span := SPAN.fullmatch(text):
        return datetime.now(UTC) - timedelta(hours=int(span[1]) * HOURS[span[2]])
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        message = f"{text!r} is no time; write 2026-03-01, 2026-03-01T12:00Z or 7d"
        raise argparse.ArgumentTypeError(message) from None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def positive(text: str) -> int:
    """A whole number above 0."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number above 0")
    return int(text)
