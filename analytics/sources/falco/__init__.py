"""Alerts of Falco and Sysdig Secure about processes, containers, clusters; and sysdig's lines."""

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from analytics.auditing.values import UNSET
from analytics.event import Batch, Collector, Context, Source
from analytics.jsonlog.documents import batches
from analytics.jsonlog.samples import Looks
from analytics.reading import sampled
from analytics.sources.falco.rows import FILES, NUMBERS, read

ALERT = frozenset({"output", "priority", "rule", "time", "output_fields"})
FORWARDED = frozenset({"timestamp", "content", "originator"})
LINE = frozenset({"evt.num", "evt.type"})
MARKS = tuple(
    re.compile(rb'"%s"\s*:' % name) for name in (b"output_fields", b"priority", b"rule", b"output")
)
IDENTITIES = ("user.uid", "user.loginuid")
WAYS = ("", "output_fields.", "content.fields.")  # to what was seen


def _seen(*names: str) -> tuple[str, ...]:
    return tuple(way + name for way in WAYS for name in names)


LOOKS = Looks(
    at=(
        *("rule", "priority", "source", "tags", "severity", "content.ruleName", "content.ruleTags"),
        *_seen("evt.type", "evt.res", "evt.info", "evt.arg.flags"),
    ),
    words={
        "*": "<NA>",
        **dict.fromkeys(_seen("container.id"), "host"),
        **dict.fromkeys(_seen(*IDENTITIES), "|".join(map(re.escape, sorted(UNSET)))),
    },
    times=(
        *("time", "timestamp", "timestampRFC3339Nano"),
        *("evt.outputtime", "evt.rawtime", "evt.time"),
    ),
    counts=_seen(*NUMBERS, *IDENTITIES),
    parts=dict.fromkeys(_seen(*FILES), ("/{*}",))
    | dict.fromkeys(_seen("fd.name"), ("/{*}", "{address}:{port}->{address}:{port}")),
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
    return batches(stream, Collector(context, SOURCE), read, within=("data",), looks=LOOKS)


SOURCE = Source(
    name="falco",
    family="shell",
    title="Falco alerts, Sysdig Secure events and sysdig lines",
    recognises=recognises,
    parse=parse,
)
