"""Values as forges write them: times of Ruby, addresses not told, labels by their paths."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from analytics.event import Context
from analytics.jsonlog import values
from analytics.jsonlog.values import (
    Payload,
    Row,
    at,
    canonical,
    first,
    known,
    labels,
    mapping,
    number,
    objects,
    text,
    written,
)

__all__ = [
    "Paths",
    "Payload",
    "Row",
    "at",
    "canonical",
    "email",
    "first",
    "known",
    "labels",
    "mapping",
    "number",
    "objects",
    "plausible",
    "text",
    "time_of",
    "written",
]

UNTOLD = "[REDACTED]"  # GitLab's word for an address that is not public
RUBY = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?) (UTC|[+-]\d{4})")


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
        value = f"{ruby[1]}{'+0000' if ruby[2] == 'UTC' else ruby[2]}"
    return values.time_of(value)


def plausible(value: Any, context: Context) -> datetime | None:
    """The time that a value tells, where it can be an event's."""
    time = time_of(value)
    return None if time is None or context.implausible(time) else time


class Paths:
    """Names for what stands at dotted paths; fast where most of a payload's parts are missing."""

    def __init__(self, paths: Mapping[str, str]) -> None:
        self._by_part: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
        for name, path in paths.items():
            part, *rest = path.split(".")
            self._by_part.setdefault(part, []).append((name, tuple(rest)))

    def of(self, payload: Payload) -> dict[str, Any]:
        """What the payload has of these, by their names; absent ones are left out."""
        found: dict[str, Any] = {}
        for part, wanted in self._by_part.items():
            outer = payload.get(part)
            if outer is None:
                continue
            for name, rest in wanted:
                value = outer
                for inner in rest:
                    value = value.get(inner) if isinstance(value, dict) else None
                found[name] = value
        return found
