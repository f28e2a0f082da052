"""GitHub's audit log: exports, the REST API's pages, git events, and what it streams."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import lru_cache
from typing import Any, BinaryIO

from analytics.event import Batch, Collector, Context, Row, Source, account, readable
from analytics.forges.pushes import branch_of, landed
from analytics.forges.values import Payload, canonical, labels, mapping, number, text, time_of
from analytics.jsonlog.documents import batches
from analytics.jsonlog.samples import Looks
from analytics.reading import Document, sampled

ACTION = re.compile(r"[a-z][a-z0-9_]*\.[a-z0-9_]+|[a-z]+(?:_[a-z]+)+")
MARK = re.compile(rb'"action"\s*:\s*"[a-z][a-z0-9_]*\.[a-z_]+"')
OF_GITHUB = (
    re.compile(rb'"_document_id"\s*:\s*"|"actor_location"\s*:\s*\{|"org_id"\s*:\s*\d'),
    re.compile(rb'"(?:created_at|@timestamp)"\s*:\s*1\d{12}\b'),
)
PULL = re.compile(r"https?://[^/\s]{1,255}/([\w.-]{1,100}/[\w.-]{1,100})/pull/(\d{1,9})(?:\D|$)")
SECONDS_BELOW = 10**11  # a smaller number counts seconds, a larger one milliseconds
NOBODY = frozenset(["deploy_key", "ghost", "anonymous"])
# The first part of an action and what it is about; the rest is configuration.
CATEGORIES = {"git": "file", "api": "api", "workflows": "process", "codespaces": "process"}
CATEGORIES |= {"user": "authentication", "org_credential_authorization": "authentication"}
CATEGORIES |= dict.fromkeys(
    (
        *(
            "org",
            "team",
            "role",
            "business",
            "enterprise_team",
            "external_group",
            "external_identity",
        ),
        *(
            "personal_access_token",
            "oauth_authorization",
            "oauth_access",
            "public_key",
            "deploy_key",
        ),
        *("integration_installation", "ssh_certificate_authority", "two_factor_authentication"),
        *(
            "organization_role",
            "custom_role",
            "repository_role",
            "invitation",
            "members_can_create",
        ),
    ),
    "iam",
)
MEMBERS = frozenset(["repo.add_member", "repo.remove_member", "repo.update_member"])
# What `operation_type` says, else how an action's words begin or end after its point.
OPERATIONS = {"create": "creation", "restore": "creation", "modify": "change", "remove": "deletion"}
OPERATIONS |= {"transfer": "change", "access": "access", "authentication": "start"}
TYPES = {
    **dict.fromkeys(("create", "created", "add", "invite", "register", "grant"), "creation"),
    **dict.fromkeys(("destroy", "delete", "deleted", "remove", "revoke", "revoked"), "deletion"),
    **dict.fromkeys(("clone", "fetch", "download", "request"), "access"),
    **{"login": "start", "logout": "end"},
}
FAILED = frozenset(["protected_branch.rejected_ref_update", "user.failed_login"])
# What has a field of its own, or says nothing of its own.
TOLD = frozenset(
    (
        *("@timestamp", "_document_id", "action", "actor", "actor_id", "actor_ip", "user_agent"),
        *(
            "created_at",
            "user",
            "repo",
            "repository",
            "user_id",
            "org_id",
            "repo_id",
            "business_id",
        ),
        *("data", "request_method", "status_code", "url_path", "external_identity_nameid"),
        *("actor_location", "request_access_security_header", "repository_id", "actor_is_bot"),
        *("business", "token_id", "transport_protocol", "public_repo", "route", "request_category"),
    )
)
PLAIN = (str, int, float)
LOOKS = Looks(
    at=(
        *("action", "operation_type", "programmatic_access_type", "status_code"),
        *("pull_request_url", "branch", "ref", "head_branch", "data"),
    ),
    words={"actor": "|".join(NOBODY), "after": "0+"},
    signs={"external_identity_nameid": "@"},
    same=(("actor", "user"),),
    times=("@timestamp", "created_at"),
)


def parse(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    """An event for each record."""
    return batches(stream, Collector(context, SOURCE), read, looks=LOOKS)


def read(document: Document, context: Context) -> list[Row] | str:
    """The row of a record."""
    record = record_of(document.value)
    if record is None:
        return "not a record of GitHub's audit log"
    time = _time(record)
    if time is None:
        return "a record without a time"
    return [_row_of(record, time, document, context)]


def record_of(value: Any) -> Payload | None:
    """The record itself, also out of an envelope of Splunk or Wazuh; None for anything else."""
    for found in (value, mapping(value).get("event"), mapping(value).get("github")):
        if isinstance(found, dict) and isinstance(found.get("action"), str) and found["action"]:
            return found
    return None


def _time(record: Payload) -> datetime | None:
    for name in ("@timestamp", "created_at"):
        value = record.get(name)
        if isinstance(value, int | float) and abs(value) >= SECONDS_BELOW:
            value = value / 1000 if isinstance(value, float) else _seconds(value)
        time = time_of(value[:26] if isinstance(value, str) and " " in value else value)
        if time is not None:
            return time
    return None


def _seconds(milliseconds: int) -> float | None:
    return milliseconds / 1000 if milliseconds < 1 << 60 else None


def _row_of(record: Payload, time: datetime, document: Document, context: Context) -> Row:
    get = record.get
    data = mapping(get("data"))
    about = {**data, **record} if data else record
    row: dict[str, Any] = {"@timestamp": time, "batch.line": document.number}
    row |= _of(_what, get("action"), get("operation_type"))
    agent = get("actor_is_agent") is True
    access = get("programmatic_access_type")
    bot = get("actor_is_bot") is True
    row |= _of(_who, get("actor"), get("actor_id"), bot, access, get("user"), agent)
    row |= _of(_whence, get("actor_ip"), get("user_agent"), get("external_identity_nameid"))
    pull = PULL.match(text(about.get("pull_request_url")) or "")
    where = text(get("repo")) or text(get("repository")) or (pull[1] if pull else None)
    branch, status = _branch(row["event.action"], about), number(get("status_code"))
    identity = text(get("_document_id")) or readable(canonical(record, document.raw))
    row["event.id"] = context.event_id("github_audit", identity)
    row["event.original"] = readable(document.raw)
    row["message"] = _sentence(row, branch, where or text(get("org")))
    row["git.repository"], row["git.branch"] = where, branch
    if status is not None:
        row["http.response.status_code"] = status
        row["http.request.method"] = text(get("request_method"))
        row["url.original"] = text(get("url_path")) or text(get("route"))
        row["event.outcome"] = "failure" if status >= 400 else row["event.outcome"]
    if pull:
        row["git.pull_request"] = int(pull[2])
    row["git.commit"] = landed(about.get("after")) or text(about.get("head_sha"))
    row["git.pusher"] = row["actor.account"] if row["event.action"] == "git.push" else None
    row["labels"] = _labels(record, data)
    return row


def _of(known: Callable[..., Row], *told: Any) -> Row:
    """What a cached function knows of these values, also where they are lists or objects."""
    try:
        return known(*told)
    except TypeError:
        return known(*(value if isinstance(value, PLAIN) else None for value in told))


@lru_cache(maxsize=2048, typed=True)
def _what(action: Any, operation: Any) -> Row:
    """Kind and outcome of an action."""
    action = readable(action)
    start, _, verb = action.partition(".")
    words = (verb or start).split("_")
    kind = OPERATIONS.get(operation) if isinstance(operation, str) else None
    kind = kind or TYPES.get(words[0]) or TYPES.get(words[-1]) or "change"
    category = CATEGORIES.get(start, "configuration")
    branch = start == "protected_branch"
    return {
        "event.category": "iam" if action in MEMBERS else category,
        "event.type": kind,
        "event.action": action,
        "event.outcome": "failure" if action in FAILED else "success",
        "git.protected": verb != "destroy" if branch else None,
    }


@lru_cache(maxsize=4096, typed=True)
def _who(actor: Any, number_of: Any, bot: bool, access: Any, user: Any, agent: bool) -> Row:
    """Who acted and upon whom; an agent names the person for whom it acts as its user."""
    name, target, token = text(actor), text(user), text(access)
    somebody = name is not None and name not in NOBODY
    whole = number(number_of)
    if name is None:
        basis = "the audit log names nobody"
    elif not somebody:
        basis = f"{name}: the audit log names no user behind it"
    else:
        basis = f"audit log's actor, {'an agent' if agent else 'a bot' if bot else 'a user'}"
        basis += f", by {token}" if token else ""
    return {
        "actor.account": account("github", name) if somebody else None,
        "actor.basis": basis,
        "actor.on_behalf_of": account("github", target) if agent and target != name else None,
        "user.name": name,
        "user.id": None if whole is None else str(whole),
        "user.target.name": target if target != name else None,
    }


@lru_cache(maxsize=8192, typed=True)
def _whence(address: Any, agent: Any, identity: Any) -> Row:
    """Address, client, and the name under which the organisation's sign-in knows the user."""
    name = text(identity)
    return {
        "source.ip": text(address),
        "user_agent.original": text(agent),
        "user.email": name if name and "@" in name else None,
    }


def _branch(action: str, about: Payload) -> str | None:
    for name in ("branch", "ref", "head_branch"):
        if found := text(about.get(name)):
            return branch_of(found) or (None if found.startswith("refs/") else found)
    return text(about.get("name")) if action.startswith("protected_branch.") else None


def _sentence(row: Row, branch: str | None, where: str | None) -> str:
    said = f"{row['user.name'] or 'somebody'}: {row['event.action']}"
    if row["user.target.name"]:
        said += f" {row['user.target.name'][:100]}"
    if branch:
        said += f" {branch[:200]}"
    return f"{said} in {where}" if where else said


def _labels(record: Payload, data: Payload) -> list[tuple[str, str]]:
    told = [(name, value) for name, value in record.items() if name not in TOLD]
    if data:
        told += [(name, value) for name, value in data.items() if name not in record]
    location = record.get("actor_location")
    if isinstance(location, dict):
        told.append(("country", location.get("country_code")))
    try:
        return _told(tuple(told))
    except TypeError:  # lists and objects
        return labels(dict(told))


@lru_cache(maxsize=4096, typed=True)
def _told(pairs: tuple[tuple[str, Any], ...]) -> list[tuple[str, str]]:
    return labels(dict(pairs))


def recognises(head: bytes, path: str) -> float:
    """Sure of records with an action and marks that only GitHub's audit log has."""
    values = sampled(head)
    if values:
        sure = any(map(_is_record, values)) and all(map(record_of, values))
        return 0.95 if sure else 0.0
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] not in (b"[", b"{") or not MARK.search(head):
        return 0.0
    return 0.9 if all(mark.search(head) for mark in OF_GITHUB) else 0.0


def _is_record(value: Any) -> bool:
    record = record_of(value)
    if record is None or not ACTION.fullmatch(record["action"]) or "sender" in record:
        return False
    stamp = record.get("@timestamp", record.get("created_at"))
    whole = isinstance(stamp, int) and stamp >= SECONDS_BELOW
    who = isinstance(record.get("actor"), str | None) and ("actor" in record or "org" in record)
    marks = ("_document_id", "actor_location", "actor_id", "org", "business", "actor_ip", "repo")
    return whole and who and any(mark in record for mark in marks) and "_id" not in record


SOURCE = Source(
    name="github_audit",
    family="git",
    title="GitHub audit log",
    recognises=recognises,
    parse=parse,
)
