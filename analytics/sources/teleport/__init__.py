"""Teleport's audit log: sign-ins, sessions, commands, files, clusters, databases, rights."""

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from analytics.event import Batch, Collector, Context, Source
from analytics.jsonlog.documents import batches
from analytics.jsonlog.samples import Looks
from analytics.reading import sampled
from analytics.sources.teleport.people import HOST, OWN
from analytics.sources.teleport.rows import read

CODE = re.compile(r"[A-Z]{1,12}\d{1,5}[IWE]", re.ASCII)
NAMES = frozenset({"event", "code", "time"})
BESIDE = frozenset({"uid", "ei", "cluster_name", "user"})
BEGUN = re.compile(rb'"code"\s*:\s*"T[A-Z]{0,11}\d{1,5}[IWE]"')
MARKS = tuple(re.compile(rb'"%s"\s*:' % name) for name in (b"event", b"time", b"uid"))

NOBODY = "|".join([HOST.pattern, *sorted(OWN)])  # users that are no persons
JOINED = "[^/~](?s:.*)"  # paths that are joined with the working directory
LOOKS = Looks(
    at=(
        *("event", "code", "exitCode", "exit_code", "return_code", "response_code", "status_code"),
        *("flags", "action", "user_kind", "success", "working_directory"),
    ),
    words=dict.fromkeys(("user", "impersonator", "identity.user", "reviewer"), NOBODY)
    | {"path": JOINED},
    signs={"user": "@", "identity.user": "@"},
    same=(("user", "impersonator"), ("identity.user", "impersonator")),
    parts={"path": ("/{*}", "~{*}")},
    times=("time",),
    addresses=("addr.remote", "remote_addr"),
)


def recognises(head: bytes, path: str) -> float:
    """By the code that each event has beside its name and time."""
    for value in sampled(head):
        if not isinstance(value, dict):
            return 0.0
        inner = value.get("events")
        first = inner[0] if isinstance(inner, list) and inner else value
        return 0.95 if isinstance(first, dict) and _is_ours(first) else 0.0
    marked = BEGUN.search(head) and all(mark.search(head) for mark in MARKS)
    return 0.9 if marked else 0.0


def _is_ours(event: dict[str, Any]) -> bool:
    code = event.get("code")
    return (
        event.keys() >= NAMES
        and not BESIDE.isdisjoint(event)
        and isinstance(code, str)
        and CODE.fullmatch(code) is not None
    )


def parse(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    """An event for each object."""
    return batches(stream, Collector(context, SOURCE), read, within=("events",), looks=LOOKS)


SOURCE = Source(
    name="teleport",
    family="shell",
    title="Teleport audit log",
    recognises=recognises,
    parse=parse,
)
