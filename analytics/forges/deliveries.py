"""What a webhook delivered: a bare payload, or one in an envelope with the request's headers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from analytics.forges.values import Payload, known, mapping, objects, text, time_of

BODIES = ("payload", "body")
SENT_NAMES = ("delivered_at", "received_at", "timestamp", "time", "@timestamp")


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """How a forge's deliveries are told: names in lower case, the best first.

    `marks` are keys of which every payload has one, and no envelope any.
    """

    events: tuple[str, ...]
    ids: tuple[str, ...]
    marks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One delivery: `kind` as the header names it, `sent` where the envelope says."""

    kind: str | None
    payload: Payload
    id: str | None
    sent: datetime | None


def delivery_of(document: Any, envelope: Envelope) -> Delivery | None:
    """What was delivered, or None where there is no payload of this forge."""
    outer = mapping(document)
    bare = any(mark in outer for mark in envelope.marks)
    payload = outer if bare else _body(outer)
    if payload is None or not any(mark in payload for mark in envelope.marks):
        return None
    if bare and "headers" not in outer:
        return Delivery(kind=None, payload=payload, id=None, sent=None)
    headers = _headers(outer.get("headers"))
    if bare:
        payload = {name: value for name, value in outer.items() if name != "headers"}
    told = headers if bare else headers | {name.lower(): value for name, value in outer.items()}
    sent = (time_of(told.get(name)) for name in SENT_NAMES)
    return Delivery(
        kind=next(filter(None, (text(told.get(name)) for name in envelope.events)), None),
        payload=payload,
        id=next(filter(None, (known(told.get(name)) for name in envelope.ids)), None),
        sent=next(filter(None, sent), None),
    )


def _body(outer: Payload) -> Payload | None:
    body = next((outer[name] for name in BODIES if name in outer), None)
    if isinstance(body, str):
        try:
            body = orjson.loads(body)
        except orjson.JSONDecodeError:
            return None
    return body if isinstance(body, dict) else None


def _headers(value: Any) -> dict[str, Any]:
    """Headers by name in lower case: of an object, or of a list of names and values."""
    if isinstance(value, list):
        value = {item["name"]: item.get("value") for item in objects(value) if _named(item)}
    return {name.lower(): _one(found) for name, found in mapping(value).items()}


def _named(item: Mapping[str, Any]) -> bool:
    return isinstance(item.get("name"), str)


def _one(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else value
