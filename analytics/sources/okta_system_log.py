"""Okta's System Log: sign-ins and what administrators changed; out of its API or a log stream."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, BinaryIO

from analytics.event import Batch, Context, Source, account
from analytics.jsonlog.cells import labels
from analytics.jsonlog.columns import Columns, Entries, Form, batches
from analytics.jsonlog.envelopes import carried, first_records, is_cut
from analytics.jsonlog.samples import Looks
from analytics.jsonlog.values import Payload, address, objects, text

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


@lru_cache(maxsize=1024)
def _category(kind: str) -> str:
    parts = kind.split(".")
    starts = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((CATEGORIES[start] for start in starts if start in CATEGORIES), "configuration")


def _named(one: Payload) -> str | None:
    return text(one.get("alternateId")) or text(one.get("displayName"))


def _entries(value: Any) -> list[Payload]:
    """The entry, or those that an event bus, a log group or an event hook carries."""
    found = carried(value, "detail", "message", "data")
    return objects(found.get("events")) or [found]


def _found(value: Any) -> Payload | list[Payload] | str:
    """The entries in a document, mostly one."""
    entries = _entries(value)
    if not all(text(entry.get("eventType")) for entry in entries):
        return "no eventType"
    return entries if len(entries) > 1 else entries[0]


def _columns(entries: Entries) -> Columns:
    texts, size = entries.texts, len(entries)
    kinds, said = [kind or "" for kind in texts("eventType")], texts("displayMessage")
    of_people = [kind in (None, *PEOPLE) for kind in entries.values("actor.type")]
    names = zip(texts("actor.alternateId"), texts("actor.displayName"), strict=True)
    who = [name or shown for name, shown in names]
    outcomes = [OUTCOMES.get(told or "", "unknown") for told in texts("outcome.result")]
    targets = [objects(told) if told else [] for told in entries.values("target")]
    told = {name: entries.values(name) for name in (*KEPT, "actor.type")}
    told["target.displayName"] = [_shown(of_one) for of_one in targets]
    people = zip(who, of_people, strict=True)
    sentences = zip(who, said, kinds, strict=True)
    return {
        "event.id": entries.ids("okta", texts("uuid")),
        "event.category": list(map(_category, kinds)),
        "event.type": [TYPES.get(kind.rpartition(".")[2], "info") for kind in kinds],
        "event.action": kinds,
        "event.outcome": outcomes,
        "message": [f"{name or 'somebody'}: {what or kind}" for name, what, kind in sentences],
        "actor.account": [account("okta", name) if person else None for name, person in people],
        "actor.basis": list(map(_basis, of_people, kinds, outcomes)),
        "user.name": who,
        "user.id": texts("actor.id"),
        "user.email": [name if name and "@" in name else None for name in who],
        "user.target.name": [_target(of_one) for of_one in targets],
        "source.ip": list(map(address, entries.values("client.ipAddress"))),
        "user_agent.original": texts("client.userAgent.rawUserAgent"),
        "labels": labels(told, size),
    }


def _basis(person: bool, kind: str, outcome: str) -> str:
    if not person:
        return "a system, not a person"
    tried = outcome == "failure" and _category(kind) == "authentication"
    return "name that was tried" if tried else "actor of the entry"


def _shown(targets: list[Payload]) -> str:
    names = (text(one.get("displayName")) for one in targets[:8])
    return ", ".join(filter(None, names))


def _target(targets: list[Payload]) -> str | None:
    """The first person among them."""
    people = (one for one in targets if one.get("type") in PEOPLE)
    return next(map(_named, people), None)


FORM = Form(
    records=_found,
    paths=(
        *KEPT,
        *("uuid", "published", "eventType", "target", "client.ipAddress"),
        *("actor.type", "actor.id", "actor.alternateId", "actor.displayName"),
        "client.userAgent.rawUserAgent",
    ),
    times=lambda entries: entries.times("published"),
    timeless="no published that is a time",
    columns=_columns,
    within=LISTS,
    looks=Looks(
        at=("eventType", "outcome.result", "actor.type", "target.type"),
        signs={"actor.alternateId": "@", "actor.displayName": "@"},
        times=("published",),
        addresses=("client.ipAddress",),
    ),
)


def parse(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    """An event for each entry: an array as the API gives it, lines, or a stream's envelopes."""
    return batches(stream, FORM, context, SOURCE)


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
