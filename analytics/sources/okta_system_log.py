"""Okta's System Log: sign-ins and what administrators changed; out of its API or a log stream."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from analytics.event import Batch, Collector, Context, Source, account, readable
from analytics.jsonlog.documents import Row, batches
from analytics.jsonlog.envelopes import carried, first_records, is_cut
from analytics.jsonlog.values import (
    Payload,
    address,
    at,
    canonical,
    first,
    labels,
    mapping,
    objects,
    text,
    time_of,
)
from analytics.reading import Document

MARKS = tuple(
    re.compile(rb'\\?"%s\\?"\s*:' % name)
    for name in (b"eventType", b"legacyEventType", b"published")
)
OUTCOMES = {"SUCCESS": "success", "ALLOW": "success", "FAILURE": "failure", "DENY": "failure"}
# The longest beginning of an event type decides.
CATEGORIES = {
    "user.session": "authentication",
    "user.authentication": "authentication",
    "user.mfa.factor": "iam",
    "user": "iam",
    "group": "iam",
    "iam": "iam",
    "policy.evaluate_sign_on": "authentication",
    "app.oauth2": "authentication",
    "app.generic.unauth_app_access_attempt": "authentication",
}
TYPES = {
    "create": "creation",
    "add": "creation",
    "grant": "creation",
    "delete": "deletion",
    "remove": "deletion",
    "revoke": "deletion",
    "start": "start",
    "end": "end",
}
KEPT = (  # for rules, by the names under which they look them up
    *("displayMessage", "severity", "outcome.reason", "outcome.result", "legacyEventType"),
    *("client.device", "client.zone", "client.geographicalContext.country"),
    *("client.geographicalContext.city", "securityContext.isProxy", "securityContext.asOrg"),
    *("authenticationContext.externalSessionId", "authenticationContext.credentialType"),
    *("debugContext.debugData.behaviors", "debugContext.debugData.logOnlySecurityData"),
    *("debugContext.debugData.requestUri", "debugContext.debugData.threatSuspected"),
    *("debugContext.debugData.url", "transaction.id"),
)
PEOPLE = ("User", "AppUser")
LISTS = ("events", "logEvents")
NEEDED = frozenset({"eventType", "published", "actor", "outcome"})


def _category(kind: str) -> str:
    parts = kind.split(".")
    starts = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((CATEGORIES[start] for start in starts if start in CATEGORIES), "configuration")


def _named(one: Mapping[str, Any]) -> str | None:
    return text(one.get("alternateId")) or text(one.get("displayName"))


def _entries(value: Any) -> list[Payload]:
    """The entry, or those that an event bus, a log group or an event hook carries."""
    found = carried(value, "detail", "message", "data")
    return objects(found.get("events")) or [found]


def read(document: Document, context: Context) -> list[Row] | str:
    """The rows of entries, mostly of one."""
    rows: list[Row] = []
    for entry in _entries(document.value):
        row = _row(entry, document, context)
        if isinstance(row, str):
            return row
        rows.append(row)
    return rows


def _row(entry: Payload, document: Document, context: Context) -> Row | str:
    kind, time = text(entry.get("eventType")), time_of(entry.get("published"))
    if kind is None or time is None:
        return f"no {'eventType' if kind is None else 'published that is a time'}"
    actor, targets = mapping(entry.get("actor")), objects(entry.get("target"))
    person = actor.get("type") in (None, *PEOPLE)
    told = {name: at(entry, name) for name in KEPT}
    told["actor.type"] = actor.get("type")
    told["target.displayName"] = ", ".join(filter(None, map(_shown, targets[:8])))
    who = _named(actor)
    outcome = OUTCOMES.get(str(at(entry, "outcome.result")), "unknown")
    identity = text(entry.get("uuid"))
    whom = next((_named(one) for one in targets if one.get("type") in PEOPLE), None)
    return {
        "@timestamp": time,
        "event.id": context.event_id("okta", identity)
        if identity
        else context.line_id(document.offset, canonical(entry, document.raw)),
        "event.category": _category(kind),
        "event.type": TYPES.get(kind.rpartition(".")[2], "info"),
        "event.action": kind,
        "event.outcome": outcome,
        "event.original": readable(document.raw),
        "message": f"{who or 'somebody'}: {text(entry.get('displayMessage')) or kind}",
        "actor.account": account("okta", who) if person else None,
        "actor.basis": _basis(person, kind, outcome),
        "user.name": who,
        "user.id": text(actor.get("id")),
        "user.email": who if who and "@" in who else None,
        "user.target.name": whom,
        "source.ip": address(at(entry, "client.ipAddress")),
        "user_agent.original": first(entry, "client.userAgent.rawUserAgent"),
        "batch.line": document.number,
        "labels": labels(told),
    }


def _basis(person: bool, kind: str, outcome: str) -> str:
    if not person:
        return "a system, not a person"
    tried = outcome == "failure" and _category(kind) == "authentication"
    return "name that was tried" if tried else "actor of the entry"


def _shown(one: Mapping[str, Any]) -> str | None:
    return text(one.get("displayName"))


def parse(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    """An event for each entry: an array as the API gives it, lines, or a stream's envelopes."""
    return batches(stream, Collector(context, SOURCE), read, within=LISTS)


def recognises(head: bytes, path: str) -> float:
    """Sure of entries with Okta's event type, its time, actor and outcome."""
    for value in first_records(head, LISTS):
        if any(entry.keys() >= NEEDED for entry in _entries(value)):
            return 0.95
    return 0.9 if is_cut(head) and all(mark.search(head) for mark in MARKS) else 0.0


SOURCE = Source(
    name="okta_system_log",
    family="context",
    title="Okta System Log",
    recognises=recognises,
    parse=parse,
)
