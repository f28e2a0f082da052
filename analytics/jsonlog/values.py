"""Values out of a log's JSON, none of which can be trusted to be what it should."""

from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from ipaddress import ip_address
from typing import Any

import orjson

from analytics.event import readable

Payload = Mapping[str, Any]
Row = Mapping[str, Any]
LONGEST_LABEL = 1024  # characters
MOST_LABELS = 64
LARGEST = 1 << 63
LATEST = 10_000_000_000  # seconds: the year 2286
UNITS = (1_000_000_000, 1_000_000, 1_000)


def mapping(value: Any) -> Payload:
    """The object itself, an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def objects(value: Any) -> list[Payload]:
    """The objects of a list, none for anything else."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def text(value: Any) -> str | None:
    """A text that is not empty, fit to be stored."""
    if not value or not isinstance(value, str):
        return None
    return value if value.isascii() and "\x00" not in value else readable(value)


def number(value: Any) -> int | None:
    """A whole number of 64 bits, also where it is written as text."""
    if type(value) is int:
        return value if -LARGEST < value < LARGEST else None
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 19:
        return int(value)
    whole = isinstance(value, int) and not isinstance(value, bool)
    return value if whole and -LARGEST < value < LARGEST else None


def known(value: Any) -> str | None:
    """A number or a text as text."""
    found = number(value) if isinstance(value, int) else None
    return text(value) if found is None else str(found)


def at(payload: Payload, path: str) -> Any:
    """What stands at a dotted path, None where it ends early."""
    value: Any = payload
    for name in _steps(path):
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value


@lru_cache(maxsize=8192)
def _steps(path: str) -> list[str]:
    return path.split(".")


def first(payload: Payload, *paths: str) -> str | None:
    """The first text that stands at one of these dotted paths."""
    for path in paths:
        if found := text(at(payload, path)):
            return found
    return None


def time_of(value: Any, zone: tzinfo = UTC) -> datetime | None:
    """An ISO time, or seconds, milli-, micro- or nanoseconds since 1970, as UTC; else None.

    A time that names no zone is of `zone`.
    """
    if isinstance(value, str):
        return _time(value, zone)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        size = next((size for size in UNITS if abs(value) >= size // 1_000 * LATEST), 1)
        return datetime.fromtimestamp(value / size, UTC)
    except (ValueError, OverflowError, OSError):
        return None


@lru_cache(maxsize=8192)
def _time(value: str, zone: tzinfo) -> datetime | None:
    try:
        time = datetime.fromisoformat(value)
        return time.replace(tzinfo=time.tzinfo or zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def address(value: Any) -> str | None:
    """An internet address; without a port where one is written behind it."""
    told = text(value)
    return _address(told) if told else None


@lru_cache(maxsize=8192)
def _address(told: str) -> str | None:
    host, colon, port = told.rpartition(":")
    bare = (
        host.strip("[]")
        if colon and port.isdecimal() and (host[:1] == "[" or "." in host)
        else told
    )
    try:
        return str(ip_address(bare))
    except ValueError:
        return None


def canonical(value: Any, raw: bytes) -> bytes:
    """The same bytes for the same object however it was written; `raw` where it is too deep."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:
        return raw


def written(value: Any, otherwise: str) -> str:
    """A part of a document as text; `otherwise` where it is too deep or too large to write."""
    try:
        return readable(orjson.dumps(value))
    except orjson.JSONEncodeError:
        return otherwise


def labels(told: Payload) -> list[tuple[str, str]]:
    """What is told as labels: plain values, without those that are null or empty."""
    found = [
        (name if name.isascii() else readable(name)[:256], plain)
        for name, value in told.items()
        if (plain := label(value))
    ]
    return found[:MOST_LABELS]


def label(value: Any) -> str | None:
    """A value as a label's text, None where it is null or empty."""
    if value is None:
        return None
    if isinstance(value, str):
        return text(value[:LONGEST_LABEL])
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)[:LONGEST_LABEL]
    return written(value, "")[:LONGEST_LABEL] if value else None
