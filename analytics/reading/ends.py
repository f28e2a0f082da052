"""Where values of JSON end, and where lists in them begin."""

import re
from typing import Any

import orjson

# A text, whole or not, or a bracket.
TOKEN = re.compile(rb'"[^"\\\r\n]*+(?:\\.[^"\\\r\n]*+)*("?+)|[{}\[\]]')
PAIRS = {b"}": b"{", b"]": b"["}


def opening_of(within: tuple[str, ...]) -> re.Pattern[bytes] | None:
    """What finds the beginning of a list with one of these names."""
    names = b"|".join(re.escape(name.encode()) for name in within)
    return re.compile(rb'"(?:%b)"[ \t\r\n]*+:[ \t\r\n]*+\[' % names) if within else None


def object_of(text: bytes) -> Any:
    """The value of a text, or None where it is none."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None


def refusal(text: bytes) -> orjson.JSONDecodeError | None:
    """What the parser says against a text."""
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError as error:
        return error
    return None


def valid(text: bytes) -> int:
    """How many of the first bytes are UTF-8."""
    try:
        text.decode()
    except UnicodeDecodeError as error:
        return error.start
    return len(text)


def closing(text: bytes, start: int, stop: int) -> tuple[int, bool | None]:
    """Whether the brackets that open at `start` close, and where that is known.

    None says that they may close behind `stop`.
    """
    opened: list[bytes] = []
    for match in TOKEN.finditer(text, start, stop):
        token = match[0]
        if token in b"{[":
            opened.append(token)
        elif token in PAIRS:
            if opened.pop() != PAIRS[token]:
                return match.end(), False
            if not opened:
                return match.end(), True
        elif not match[1]:  # a text without its end
            return match.end(), None if match.end() >= stop - 1 else False
    return stop, None
