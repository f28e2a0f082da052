"""Gerrit's stream of events: uploads, votes by patch set, submits, moved refs."""

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from analytics.event import Batch, Collector, Context, Source
from analytics.forges.pushes import row_of_commit
from analytics.forges.values import Payload, canonical, mapping, objects, text
from analytics.jsonlog.documents import Row, batches
from analytics.reading import Document, sampled
from analytics.sources.gerrit_events.acts import OF_CHANGES, OF_REFS, UPLOADED, known_types
from analytics.sources.gerrit_events.rows import commit_of, row_of

TYPE = re.compile(rb'"type"\s*:\s*"([a-z]+(?:-[a-z]+)+)"')
MARKS = (
    re.compile(rb'"change"\s*:\s*\{'),
    re.compile(rb'"patchSet"\s*:\s*\{'),
    re.compile(rb'"refUpdates?"\s*:\s*[\[{]'),
    re.compile(rb'"eventCreatedOn"\s*:\s*\d'),
)


def read(document: Document, context: Context) -> list[Row] | str:
    """The rows of an event: one, but several for several refs, and the commit of an upload."""
    event = mapping(document.value)
    kind = text(event.get("type"))
    if kind is None:
        return "not an event of Gerrit's stream"
    own = canonical(event, document.raw).decode("utf-8", "backslashreplace")
    updates = objects(event.get("refUpdates")) or [mapping(event.get("refUpdate"))]
    rows: list[Row] = []
    for place, update in enumerate(updates):
        identity = context.event_id(kind, own, place)
        row = row_of(kind, event, update, document, identity, context)
        rows.append(row)
        if kind in UPLOADED:
            commit = row_of_commit(commit_of(event), row, identity, context, "gerrit")
            rows.append(commit | {"git.branch": None})  # it is not on the branch yet
    return rows


def parse(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    """Events of a stream, one JSON object a line."""
    return batches(stream, Collector(context, SOURCE), read)


def _ours(value: Any) -> bool:
    event: Payload = mapping(value)
    kind = text(event.get("type"))
    if kind in OF_REFS:
        return "refUpdate" in event or "refUpdates" in event
    if kind in OF_CHANGES:
        return isinstance(event.get("change"), dict)
    return kind in known_types() and "eventCreatedOn" in event


def recognises(head: bytes, path: str) -> float:
    """Sure of objects with one of Gerrit's types and the change or ref that it is about."""
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] not in (b"[", b"{"):
        return 0.0
    values = sampled(head)
    if values:
        return 0.95 if any(map(_ours, values)) else 0.0
    kinds = {kind.decode() for kind in TYPE.findall(head)}
    marks = sum(mark.search(head) is not None for mark in MARKS)
    return 0.9 if kinds & known_types() and marks > 1 else 0.0


SOURCE = Source(
    name="gerrit_events",
    family="git",
    title="Gerrit stream-events",
    recognises=recognises,
    parse=parse,
)
