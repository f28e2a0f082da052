"""Alerts of Falco and Sysdig Secure about processes, containers, clusters; and sysdig's lines."""

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from analytics.event import Batch, Collector, Context, Source
from analytics.jsonlog.documents import batches
from analytics.reading import sampled
from analytics.sources.falco.rows import read

ALERT = frozenset({"output", "priority", "rule", "time", "output_fields"})
FORWARDED = frozenset({"timestamp", "content", "originator"})
LINE = frozenset({"evt.num", "evt.type"})
MARKS = tuple(
    re.compile(rb'"%s"\s*:' % name) for name in (b"output_fields", b"priority", b"rule", b"output")
)


def recognises(head: bytes, path: str) -> float:
    """By the names that an alert of Falco, a forwarded event or a line of sysdig has."""
    for value in sampled(head):
        if isinstance(value, dict):
            inner = value.get("data")
            first = inner[0] if isinstance(inner, list) and inner else value
            return 0.95 if isinstance(first, dict) and _is_ours(first) else 0.0
    return 0.9 if all(mark.search(head) for mark in MARKS) else 0.0


def _is_ours(value: dict[str, Any]) -> bool:
    names = value.keys()
    if names >= ALERT:
        return isinstance(value["output_fields"], dict | None)
    if names >= FORWARDED:
        return isinstance(value["content"], dict) and "machineId" in names | value["content"].keys()
    return names >= LINE and ("evt.outputtime" in names or "evt.time" in names)


def parse(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    """An event for each object."""
    return batches(stream, Collector(context, SOURCE), read, within=("data",))


SOURCE = Source(
    name="falco",
    family="shell",
    title="Falco alerts, Sysdig Secure events and sysdig lines",
    recognises=recognises,
    parse=parse,
)
