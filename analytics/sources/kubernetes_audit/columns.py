"""Columns of the audit API's events: who asked the cluster for what, and whether they got it."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

from analytics.event import account, readable
from analytics.jsonlog.cells import Labels
from analytics.jsonlog.columns import Columns, Entries, Texts
from analytics.jsonlog.values import address, text
from analytics.sources.kubernetes_audit.workloads import WORKLOADS, of_workload

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


def columns_of(events: Entries) -> Columns:
    """The columns of events that have an auditID and a verb."""
    texts = events.texts
    verbs, urls = texts("verb"), texts("requestURI")
    resources, parts = texts("objectRef", "resource"), texts("objectRef", "subresource")
    spaces, names = texts("objectRef", "namespace"), texts("objectRef", "name")
    users, others = texts("user", "username"), texts("impersonatedUser", "username")
    codes = [_code(code) for code in events.values("responseStatus", "code")]
    decisions = texts("annotations", "authorization.k8s.io/decision")
    deeds = map(_deed, verbs, resources, parts, texts("objectRef", "apiGroup"))
    categories, types, actions = zip(*deeds, strict=True)
    accounts, bases = zip(*map(_who, users), strict=True)
    said = zip(users, actions, spaces, names, strict=True)
    labels = _labels(events, verbs)
    return {
        "event.id": events.ids("k8s", events.values("auditID"), events.values("stage")),
        "event.category": categories,
        "event.type": types,
        "event.action": actions,
        "event.outcome": list(map(_outcome, codes, decisions, texts("stage"))),
        "message": [_sentence(*told) for told in said],
        "url.original": urls,
        "http.response.status_code": codes,
        "source.ip": [_address(listed) for listed in events.values("sourceIPs")],
        "user_agent.original": texts("userAgent"),
        "actor.account": accounts,
        "actor.basis": bases,
        "user.name": users,
        "user.id": texts("user", "uid"),
        "user.effective.name": others,
        "user.target.name": others,
        **_jobs(events, (resources, parts, spaces, names, urls), labels),
        "labels": labels.array(),
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
    return code if isinstance(code, int) and 0 <= code < 1000 else None


def _address(addresses: Any) -> str | None:
    return address(addresses[0]) if isinstance(addresses, list) and addresses else None


def _jobs(
    events: Entries, told: tuple[Texts, Texts, Texts, Texts, Texts], labels: Labels
) -> Columns:
    """What is run, of the few events that are about that; adds what is dangerous to the labels."""
    columns: dict[str, list[Any]] = {}
    for row, (resource, part, space, name, url) in enumerate(zip(*told, strict=True)):
        if resource not in RUN and part not in INTERACTIVE:
            continue
        fields = _run(events.records[row], space, name, labels, row) if resource in RUN else {}
        if part in INTERACTIVE:
            fields["process.command_line"] = _command(url)
        for field, value in fields.items():
            columns.setdefault(field, [None] * len(events))[row] = value
    return columns


def _run(
    event: Mapping[str, Any], space: str | None, name: str | None, labels: Labels, row: int
) -> dict[str, Any]:
    dangers: dict[str, str] = {}
    fields = {
        "job.name": name,
        "job.id": f"{space}/{name}" if space and name else name,
        **of_workload(event, dangers),
    }
    for key, danger in dangers.items():
        labels.add(row, key, danger)
    return fields


@lru_cache(maxsize=2048)
def _command(address: str | None) -> str | None:
    """What is run in a container: `command=` of an exec's address, once a word."""
    try:
        words = parse_qs(urlsplit(address or "").query, max_num_fields=200).get("command", [])
    except ValueError:
        return None
    return readable(" ".join(words)) or None


def _labels(events: Entries, verbs: Texts) -> Labels:
    """Under the names that rules for this log look them up by."""
    texts = events.texts
    labels = Labels(len(events), {"verb": verbs})
    for name in ("resource", "subresource", "namespace", "name", "apiGroup"):
        labels.put(f"objectRef.{name}", texts("objectRef", name))
    for name in ("stage", "level"):
        labels.put(name, texts(name))
    for name in ("reason", "message"):
        labels.put(f"responseStatus.{name}", texts("responseStatus", name))
    labels.put("groups", [_listed(groups) for groups in events.values("user", "groups")])
    for row, annotations in enumerate(events.objects("annotations")):
        for key, value in list(annotations.items())[:MOST_ANNOTATIONS]:
            if told := text(value):
                labels.add(row, key[:256], told)
    return labels


def _listed(groups: Any) -> str | None:
    return ", ".join(map(str, groups[:16])) if isinstance(groups, list) else None
