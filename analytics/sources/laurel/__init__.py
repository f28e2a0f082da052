"""LAUREL's JSON lines: audit events that its plugin of auditd has joined and decoded."""

import re
from collections.abc import Iterator
from typing import BinaryIO

import orjson

from analytics.event import Batch, Collector, Context, Source
from analytics.jsonlog.lined import Block, blocks
from analytics.reading import Document, sampled
from analytics.sources.laurel.filling import Reading
from analytics.sources.laurel.processes import Literal
from analytics.sources.laurel.rows import stamp_in

BEGUN = re.compile(rb'(?:^|\n)(?:@cee: ?)?\{"ID":"\d{1,11}\.\d{1,6}:\d{1,20}","[A-Z]')
COOKIE = re.compile(rb"@cee:[ \t]*")  # by which syslog daemons know JSON


def recognises(head: bytes, path: str) -> float:
    """By the identity of an audit event, and records under their types."""
    for value in sampled(head):
        if isinstance(value, dict) and stamp_in(value.get("ID")) and _has_records(value):
            return 0.97
    return 0.9 if BEGUN.search(head) else 0.0


def _has_records(event: dict[str, object]) -> bool:
    return any(
        name.isupper() and isinstance(value, dict | list) and name != "ID"
        for name, value in event.items()
    )


def parse(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    """An event for each object."""
    reading = Reading(Collector(context, SOURCE), _without_cookie)
    for part in blocks(stream, block=Literal):
        if isinstance(part, Block):
            yield from reading.block(part)
        else:
            yield from reading.each((part,))
    yield from reading.rest()


def _without_cookie(document: Document) -> Document:
    cookie = COOKIE.match(document.raw) if document.error else None
    if cookie is None:
        return document
    try:
        return document._replace(value=orjson.loads(document.raw[cookie.end() :]), error=None)
    except orjson.JSONDecodeError:
        return document


SOURCE = Source(
    name="laurel",
    family="shell",
    title="Linux audit log as JSON by LAUREL",
    recognises=recognises,
    parse=parse,
)
