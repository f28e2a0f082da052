"""Values of a mapping file, each taken as what it must be or refused with its key."""

import re
from collections.abc import Collection, Mapping
from typing import Any

import re2

LONGEST_PATTERN = 10_000
MOST_MEMORY = 32 << 20  # of a compiled pattern


class Refusal(Exception):
    """A mapping file that cannot be used; the message begins with the key that is wrong."""


def table(value: Any, key: str, known: Collection[str] = ()) -> dict[str, Any]:
    """A mapping with names of which all are known, where any are said to be."""
    if not isinstance(value, Mapping):
        raise Refusal(f"{key}: must be a table of names and values")
    names = {str(name) for name in value}
    if known and names - set(known):
        wrong = ", ".join(sorted(names - set(known)))
        raise Refusal(f"{key}: does not know {wrong}; there are {', '.join(sorted(known))}")
    return {str(name): item for name, item in value.items()}


def text(value: Any, key: str, pattern: str = "(?s).+") -> str:
    """A text that matches."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Refusal(f"{key}: must be a text")
    if not re.fullmatch(pattern, str(value)):
        raise Refusal(f"{key}: {value!r} does not fit {pattern}")
    return str(value)


def texts(value: Any, key: str) -> tuple[str, ...]:
    """A list of texts; one text alone is a list of it."""
    if isinstance(value, str):
        return (text(value, key),)
    if not isinstance(value, list):
        raise Refusal(f"{key}: must be a list of texts")
    return tuple(text(item, f"{key}[{number}]") for number, item in enumerate(value))


def choice(value: Any, key: str, known: Collection[str]) -> str:
    """One of these."""
    if not isinstance(value, str) or value not in known:
        raise Refusal(f"{key}: must be one of {', '.join(known)}, not {value!r}")
    return value


def flag(value: Any, key: str) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise Refusal(f"{key}: must be true or false")
    return value


def pattern(value: Any, key: str) -> Any:
    """A compiled pattern that takes time in proportion to what it reads, whatever that is."""
    written = text(value, key)
    if len(written) > LONGEST_PATTERN:
        raise Refusal(f"{key}: is longer than {LONGEST_PATTERN} characters")
    options = re2.Options()
    options.log_errors = False
    options.max_mem = MOST_MEMORY
    try:
        return re2.compile(written, options)
    except re2.error as error:
        said = error.args[0] if error.args else error
        reason = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        raise Refusal(f"{key}: {reason}") from None
