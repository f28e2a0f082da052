"""Records in the envelopes of services that pass them on: event buses, log groups, collectors."""

from collections.abc import Iterator
from typing import Any

import orjson

from analytics.jsonlog.values import Payload, mapping
from analytics.reading import sampled

SHIPPED = frozenset({"@timestamp", "__REALTIME_TIMESTAMP"})
TEXTS = ("message", "log")


def carried(value: Any, *names: str) -> Payload:
    """What stands under the first of these names that has an object, or one as text; else itself.

    What is no object is an empty one.
    """
    outer = mapping(value)
    for name in names:
        inner = outer.get(name)
        if isinstance(inner, str) and inner[:1] == "{":
            try:
                inner = orjson.loads(inner)
            except orjson.JSONDecodeError:
                continue
        if isinstance(inner, dict):
            return inner
    return outer


def first_records(head: bytes, within: tuple[str, ...]) -> Iterator[Any]:
    """The first records of a log, also those in a list under one of these names.

    What a collector has read as text and gives a time of its own stays text: it is the
    collector's format, whatever the text says.
    """
    for value in sampled(head):
        listed = (mapping(value).get(name) for name in within)
        for item in next((items[:8] for items in listed if isinstance(items, list)), [value]):
            if SHIPPED.isdisjoint(mapping(item)):
                yield item
            else:
                yield {name: found for name, found in item.items() if name not in TEXTS}


def is_cut(head: bytes) -> bool:
    """Whether it is JSON of which not even the first value ends here."""
    return head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[") and not sampled(head)
