"""LAUREL's JSON lines: audit events that its plugin of auditd has joined and decoded."""

import re
from collections.abc import Iterator
from typing import BinaryIO

import orjson

from analytics.auditing.actors import Descent
from analytics.auditing.joining import Joined
from analytics.auditing.rows import row_with
from analytics.auditing.tables import Row, Tables, values_of
from analytics.event import Batch, Collector, Context, Source, readable
from analytics.jsonlog.values import mapping
from analytics.reading import Document, documents, sampled
from analytics.sources.laurel.enrichment import add_enrichment
from analytics.sources.laurel.records import leading, records_of, word

STAMP = re.compile(r"\d{1,11}\.\d{1,6}:\d{1,20}", re.ASCII)
BEGUN = re.compile(rb'(?:^|\n)(?:@cee: ?)?\{"ID":"\d{1,11}\.\d{1,6}:\d{1,20}","[A-Z]')
COOKIE = re.compile(rb"@cee:[ \t]*")  # by which syslog daemons know JSON


def recognises(head: bytes, path: str) -> float:
    """By the identity of an audit event, and records under their types."""
    for value in sampled(head):
        if isinstance(value, dict) and _stamp(value.get("ID")) and _has_records(value):
            return 0.97
    return 0.9 if BEGUN.search(head) else 0.0


def _stamp(identity: object) -> str | None:
    found = STAMP.fullmatch(identity) if isinstance(identity, str) else None
    return found[0] if found else None


def _has_records(event: dict[str, object]) -> bool:
    return any(
        name.isupper() and isinstance(value, dict | list) and name != "ID"
        for name, value in event.items()
    )


def parse(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    """An event for each object."""
    collector = Collector(context, SOURCE)
    tables, descent = Tables(collector), Descent()
    for found in documents(stream):
        document = _without_cookie(found) if found.error else found
        row = document.error or read(document, context, descent)
        if isinstance(row, str):
            collector.reject(document.number, row, document.raw)
        else:
            tables.put(values_of(row))
        if collector.full:
            yield collector.take()
    tables.turn()
    yield from collector.rest()


def _without_cookie(document: Document) -> Document:
    cookie = COOKIE.match(document.raw)
    if cookie is None:
        return document
    try:
        return document._replace(value=orjson.loads(document.raw[cookie.end() :]), error=None)
    except orjson.JSONDecodeError:
        return document


def read(document: Document, context: Context, descent: Descent) -> Row | str:
    """The row of an event as raw audit records would give it, with what LAUREL adds."""
    told = mapping(document.value)
    stamp = _stamp(told.get("ID"))
    if stamp is None:
        return "no ID of an audit event, as seconds.milliseconds:serial"
    node = word(told.get("NODE"))
    event = Joined(
        line=document.number,
        prefix=f"node={node} " if node else "",
        stamp=stamp,
        text=readable(document.raw),
        size=0,
    )
    records = records_of(told)
    row = row_with(records, leading(told, records), event, context, descent)
    add_enrichment(row, told)
    return row


SOURCE = Source(
    name="laurel",
    family="shell",
    title="Linux audit log as JSON by LAUREL",
    recognises=recognises,
    parse=parse,
)
