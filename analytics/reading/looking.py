"""What is in JSON: the first values of a log, and a value's leaves as flat text."""

import json
import re
from functools import lru_cache
from typing import Any

import orjson

from analytics.event import readable

SAMPLED = 8  # values of a head
BETWEEN_VALUES = re.compile(r"\s*")
BETWEEN_ITEMS = re.compile(r"[\s,\[]*")


@lru_cache(maxsize=8)  # every source is asked about the same head
def sampled(head: bytes) -> tuple[Any, ...]:
    """The first few JSON values at the beginning of a log, to tell by them what it is.

    Of JSON lines one a line, of an array its items, of one object itself; none where the head
    is no JSON or ends before the first value does. For looking only: all callers share them.
    """
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start[:1] not in (b"{", b"["):
        return ()
    text = start.decode("utf-8", "replace")
    between = BETWEEN_ITEMS if text[0] == "[" else BETWEEN_VALUES
    decoder = json.JSONDecoder()
    values: list[Any] = []
    place = 0
    while len(values) < SAMPLED:
        try:
            value, place = decoder.raw_decode(text, _after(between, text, place))
        except (ValueError, RecursionError):
            break
        values.append(value)
    return tuple(values)


def behind_cut(head: bytes) -> bytes:
    """What stands behind the first line, if that is no JSON and an object is the second one."""
    first, _, rest = head.partition(b"\n")
    second = rest.partition(b"\n")[0].strip()
    if second[:1] != b"{" or not _is_json(second) or _is_json(first):
        return b""
    return rest


def _is_json(text: bytes) -> bool:
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return True


def _after(between: re.Pattern[str], text: str, place: int) -> int:
    match = between.match(text, place)
    return match.end() if match else place


def leaves(value: Any, prefix: str = "", most: int = 64) -> dict[str, str]:
    """What is in a JSON value as text by dotted names, at most `most` of them, without nulls.

    A list of plain values is one text; texts are cut at 1,024 characters.
    """
    found: dict[str, str] = {}
    waiting: list[tuple[str, Any]] = [(prefix, value)]
    while waiting and len(found) < most:
        name, value = waiting.pop()
        if isinstance(value, dict):
            inner = [(f"{name}.{key}" if name else str(key), item) for key, item in value.items()]
            waiting.extend(reversed(inner[:most]))
        elif isinstance(value, list) and any(isinstance(item, dict | list) for item in value):
            inner = [(f"{name}.{number}", item) for number, item in enumerate(value[:most])]
            waiting.extend(reversed(inner))
        elif value is not None:
            found[readable(name)[:256] or "value"] = _plain_text(value)
    return found


def _plain_text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_plain_text(item) for item in value[:64])[:1024]
    if isinstance(value, bool):
        return "true" if value else "false"
    return readable(str(value)[:1024])
