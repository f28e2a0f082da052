"""Columns of the audit API's events: who asked the cluster for what, and whether they got it."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

from analytics.event import account, readable
from analytics.jsonlog.cells import Sparse, labels
from analytics.jsonlog.columns import Columns, Entries
from analytics.jsonlog.samples import Looks
from analytics.jsonlog.values import address, text
from analytics.sources.kubernetes_audit.rights import ASKED, of_rights
from analytics.sources.kubernetes_audit.rights import DECISIVE as OF_RIGHTS
from analytics.sources.kubernetes_audit.workloads import (
    DECISIVE,
    WORKLOADS,
    node_of,
    of_status,
    of_workload,
)

MOST_ANNOTATIONS = 16
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
RUN = frozenset(name for name, category in RESOURCES.items() if category == "process")


DECISION, REASON = "authorization.k8s.io/decision", "authorization.k8s.io/reason"
USUAL = (DECISION, REASON)  # annotations
PATHS = (
    *("auditID", "stage", "level", "verb", "requestURI", "sourceIPs", "userAgent"),
    *("stageTimestamp", "requestReceivedTimestamp", "timestamp"),
    *("user.username", "user.uid", "user.groups"),
    *("impersonatedUser.username", "impersonatedUser.groups"),
    *("objectRef.resource", "objectRef.subresource", "objectRef.namespace", "objectRef.name"),
    *("objectRef.apiGroup", "responseStatus.code", "responseStatus.reason"),
    *("responseStatus.message", "requestObject", "annotations"),
    *(("annotations", DECISION), ("annotations", REASON)),
)
LABELLED = (  # under the names that rules for this log look them up by
    *("verb", "stage", "level", "responseStatus.reason", "responseStatus.message"),
    *("objectRef.resource", "objectRef.subresource", "objectRef.namespace", "objectRef.name"),
    "objectRef.apiGroup",
)

LOOKS = Looks(
    at=(
        *("verb", "stage", "objectRef.resource", "objectRef.subresource", "objectRef.apiGroup"),
        *("responseStatus.code", f"annotations.{DECISION}", *OF_RIGHTS),
    ),
    anywhere=DECISIVE,
    words={"user.username": "system:anonymous", "requestURI": r".*[?&]command=.*"},
    addresses=("sourceIPs",),
    times=("stageTimestamp", "requestReceivedTimestamp", "timestamp"),
)


def columns_of(events: Entries) -> Columns:
    """The columns of events that have an auditID and a verb."""
    texts = events.texts
    users, others = texts("user.username"), texts("impersonatedUser.username")
    resources, parts = texts("objectRef.resource"), texts("objectRef.subresource")
    spaces, names = texts("objectRef.namespace"), texts("objectRef.name")
    codes = [_code(code) for code in events.values("responseStatus.code")]
    deeds = map(_deed, texts("verb"), resources, parts, texts("objectRef.apiGroup"))
    categories, types, actions = zip(*deeds, strict=True)
    accounts, bases = zip(*map(_who, users), strict=True)
    told = {name: texts(name) for name in LABELLED}
    told["groups"] = [_listed(groups) for groups in events.values("user.groups")]
    told["impersonatedUser.groups"] = list(map(_listed, events.values("impersonatedUser.groups")))
    told |= {name: texts(("annotations", name)) for name in USUAL}
    told |= _annotations(events.values("annotations"))
    return {
        "event.id": events.ids("k8s", events.values("auditID"), events.values("stage")),
        "event.category": categories,
        "event.type": types,
        "event.action": actions,
        "event.outcome": list(map(_outcome, codes, told[DECISION], told["stage"])),
        "message": list(map(_sentence, users, actions, spaces, names)),
        "url.original": texts("requestURI"),
        "http.response.status_code": codes,
        "source.ip": [_address(listed) for listed in events.values("sourceIPs")],
        "user_agent.original": texts("userAgent"),
        "actor.account": accounts,
        "actor.basis": bases,
        "user.name": users,
        "user.id": texts("user.uid"),
        "user.effective.name": others,
        "user.target.name": _targets(events, others, told),
        **_jobs(events, told),
        "labels": labels(told, len(events)),
    }


@lru_cache(maxsize=4096)
def _deed(
    verb: str | None, resource: str | None, part: str | None, group: str | None
) -> tuple[str, str, str]:
    """Category, type and action."""
    category = CATEGORIES.get(group or "") or RESOURCES.get(resource or "") or "api"
    thing = f"{resource}/{part}" if resource and part else resource
    return (
        "process" if part in INTERACTIVE else category,
        TYPES.get(verb or "", "info"),
        f"{verb or ''} {thing}" if thing else verb or "",
    )


@lru_cache(maxsize=4096)
def _who(name: str | None) -> tuple[str | None, str]:
    """The account that signed in acts, also where it takes another's rights (`kubectl --as`)."""
    anonymous = name in (None, "system:anonymous")
    return (
        None if anonymous else account("k8s", name),
        "anonymous request" if anonymous else "authenticated user",
    )


@lru_cache(maxsize=4096)
def _outcome(code: int | None, decision: str | None, stage: str | None) -> str:
    if decision == "forbid" or stage == "Panic" or (code or 0) >= 400:
        return "failure"
    return "unknown" if code is None else "success"


def _sentence(user: str | None, action: str, space: str | None, name: str | None) -> str:
    what = f"{space}/{name}" if space and name else space or name or ""
    return f"{user or 'somebody'}: {action} {what}".rstrip()


def _code(code: Any) -> int | None:
    return code if type(code) is int and 0 <= code < 1000 else None


def _address(addresses: Any) -> str | None:
    return address(addresses[0]) if isinstance(addresses, list) and addresses else None


def _jobs(events: Entries, told: dict[str, Sequence[Any]]) -> Columns:
    """What is run, of the few events that are about that; adds what is dangerous to the labels."""
    of = ("objectRef.resource", "objectRef.subresource", "objectRef.namespace", "objectRef.name")
    resources, parts, spaces, names = map(events.texts, of)
    urls, wanted = events.texts("requestURI"), events.values("requestObject")
    fields, dangers = Sparse(len(events)), Sparse(len(events))
    for row, (resource, part) in enumerate(zip(resources, parts, strict=True)):
        if resource in RUN:
            space, name, danger = spaces[row], names[row], dict[str, str]()
            fields.put(row, "job.name", name)
            fields.put(row, "job.id", f"{space}/{name}" if space and name else name)
            if wanted[row] and part == "binding":
                node = node_of(wanted[row])
                fields.put(row, "job.nodes", [node] if node else None)
            elif wanted[row] and part == "status":
                dangers.put_all(row, of_status(wanted[row]))
            elif wanted[row]:
                fields.put_all(row, of_workload(wanted[row], danger))
                dangers.put_all(row, danger)
        if part in INTERACTIVE:
            fields.put(row, "process.command_line", _command(urls[row]))
    told |= dangers.columns
    return fields.columns


def _targets(
    events: Entries, others: Sequence[str | None], told: dict[str, Sequence[Any]]
) -> list[str | None]:
    """Whose rights are taken, else who would get some; adds what would be changed to the labels."""
    targets, changes = list(others), Sparse(len(events))
    wanted = events.values("requestObject")
    for row, resource in enumerate(events.texts("objectRef.resource")):
        if wanted[row] and resource in ASKED:
            person, labelled = of_rights(resource, wanted[row])
            targets[row] = targets[row] or person
            changes.put_all(row, labelled)
    told |= changes.columns
    return targets


@lru_cache(maxsize=2048)
def _command(address: str | None) -> str | None:
    """What is run in a container: `command=` of an exec's address, once a word."""
    try:
        words = parse_qs(urlsplit(address or "").query, max_num_fields=200).get("command", [])
    except ValueError:
        return None
    return readable(" ".join(words)) or None


def _annotations(rows: Sequence[Any]) -> Mapping[str, Sequence[Any]]:
    """Columns of the texts of those that are not usual."""
    found = Sparse(len(rows))
    for row, told in enumerate(rows):
        if type(told) is dict and not told.keys() <= {*USUAL}:
            for name, value in list(told.items())[:MOST_ANNOTATIONS]:
                if name not in USUAL:
                    found.put(row, name[:256], text(value))
    return found.columns


def _listed(groups: Any) -> str | None:
    if not isinstance(groups, list):
        return None
    try:
        return ", ".join(groups[:16])
    except TypeError:  # no texts
        return ", ".join(map(str, groups[:16]))
