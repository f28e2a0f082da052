"""Values out of a forge's JSON, none of which can be trusted to be what it should."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import orjson

from analytics.event import Context, readable

Payload = Mapping[str, Any]
Row = Mapping[str, Any]
LONGEST_LABEL = 1024  # characters
MOST_LABELS = 64
LARGEST = 1 << 63
UNTOLD = "[REDACTED]"  # GitLab's word for an address that is not public
RUBY = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?) (UTC|[+-]\d{4})")


def mapping(value: Any) -> Payload:
    """The object itself, an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def objects(value: Any) -> list[Payload]:
    """The objects of a list, none for anything else."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def text(value: Any) -> str | None:
    """A text that is not empty, fit to be stored."""
    if not isinstance(value, str) or not value:
        return None
    return value if value.isascii() and "\x00" not in value else readable(value)


def number(value: Any) -> int | None:
    """A whole number of 64 bits, also where it is written as text."""
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
    for name in path.split("."):
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value


def first(payload: Payload, *paths: str) -> str | None:
    """The first text that stands at one of these dotted paths."""
    return next(filter(None, (text(at(payload, path)) for path in paths)), None)


def email(value: Any) -> str | None:
    """An e-mail address that is told."""
    return None if value == UNTOLD else text(value)


def time_of(value: Any) -> datetime | None:
    """Seconds since 1970, an ISO time or one as Ruby writes it, as UTC; None for anything else."""
    if isinstance(value, str):
        return _time(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        return None


@lru_cache(maxsize=4096)
def _time(value: str) -> datetime | None:
    ruby = RUBY.fullmatch(value)
    if ruby:
        zone = "+0000" if ruby[2] == "UTC" else ruby[2]
        value = f"{ruby[1]}{zone}"
    try:
        time = datetime.fromisoformat(value)
        return time.replace(tzinfo=time.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def plausible(value: Any, context: Context) -> datetime | None:
    """The time that a value tells, where it can be an event's."""
    time = time_of(value)
    return None if time is None or context.implausible(time) else time


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
    found = []
    for name, value in told.items():
        if value is None or value == "":
            continue
        if isinstance(value, str):
            plain = text(value[:LONGEST_LABEL]) or ""
        elif isinstance(value, bool):
            plain = "true" if value else "false"
        elif isinstance(value, int | float):
            plain = str(value)[:LONGEST_LABEL]
        elif value:
            plain = written(value, "")[:LONGEST_LABEL]
        else:
            continue
        if plain:
            found.append((name if name.isascii() else readable(name)[:256], plain))
    return found[:MOST_LABELS]
