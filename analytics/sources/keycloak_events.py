"""Keycloak's events: sign-ins and what administrators changed, as JSON or out of server.log."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from analytics.event import Batch, Collector, Context, Source, account, readable
from analytics.jsonlog.documents import Row, batches
from analytics.jsonlog.samples import Looks
from analytics.jsonlog.values import address, at, first, labels, mapping, number, text, time_of
from analytics.reading import Document, lines, sampled

EVENTS = re.compile(
    rb"^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d[^\n\[]{0,60} \[org\.keycloak\.events\]", re.MULTILINE
)
LOGGED = re.compile(
    r"(?P<time>\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d[,.]\d{1,6}(?:Z|[+-]\d\d:?\d\d)?)"
    r"\s+(?P<level>[A-Z]+)\s+\[org\.keycloak\.events\]\s+(?:\([^)]*\)\s+)?(?P<pairs>.*)"
)
PAIRS = re.compile(r"(\w+)=(?:\"((?:[^\"\\]|\\.)*)\"|'([^']*)'|(.*?))(?:, |$)", re.DOTALL)
SESSIONS = ("LOGIN", "LOGOUT", "CODE_TO_TOKEN", "REFRESH_TOKEN", "CLIENT_LOGIN", "INTROSPECT")
TYPES = {"CREATE": "creation", "UPDATE": "change", "DELETE": "deletion", "ACTION": "change"}
KEPT = ("realmId", "realmName", "clientId", "sessionId", "error", "resourceType", "resourcePath")
DETAILS = ("auth_method", "identity_provider", "redirect_uri", "custom_required_action", "reason")
NAMES = ("details.username", "username", "userId", "authDetails.username", "authDetails.userId")
LOOKS = Looks(
    at=("type", "operationType", "resourceType", "error", "message", "loggerName"),
    signs=dict.fromkeys(NAMES, "@"),
    times=("time", "timestamp"),
    addresses=("ipAddress", "authDetails.ipAddress"),
)


def _pairs(text: str) -> dict[str, str]:
    """What is told as `name=value, …`; of names told twice the first is Keycloak's own."""
    pairs: dict[str, str] = {}
    end = 0
    while found := PAIRS.match(text, end):
        name, *values = found.groups("")
        pairs.setdefault(name, "".join(values))
        end = found.end()
    return {name: value for name, value in pairs.items() if value != "null"}


def _said(pairs: Mapping[str, str], time: Any) -> dict[str, Any]:
    """An event as the API has it, of what a log says."""
    event: dict[str, Any] = {**pairs, "details": pairs, "time": time}
    if "operationType" in pairs:
        event["authDetails"] = pairs
    return event


def _opened(value: Any) -> Mapping[str, Any]:
    """The event itself, also out of a line of a server that logs in JSON."""
    outer = mapping(value)
    said = text(outer.get("message"))
    if said and outer.get("loggerName") == "org.keycloak.events":
        return _said(_pairs(said), outer.get("timestamp"))
    return outer


def read(document: Document, context: Context) -> list[Row] | str:
    """The row of an event out of JSON: the API's, an event listener's or a log's own fields."""
    event = _opened(document.value)
    time = time_of(event.get("time") or event.get("timestamp"), context.timezone)
    kind = text(event.get("type")) or text(event.get("operationType"))
    if kind is None or time is None:
        return f"no {'type' if kind is None else 'time'} of an event of Keycloak"
    identity = text(event.get("id"))
    return [
        {
            "@timestamp": time,
            "event.id": context.event_id("keycloak", identity)
            if identity
            else context.line_id(document.offset, document.raw),
            "event.original": readable(document.raw),
            "batch.line": document.number,
            **_told(event, kind),
        }
    ]


def _told(event: Mapping[str, Any], kind: str) -> Row:
    by_admin = "operationType" in event or "authDetails" in event
    who = (
        first(event, "authDetails.username", "authDetails.userId")
        if by_admin
        else first(event, "details.username", "username", "userId")
    )
    error = text(event.get("error"))
    resource = text(event.get("resourceType"))
    action = f"{kind} {resource}" if by_admin and resource else kind
    told = {name: event.get(name) for name in KEPT}
    told |= {name: at(event, f"details.{name}") for name in DETAILS}
    failed = error not in (None, "null") or kind.endswith("_ERROR")
    return {
        "event.category": "authentication" if kind.startswith(SESSIONS) else "iam",
        "event.type": _type(kind),
        "event.action": action,
        "event.outcome": "failure" if failed else "success",
        "message": f"{who or 'somebody'}: {action} {first(event, 'resourcePath') or ''}".rstrip(),
        "actor.account": account("keycloak", who),
        "actor.basis": _basis(who, by_admin, failed),
        "user.name": who,
        "user.id": first(event, "authDetails.userId", "userId"),
        "user.email": who if who and "@" in who else None,
        "source.ip": address(event.get("ipAddress") or at(event, "authDetails.ipAddress")),
        "labels": labels(told),
    }


def _basis(who: str | None, by_admin: bool, failed: bool) -> str:
    if who is None:
        return "not told"
    return "administrator" if by_admin else "name that was tried" if failed else "user of the event"


def _type(kind: str) -> str:
    if kind.startswith("LOGIN"):
        return "start"
    return "end" if kind.startswith("LOGOUT") else TYPES.get(kind, "info")


def parse(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    """An event for each entry; lines of a server's log that are no events are events too."""
    collector = Collector(context, SOURCE)
    if _is_text(stream):
        yield from _of_lines(stream, collector)
    else:
        yield from batches(stream, collector, read, looks=LOOKS)


def _is_text(stream: Any) -> bool:
    head: bytes = stream.peek(64)[:64] if hasattr(stream, "peek") else _peeked(stream)
    return head.lstrip(b"\xef\xbb\xbf, \t\r\n")[:1] not in (b"{", b"[", b"]")


def _peeked(stream: BinaryIO) -> bytes:
    place = stream.tell()
    head = stream.read(64)
    stream.seek(place)
    return head


def _of_lines(stream: BinaryIO, collector: Collector) -> Iterator[Batch]:
    for line in lines(stream):
        match = None if line.too_long else LOGGED.match(readable(line.text))
        if match:
            event = _said(_pairs(match["pairs"]), match["time"].replace(",", "."))
            row = read(Document(line.number, line.offset, line.text, event), collector.context)
            if isinstance(row, str):
                collector.reject(line.number, row, line.text)
            else:
                collector.add(row[0])
        elif line.text.strip():
            collector.reject(line.number, "no event of Keycloak", line.text)
        if collector.full:
            yield collector.take()
    yield from collector.rest()


def recognises(head: bytes, path: str) -> float:
    """Sure of the logger's name, or of events with a realm and a type or an operation."""
    if EVENTS.search(head) and head.lstrip()[:1] not in (b"{", b"["):
        return 0.95
    for value in sampled(head):
        if (
            isinstance(value, dict)
            and value.get("loggerName") == "org.keycloak.events"
            and "message" in value
        ):
            return 0.95
        if (
            isinstance(value, dict)
            and ("realmId" in value or "realmName" in value)
            and ("type" in value or "operationType" in value)
            and "time" in value
            and number(value["time"]) is not None
        ):
            return 0.95
    return 0.0


SOURCE = Source(
    name="keycloak_events",
    family="context",
    title="Keycloak events",
    recognises=recognises,
    parse=parse,
)
