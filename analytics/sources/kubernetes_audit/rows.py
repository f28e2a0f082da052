"""An event of the audit API as a row: who asked the cluster for what, and whether they got it."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

from analytics.event import Context, account, readable
from analytics.jsonlog.values import address, mapping, text
from analytics.reading import Document
from analytics.sources.kubernetes_audit.workloads import WORKLOADS, of_workload

LONGEST = 1024
TYPES = {
    "create": "creation",
    "delete": "deletion",
    "deletecollection": "deletion",
    "update": "change",
    "patch": "change",
    "replace": "change",
    "get": "access",
    "list": "access",
    "watch": "access",
    "proxy": "access",
}
CATEGORIES = {
    "rbac.authorization.k8s.io": "iam",
    "admissionregistration.k8s.io": "configuration",
    "certificates.k8s.io": "iam",
}
RESOURCES = {
    "serviceaccounts": "iam",
    "secrets": "iam",
    "nodes": "host",
    "namespaces": "configuration",
    "configmaps": "configuration",
    "pods": "process",
} | dict.fromkeys(WORKLOADS, "process")
INTERACTIVE = frozenset({"exec", "attach", "portforward", "ephemeralcontainers", "proxy"})


def row_of(
    item: Mapping[str, Any], document: Document, time: datetime, context: Context
) -> dict[str, Any]:
    """The row of an item that has an auditID and a verb."""
    target, user, status = (
        mapping(item.get(name)) for name in ("objectRef", "user", "responseStatus")
    )
    resource, part = text(target.get("resource")), text(target.get("subresource"))
    verb, name = text(item["verb"]) or "", text(target.get("name"))
    namespace = text(target.get("namespace"))
    thing = f"{resource}/{part}" if resource and part else resource
    told: dict[str, Any] = {
        "@timestamp": time,
        "event.id": context.event_id("k8s", item["auditID"], item.get("stage")),
        "event.category": _category(resource, part, text(target.get("apiGroup"))),
        "event.type": TYPES.get(verb, "info"),
        "event.action": f"{verb} {thing}" if thing else verb,
        "event.outcome": _outcome(item, status),
        "event.original": readable(document.raw),
        "url.original": text(item.get("requestURI")),
        "http.response.status_code": _code(status),
        "source.ip": _address(item.get("sourceIPs")),
        "user_agent.original": text(item.get("userAgent")),
        "batch.line": document.number,
        **_who(user, mapping(item.get("impersonatedUser"))),
    }
    labels = dict(_labels(item, target, verb, status))
    if resource in RESOURCES and RESOURCES[resource] == "process":
        told["job.name"] = name
        told["job.id"] = f"{namespace}/{name}" if namespace and name else name
        told |= of_workload(item, labels)
    if part in INTERACTIVE:
        told["process.command_line"] = _command(told["url.original"])
    told["message"] = (
        f"{told['user.name'] or 'somebody'}: {told['event.action']} "
        f"{'/'.join(one for one in (namespace, name) if one)}"
    ).rstrip()
    told["labels"] = list(labels.items())
    return told


def _who(user: Mapping[str, Any], instead: Mapping[str, Any]) -> dict[str, Any]:
    """The account that signed in acts, also where it takes another's rights (`kubectl --as`)."""
    name, other = text(user.get("username")), text(instead.get("username"))
    anonymous = name in (None, "system:anonymous")
    return {
        "actor.account": None if anonymous else account("k8s", name),
        "actor.basis": "anonymous request" if anonymous else "authenticated user",
        "user.name": name,
        "user.id": text(user.get("uid")),
        "user.effective.name": other,
        "user.target.name": other,
    }


def _category(resource: str | None, part: str | None, group: str | None) -> str:
    if part in INTERACTIVE:
        return "process"
    return CATEGORIES.get(group or "") or RESOURCES.get(resource or "") or "api"


def _outcome(item: Mapping[str, Any], status: Mapping[str, Any]) -> str:
    code = _code(status)
    decision = mapping(item.get("annotations")).get("authorization.k8s.io/decision")
    if decision == "forbid" or item.get("stage") == "Panic" or (code or 0) >= 400:
        return "failure"
    return "unknown" if code is None else "success"


def _code(status: Mapping[str, Any]) -> int | None:
    code = status.get("code")
    return code if isinstance(code, int) and 0 <= code < 1000 else None


def _address(addresses: Any) -> str | None:
    return address(addresses[0]) if isinstance(addresses, list) and addresses else None


@lru_cache(maxsize=2048)
def _command(address: str | None) -> str | None:
    """What is run in a container: `command=` of an exec's address, once a word."""
    try:
        words = parse_qs(urlsplit(address or "").query, max_num_fields=200).get("command", [])
    except ValueError:
        return None
    return readable(" ".join(words)) or None


def _labels(
    item: Mapping[str, Any], target: Mapping[str, Any], verb: str, status: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    """Under the names that rules for this log look them up by."""
    yield "verb", verb
    for name in ("resource", "subresource", "namespace", "name", "apiGroup"):
        if value := text(target.get(name)):
            yield f"objectRef.{name}", value[:LONGEST]
    for name in ("stage", "level"):
        if value := text(item.get(name)):
            yield name, value[:LONGEST]
    for name in ("reason", "message"):
        if value := text(status.get(name)):
            yield f"responseStatus.{name}", value[:LONGEST]
    for key, value in list(mapping(item.get("annotations")).items())[:16]:
        if value := text(value):
            yield readable(key)[:256], value[:LONGEST]
    groups = mapping(item.get("user")).get("groups")
    if isinstance(groups, list) and groups:
        yield "groups", ", ".join(map(str, groups[:16]))[:LONGEST]
