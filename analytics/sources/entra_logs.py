"""Microsoft Entra ID: sign-ins and directory audits, from Graph or diagnostic settings."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, BinaryIO

from analytics.event import Batch, Collector, Context, Source, account, readable
from analytics.jsonlog.documents import Row, batches
from analytics.jsonlog.samples import Looks
from analytics.jsonlog.values import (
    address,
    at,
    first,
    known,
    labels,
    mapping,
    number,
    objects,
    text,
    time_of,
)
from analytics.reading import Document, sampled

SIGN_IN = frozenset({"userPrincipalName", "appDisplayName"})
RISK = frozenset({"riskState", "riskLevel", "userPrincipalName"})
OF_RISK = ("RiskyUsers", "UserRiskEvents", "RiskyServicePrincipals", "ServicePrincipalRiskEvents")
TIMES = ("createdDateTime", "activityDateTime", "detectedDateTime", "riskLastUpdatedDateTime")
RESULTS = {"success": "success", "0": "success", "failure": "failure"}
AUDIT = frozenset({"activityDisplayName", "initiatedBy"})
CATEGORIES = re.compile(rb'"category"\s*:\s*"(?:\w*SignInLogs|AuditLogs|Risky\w+|\w+RiskEvents)"')
MARKS = re.compile(rb'"(?:userPrincipalName|activityDisplayName)"\s*:')
TYPES = {"add": "creation", "create": "creation", "delete": "deletion", "remove": "deletion"}
KEPT_OF_SIGN_INS = (
    *("appDisplayName", "appId", "clientAppUsed", "conditionalAccessStatus", "isInteractive"),
    *("riskLevelDuringSignIn", "riskState", "riskDetail", "resourceDisplayName", "correlationId"),
    *("location.city", "location.countryOrRegion", "deviceDetail.displayName"),
    *("deviceDetail.operatingSystem", "deviceDetail.trustType", "status.failureReason"),
    *("authenticationRequirement", "servicePrincipalName", "userType"),
)
KEPT_OF_RISKS = (
    *("riskType", "riskEventType", "riskState", "riskLevel", "riskDetail", "source", "activity"),
    *("detectionTimingType", "correlationId", "location.city", "location.countryOrRegion"),
)
LOOKED_AT = (
    *("category", "operationName", "activityDisplayName", "result", "resultType"),
    *("status.errorCode", "targetResources.type"),
)
NAMES = ("userPrincipalName", "displayName")
SIGNED = ("userPrincipalName", *(f"initiatedBy.user.{name}" for name in NAMES))
ADDRESSES = ("ipAddress", "callerIpAddress", "initiatedBy.user.ipAddress")


def _either(names: Iterable[str]) -> tuple[str, ...]:
    """Names of an entry, also in the envelope of diagnostic settings."""
    return tuple(way + name for way in ("", "properties.") for name in names)


LOOKS = Looks(
    at=_either(LOOKED_AT),
    signs=dict.fromkeys(_either(SIGNED), "@"),
    times=_either((*TIMES, "time")),
    addresses=_either(ADDRESSES),
)
KEPT_OF_AUDITS = ("category", "loggedByService", "correlationId", "resultReason", "operationType")


def _opened(document: Any) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """An entry's own fields, and the envelope of diagnostic settings around them."""
    outer = mapping(document)
    inner = outer.get("properties")
    return (inner, outer) if isinstance(inner, dict) else (outer, outer)


def _common(
    document: Document, entry: Mapping[str, Any], outer: Mapping[str, Any], context: Context
) -> Row:
    identity = text(entry.get("id"))
    return {
        "event.id": context.event_id("entra", identity)
        if identity
        else context.line_id(document.offset, document.raw),
        "event.original": readable(document.raw),
        "source.ip": address(entry.get("ipAddress") or outer.get("callerIpAddress")),
        "batch.line": document.number,
    }


def _sign_in(entry: Mapping[str, Any], outer: Mapping[str, Any]) -> Row:
    who = text(entry.get("userPrincipalName"))
    code, outcome = _result(entry, outer)
    service = text(entry.get("servicePrincipalName"))
    what = text(entry.get("appDisplayName")) or "an application"
    return {
        "event.category": "authentication",
        "event.type": "start",
        "event.action": "sign-in",
        "event.outcome": outcome,
        "message": f"{who or service or 'somebody'}: sign-in to {what}",
        "actor.account": account("entra", who),
        "actor.basis": "a service, not a person"
        if who is None
        else "name that was tried"
        if outcome == "failure"
        else "user of the sign-in",
        "user.name": who or service,
        "user.id": text(entry.get("userId")),
        "user.email": who if who and "@" in who else None,
        "user_agent.original": text(entry.get("userAgent")),
        "labels": labels(
            {name: at(entry, name) for name in KEPT_OF_SIGN_INS} | {"status.errorCode": code}
        ),
    }


def _result(entry: Mapping[str, Any], outer: Mapping[str, Any]) -> tuple[int | None, str]:
    """The error's number and the outcome: of the sign-in, else of the envelope around it."""
    code = number(at(entry, "status.errorCode"))
    if code is None:
        told = known(outer.get("resultType")) or ""
        code = number(told)
        if code is None:
            return None, RESULTS.get(told.lower(), "unknown")
    return code, "failure" if code else "success"


def _risk(entry: Mapping[str, Any]) -> Row:
    """What Entra itself finds risky of a user, which is no act of anybody."""
    whom = first(entry, "userPrincipalName", "servicePrincipalDisplayName", "displayName")
    found = first(entry, "riskEventType", "riskType") or "user-risk-changed"
    return {
        "event.kind": "alert",
        "event.category": "authentication",
        "event.type": "info",
        "event.action": found,
        "event.outcome": "unknown",
        "message": f"Entra finds {whom or 'somebody'} at risk: {found}",
        "actor.basis": "found by Entra, nobody's act",
        "user.name": whom,
        "user.id": text(entry.get("userId")),
        "labels": labels({name: at(entry, name) for name in KEPT_OF_RISKS}),
    }


def _audit(entry: Mapping[str, Any], action: str) -> Row:
    who = first(entry, "initiatedBy.user.userPrincipalName", "initiatedBy.user.displayName")
    app = first(entry, "initiatedBy.app.displayName", "initiatedBy.app.servicePrincipalName")
    targets = objects(entry.get("targetResources"))
    whom = next((_target(one) for one in targets if one.get("type") == "User"), None)
    told = {name: entry.get(name) for name in KEPT_OF_AUDITS}
    told["targets"] = ", ".join(filter(None, map(_target, targets[:8])))
    told["changed"] = ", ".join(
        name
        for one in targets[:8]
        for change in objects(one.get("modifiedProperties"))[:16]
        if (name := text(change.get("displayName")))
    )
    told["app"] = app
    return {
        "event.category": "iam",
        "event.type": TYPES.get(action.partition(" ")[0].lower(), "change"),
        "event.action": action,
        "event.outcome": {"success": "success", "failure": "failure"}.get(
            str(entry.get("result")).lower(), "unknown"
        ),
        "message": f"{who or app or 'somebody'}: {action} {told['targets']}".rstrip(),
        "actor.account": account("entra", who),
        "actor.basis": "initiating user" if who else "an application, not a person",
        "user.name": who or app,
        "user.id": first(entry, "initiatedBy.user.id"),
        "user.email": who if who and "@" in who else None,
        "user.target.name": whom,
        "source.ip": address(at(entry, "initiatedBy.user.ipAddress")),
        "labels": labels(told),
    }


def _target(one: Mapping[str, Any]) -> str | None:
    return text(one.get("userPrincipalName")) or text(one.get("displayName"))


def read(document: Document, context: Context) -> list[Row] | str:
    """The row of a sign-in, an audit or a risk."""
    entry, outer = _opened(document.value)
    times = (time_of(entry.get(name)) for name in TIMES)
    time = next(filter(None, times), None) or time_of(outer.get("time"))
    if time is None:
        return "no createdDateTime or activityDateTime that is a time"
    action, category = text(entry.get("activityDisplayName")), outer.get("category")
    if action is None and category == "AuditLogs":
        action = text(outer.get("operationName"))
    if action:
        told = _audit(entry, action)
    elif (category in OF_RISK and "riskState" in entry) or "riskEventType" in entry:
        told = _risk(entry)
    elif "userPrincipalName" in entry or "servicePrincipalName" in entry:
        told = _sign_in(entry, outer)
    else:
        return "neither a sign-in nor an audit of the directory"
    common = _common(document, entry, outer, context)
    if told.get("source.ip"):
        common.pop("source.ip")
    return [{"@timestamp": time, **told, **common}]


def parse(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    """An event for each entry: pages of Graph, or records of diagnostic settings."""
    collector = Collector(context, SOURCE)
    return batches(stream, collector, read, within=("value", "records"), looks=LOOKS)


def recognises(head: bytes, path: str) -> float:
    """Sure of Entra's categories, or of the fields of its sign-ins and audits."""
    if CATEGORIES.search(head):
        return 0.95
    for value in sampled(head):
        listed = value.get("value") if isinstance(value, dict) else None
        entry = listed[0] if isinstance(listed, list) and listed else value
        if isinstance(entry, dict) and any(
            entry.keys() >= names for names in (SIGN_IN, AUDIT, RISK)
        ):
            return 0.95
    return 0.8 if b"graph.microsoft.com" in head[:512] and MARKS.search(head) else 0.0


SOURCE = Source(
    name="entra_logs",
    family="context",
    title="Microsoft Entra ID sign-ins and audits",
    recognises=recognises,
    parse=parse,
)
