"""Times of access logs as microseconds from 1970, each way of writing with its own reader."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache

EPOCH, MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec"
MINUTE = re.compile(r"(\d\d)/([A-Z][a-z]{2})/(\d{4}):(\d\d:\d\d):", re.ASCII)
OFFSET = re.compile(r" [+-]\d{4}", re.ASCII)
SECOND = {f"{second:02}": second * 1_000_000 for second in range(60)}
SECONDS = re.compile(r"(\d{1,12})(?:\.(\d{1,9}))?", re.ASCII)
MILLISECONDS = re.compile(r"\d{13}", re.ASCII)
COMPACT = re.compile(r"\d{14}", re.ASCII)
Clock = Callable[[str, tzinfo], int | None]


def microseconds(time: datetime) -> int:
    """From 1970 to a time with a zone."""
    return (time - EPOCH) // MICROSECOND


def iso(text: str, zone: tzinfo) -> int | None:
    """Of an ISO 8601 time; one that names no zone is in `zone`. None where there is no such."""
    try:
        time = datetime.fromisoformat(text)
        return microseconds(time if time.tzinfo else time.replace(tzinfo=zone))
    except (ValueError, OverflowError):
        return None


@lru_cache(maxsize=50_000)
def _minute(text: str, offset: str) -> int | None:
    match = MINUTE.fullmatch(text)
    if not match or not OFFSET.fullmatch(offset):
        return None
    day, month, year, clock = match.groups()
    return iso(f"{year}-{MONTHS.find(month) // 3 + 1:02}-{day}T{clock}{offset[1:]}", UTC)


def web(text: str, zone: tzinfo = UTC) -> int | None:
    """Of a web server's own way: 28/Feb/2026:09:14:02 +0100."""
    minute, second = _minute(text[:18], text[20:]), SECOND.get(text[18:20])
    return minute + second if minute is not None and second is not None else None


def seconds(text: str, zone: tzinfo = UTC) -> int | None:
    """Of seconds from 1970, with or without a fraction."""
    match = SECONDS.fullmatch(text)
    return int(match[1]) * 1_000_000 + int((match[2] or "0").ljust(6, "0")[:6]) if match else None


def milliseconds(text: str, zone: tzinfo = UTC) -> int | None:
    """Of thirteen digits, which count milliseconds from 1970."""
    return int(text) * 1_000 if MILLISECONDS.fullmatch(text) else None


def compact(text: str, zone: tzinfo) -> int | None:
    """Of digits only, from the year to the second, as old Artifactory writes them."""
    return iso(f"{text[:8]}T{text[8:]}", zone) if COMPACT.fullmatch(text) else None


def either(*clocks: Clock) -> Clock:
    """What the first of these clocks that can read it says."""

    def read(text: str, zone: tzinfo) -> int | None:
        found = (clock(text, zone) for clock in clocks)
        return next((time for time in found if time is not None), None)

    return read
