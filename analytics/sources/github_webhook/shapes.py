"""What a delivery is: envelope or bare payload, which event by its keys, and when it happened."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from analytics.event import Context, readable
from analytics.forges.values import Payload, at, mapping, text, time_of

EVENT_NAMES = ("event", "X-GitHub-Event", "x-github-event", "github_event")
DELIVERY_NAMES = ("delivery", "X-GitHub-Delivery", "x-github-delivery", "guid", "delivery_id")
SENT_NAMES = ("delivered_at", "received_at", "timestamp", "time", "@timestamp")

# A payload has one of these; the last two are of those that nobody's act sends.
SENT_BY = ("sender", "pusher", "repository", "zen", "security_advisory")

# Without a header the keys decide; the first row whose keys are all there is right. A key with a
# minus must be missing, one with a point stands in an object.
BY_KEYS: tuple[tuple[str, tuple[str, ...]], ...] = tuple(
    (kind, tuple(keys.split()))
    for kind, keys in (
        ("push", "pusher commits ref"),
        ("pull_request_review_comment", "pull_request comment"),
        ("pull_request_review_thread", "pull_request thread"),
        ("pull_request_review", "pull_request review"),
        ("pull_request", "pull_request"),
        ("workflow_job", "workflow_job"),
        ("deployment_status", "deployment_status"),
        ("deployment", "deployment"),
        ("deployment_review", "workflow_run since"),
        ("deployment_protection_rule", "deployment_callback_url environment"),
        ("workflow_run", "workflow_run"),
        ("workflow_dispatch", "workflow inputs"),
        ("repository_dispatch", "client_payload"),
        ("branch_protection_rule", "rule repository"),
        ("branch_protection_configuration", "repository action -rule enabled"),
        ("repository_ruleset", "repository_ruleset"),
        ("membership", "team member scope"),
        ("member", "member repository"),
        ("organization", "membership organization"),
        ("organization", "invitation organization"),
        ("team_add", "team repository -action"),
        ("team", "team"),
        ("deploy_key", "key repository"),
        ("org_block", "blocked_user"),
        ("secret_scanning_alert_location", "alert location"),
        ("code_scanning_alert", "alert commit_oid"),
        ("code_scanning_alert", "alert.rule alert.tool"),
        ("dependabot_alert", "alert.security_advisory"),
        ("repository_vulnerability_alert", "alert.affected_package_name"),
        ("secret_scanning_alert", "alert"),
        ("security_and_analysis", "changes.from.security_and_analysis"),
        ("personal_access_token_request", "personal_access_token_request"),
        ("create", "ref_type master_branch"),
        ("delete", "ref_type pusher_type"),
        ("fork", "forkee"),
        ("issue_comment", "issue comment"),
        ("issues", "issue"),
        ("discussion_comment", "discussion comment"),
        ("commit_comment", "comment repository"),
        ("release", "release"),
        ("check_run", "check_run"),
        ("check_suite", "check_suite"),
        ("star", "starred_at"),
        ("ping", "zen hook"),
        ("ping", "zen hook_id"),
        ("meta", "hook hook_id"),
        ("status", "sha state context"),
        ("custom_property_values", "new_property_values"),
        ("installation_repositories", "repositories_added"),
        ("gollum", "pages"),
        ("page_build", "build id"),
    )
)
# The name of any other event is that of its object, if it is none of these.
AROUND = frozenset(
    (
        "repository",
        "organization",
        "enterprise",
        "sender",
        "installation",
        "changes",
        "answer",
        "requester",
    )
)
# An event without an object of its own.
WITHOUT: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("repository_import", ("status", "repository", "-action")),
    ("repository", ("action", "repository")),
    ("installation", ("installation", "action", "-organization")),
    ("organization", ("organization", "action")),
    ("github_app_authorization", ("action", "sender")),
    ("public", ("repository", "sender")),
)

# The object of an event is the key of its own name, but for these.
OBJECTS = {
    "pull_request_review": "review",
    "pull_request_review_comment": "comment",
    "branch_protection_rule": "rule",
    "deploy_key": "key",
    "secret_scanning_alert": "alert",
    "fork": "forkee",
    "issue_comment": "comment",
    "issues": "issue",
    "commit_comment": "comment",
    "organization": "invitation",
    "public": "repository",
    "code_scanning_alert": "alert",
    "dependabot_alert": "alert",
    "repository_vulnerability_alert": "alert",
    "pull_request_review_thread": "pull_request",
    "discussion_comment": "comment",
    "page_build": "build",
}
BEGINNINGS = ("created", "opened", "member_invited", "requested", "submitted", "published")


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One delivery: `kind` and `action` as GitHub calls them, `sent` where the envelope says."""

    kind: str
    action: str | None
    payload: Payload
    id: str | None
    sent: datetime | None


def delivery_of(document: Any) -> Delivery | None:
    """What was delivered, or None where it is no payload of a webhook."""
    outer = mapping(document)
    headers = {**mapping(outer.get("headers")), **outer}
    body = next((outer[name] for name in ("payload", "body") if name in outer), None)
    if isinstance(body, str):
        try:
            body = orjson.loads(body)
        except orjson.JSONDecodeError:
            return None
    enveloped = isinstance(body, dict) and "sender" not in outer
    payload = body if isinstance(body, dict) and enveloped else outer
    named = next(filter(None, (_header(headers.get(name)) for name in EVENT_NAMES)), None)
    kind = named if named and (enveloped or "headers" in outer) else _kind_of(payload)
    sent_by = any(key in payload for key in SENT_BY)
    if kind is None or not (sent_by or (named and enveloped)):
        return None
    action = payload.get("action")
    told = headers if enveloped or "headers" in outer else {}
    ids = filter(None, (_header(told.get(name)) for name in DELIVERY_NAMES))
    sent = (time_of(outer.get(name)) for name in SENT_NAMES if enveloped)
    return Delivery(
        kind=kind,
        action=action if isinstance(action, str) else None,
        payload=payload,
        id=next(ids, None),
        sent=next(filter(None, sent), None),
    )


def _header(value: Any) -> str | None:
    """A header's value; servers that allow several give a list."""
    return text(value[0] if isinstance(value, list) and value else value)


def _kind_of(payload: Payload) -> str | None:
    """The event that has such keys; one that is not known is called as its object is."""
    for kind, keys in BY_KEYS:
        if _fits(payload, keys):
            return kind
    for key, value in payload.items():
        if isinstance(value, dict) and key not in AROUND:
            return readable(key)[:100]
    if payload.get("action") == "started" and "repository" in payload:
        return "watch"
    return next((kind for kind, keys in WITHOUT if _fits(payload, keys)), None)


def _fits(payload: Payload, keys: tuple[str, ...]) -> bool:
    for key in keys:
        if key[0] == "-":
            if key[1:] in payload:
                return False
        elif key not in payload and ("." not in key or at(payload, key) is None):
            return False
    return True


def happened(delivery: Delivery, context: Context) -> tuple[datetime, str]:
    """When it happened and what says so: its own object, the envelope, or only its receipt."""
    for time, basis in _times(delivery):
        if time is not None and context.implausible(time) is None:
            return time, basis
    return context.received, "received"


def _times(delivery: Delivery) -> Iterator[tuple[datetime | None, str]]:
    """Times in order of trust. What a deletion's object says is older than the deletion."""
    payload, kind, action = delivery.payload, delivery.kind, delivery.action
    repository = mapping(payload.get("repository"))
    if kind in ("push", "create", "delete"):
        yield time_of(repository.get("pushed_at")), "pushed_at"
        yield time_of(mapping(payload.get("head_commit")).get("timestamp")), "head_commit"
    own = mapping(payload.get(OBJECTS.get(kind, kind)))
    if kind == "pull_request_review" and action != "submitted":
        own = mapping(payload.get("pull_request"))
    if action in ("deleted", "removed"):
        yield delivery.sent, "envelope"
    names = ["submitted_at"] * (kind == "pull_request_review")
    names += ["merged_at", "closed_at"] * (action == "closed")
    names += ["created_at", "published_at"] * (action in BEGINNINGS or kind == "fork")
    for name in (*names, "updated_at"):
        yield time_of(own.get(name)), name
    yield delivery.sent, "envelope"
    for name in ("starred_at", "updated_at", "created_at"):  # of a status
        yield time_of(payload.get(name)), name
