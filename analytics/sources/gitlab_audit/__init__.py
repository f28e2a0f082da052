"""GitLab's audit events: of the REST API, streamed to a destination, and of audit_json.log."""

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

import orjson

from analytics.event import Batch, Collector, Context, Source
from analytics.forges.values import UNTOLD, Payload, mapping, time_of
from analytics.jsonlog.documents import Row, batches
from analytics.jsonlog.samples import Looks
from analytics.reading import Document, sampled
from analytics.sources.gitlab_audit.acts import SENTENCES, VISIBLE
from analytics.sources.gitlab_audit.rows import row_of

MARKS = tuple(
    re.compile(rb'"%s"\s*:' % name) for name in (b"entity_type", b"entity_id", b"author_id")
)
DETAILS = re.compile(rb'"(?:details|target_details|target_type)"\s*:')
ENTITY = re.compile(rb'"entity_type"\s*:\s*"[A-Z]')
WITHIN = tuple(f"{way}{name}" for way in ("", "body.", "payload.") for name in ("", "details."))


def _in_any(*names: str) -> tuple[str, ...]:
    """Names of an audit event, flat or nested, also in a receiver's envelope."""
    return tuple(way + name for way in WITHIN for name in names)


LOOKS = Looks(
    at=_in_any(
        *("entity_type", "event_type", "event_name", "target_type", "author_class"),
        *("add", "remove", "change", "custom_message.action"),
    ),
    words={
        **dict.fromkeys(_in_any("custom_message"), f"(?is:(?:{'|'.join(dict(SENTENCES))}).*)"),
        **dict.fromkeys(_in_any("author_email"), re.escape(UNTOLD)),
        **dict.fromkeys(_in_any("to"), f"(?i:{'|'.join(VISIBLE)})"),
        **dict.fromkeys(("body", "payload"), "(?s:.*)"),
    },
    same=tuple(
        (about, where)
        for about in _in_any("target_details")
        for where in (*_in_any("meta.project"), *reversed(_in_any("entity_path")))
    )
    + tuple((f"{way}meta.user_id", f"{way}author_id") for way in WITHIN),
    times=_in_any("created_at", "time"),
    addresses=_in_any("ip_address", "meta.remote_ip"),
    counts=_in_any("id", "author_id", "entity_id", "meta.user_id", "from", "to"),
)


def _item(value: Any) -> Payload:
    """The audit event, out of the envelope of a receiver where it is in one."""
    outer = mapping(value)
    body = outer.get("body", outer.get("payload")) if "entity_type" not in outer else None
    if isinstance(body, str):
        try:
            body = orjson.loads(body)
        except orjson.JSONDecodeError:
            return outer
    return body if isinstance(body, dict) else outer


def read(document: Document, context: Context) -> list[Row] | str:
    """The event of an audit event."""
    item = _item(document.value)
    if "entity_type" not in item or "author_id" not in item:
        return "not an audit event of GitLab"
    time = time_of(item.get("created_at")) or time_of(item.get("time"))
    return "no time" if time is None else [row_of(item, time, document, context)]


def parse(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    """Audit events: an array as the API gives it, or one object a line."""
    return batches(stream, Collector(context, SOURCE), read, looks=LOOKS)


def _ours(value: Any) -> bool:
    item = _item(value)
    named = isinstance(item.get("entity_type"), str) and "entity_id" in item and "author_id" in item
    return named and any(name in item for name in ("details", "target_details", "target_type"))


def recognises(head: bytes, path: str) -> float:
    """Sure of objects with the author, the entity and the target of an audit event."""
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] not in (b"[", b"{"):
        return 0.0
    values = sampled(head)
    if values:
        return 0.95 if any(map(_ours, values)) else 0.0
    marked = all(mark.search(head) for mark in MARKS) and ENTITY.search(head)
    return 0.9 if marked and DETAILS.search(head) else 0.0


SOURCE = Source(
    name="gitlab_audit",
    family="git",
    title="GitLab audit events",
    recognises=recognises,
    parse=parse,
)
