"""Google Cloud's audit logs: data access of Cloud Storage, and what administrators changed."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from analytics.event import Batch, Collector, Context, Source, account, readable
from analytics.jsonlog.documents import Row, batches
from analytics.jsonlog.samples import Looks
from analytics.jsonlog.values import (
    address,
    at,
    first,
    labels,
    mapping,
    number,
    objects,
    text,
    time_of,
)
from analytics.reading import Document, sampled

PAYLOADS = ("protoPayload", "jsonPayload")
MARK = re.compile(rb'"@type"\s*:\s*"type\.googleapis\.com/google\.cloud\.audit\.AuditLog"')
METHOD = re.compile(rb'"methodName"\s*:')
OBJECT = re.compile(r"projects/[^/]+/buckets/([^/]+)(?:/objects/(.+))?")
CATEGORIES = {"storage.googleapis.com": "file", "iam.googleapis.com": "iam"}
TYPES = (
    (("get", "list"), "access"),
    (("create", "insert", "compose", "copy"), "creation"),
    (("delete",), "deletion"),
    (("update", "patch", "set"), "change"),
)
KEPT = (
    *("serviceName", "resourceName", "status.message", "requestMetadata.callerSuppliedUserAgent"),
    *("authenticationInfo.serviceAccountKeyName", "authenticationInfo.principalSubject"),
)


def _in_either(*names: str) -> tuple[str, ...]:
    """Names of an entry's payload."""
    return tuple(f"{payload}.{name}" for payload in PAYLOADS for name in names)


PEOPLE = _in_either("authenticationInfo.principalEmail", "authenticationInfo.principalSubject")
LOOKS = Looks(
    at=_in_either("methodName", "serviceName", "status.code", "authorizationInfo.granted"),
    words=dict.fromkeys(PEOPLE, r"[^@]*\.gserviceaccount\.com"),
    signs=dict.fromkeys(PEOPLE, "@"),
    times=("timestamp", "receiveTimestamp"),
    addresses=_in_either("requestMetadata.callerIp"),
    parts={
        **dict.fromkeys(PEOPLE, ("{*}@{*}.gserviceaccount.com",)),
        **dict.fromkeys(
            _in_either("resourceName"),
            ("projects/{}/buckets/{}", "projects/{}/buckets/{}/objects/{*}"),
        ),
    },
)


def _path(resource: str | None) -> str | None:
    match = OBJECT.fullmatch(resource or "")
    if match is None:
        return None
    return f"gs://{match[1]}/{match[2]}" if match[2] else f"gs://{match[1]}"


def _type(method: str) -> str:
    last = method.rpartition(".")[2].lower()
    return next((kind for starts, kind in TYPES if last.startswith(starts)), "info")


def read(document: Document, context: Context) -> list[Row] | str:
    """The row of an entry."""
    entry = mapping(document.value)
    payload = next((mapping(entry[name]) for name in PAYLOADS if name in entry), {})
    method = text(payload.get("methodName"))
    time = time_of(entry.get("timestamp") or entry.get("receiveTimestamp"))
    if method is None or time is None:
        return f"no {'methodName' if method is None else 'timestamp that is a time'}"
    who, identity = _who(payload), text(entry.get("insertId"))
    service, path = text(payload.get("serviceName")), _path(text(payload.get("resourceName")))
    told = {name: at(payload, name) for name in KEPT}
    told |= {
        "log": entry.get("logName"),
        "granted": ", ".join(
            f"{text(one.get('permission'))}={'yes' if one.get('granted') is True else 'no'}"
            for one in objects(payload.get("authorizationInfo"))[:8]
        ),
    }
    service_account = (who or "").endswith(".gserviceaccount.com")
    return [
        {
            "@timestamp": time,
            "event.id": context.event_id("gcp", entry.get("logName"), identity, time.isoformat())
            if identity
            else context.line_id(document.offset, document.raw),
            "event.category": CATEGORIES.get(service or "", "configuration"),
            "event.type": _type(method),
            "event.action": method,
            "event.outcome": "failure" if number(at(payload, "status.code")) else "success",
            "event.original": readable(document.raw),
            "message": f"{who or 'somebody'}: {method} {path or ''}".rstrip(),
            "actor.account": account("gcp", who),
            "actor.basis": "service account"
            if service_account
            else "principal"
            if who
            else "not told",
            "actor.on_behalf_of": account("gcp", _behind(payload)),
            "user.name": who,
            "user.email": who if who and "@" in who else None,
            "source.ip": address(at(payload, "requestMetadata.callerIp")),
            "user_agent.original": first(payload, "requestMetadata.callerSuppliedUserAgent"),
            "file.path": path,
            "batch.line": document.number,
            "labels": labels(told),
        }
    ]


def _who(payload: Mapping[str, Any]) -> str | None:
    return first(
        payload, "authenticationInfo.principalEmail", "authenticationInfo.principalSubject"
    )


def _behind(payload: Mapping[str, Any]) -> str | None:
    """Who acted through a service account, where one was impersonated."""
    chain = objects(at(payload, "authenticationInfo.serviceAccountDelegationInfo"))
    return (
        first(chain[0], "firstPartyPrincipal.principalEmail", "principalSubject") if chain else None
    )


def parse(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    """An event for each entry: lines of a sink, `gcloud logging read`'s array, or an API's page."""
    return batches(stream, Collector(context, SOURCE), read, within=("entries",), looks=LOOKS)


def recognises(head: bytes, path: str) -> float:
    """Sure of the type of an audit log's payload."""
    if MARK.search(head) and METHOD.search(head):
        return 0.95
    return 0.0 if not any("protoPayload" in mapping(value) for value in sampled(head)) else 0.6


SOURCE = Source(
    name="gcs_audit",
    family="context",
    title="Google Cloud audit log",
    recognises=recognises,
    parse=parse,
)
