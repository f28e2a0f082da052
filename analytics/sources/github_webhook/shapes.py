"""What a delivery is: envelope or bare payload, which event by its keys, and when it happened."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

Payload = Mapping[str, Any]

EVENT_NAMES = ("event", "X-GitHub-Event", "x-github-event", "github_event")
DELIVERY_NAMES = ("delivery", "X-GitHub-Delivery", "x-github-delivery", "guid", "delivery_id")
SENT_NAMES = ("delivered_at", "received_at", "timestamp", "time", "@timestamp")

# Without a header the keys decide; the first row whose keys are all there is right. A key with a
# minus must be missing.
BY_KEYS: tuple[tuple[str, str], ...] = (
    ("push", "pusher commits ref"),
    ("pull_request_review_comment", "pull_request comment"),
    ("pull_request_review_thread", "pull_request thread"),
    ("pull_request_review", "pull_request review"),
    ("pull_request", "pull_request"),
    ("workflow_run", "workflow_run"),
    ("workflow_job", "workflow_job"),
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
    ("secret_scanning_alert_location", "alert location"),
    ("secret_scanning_alert", "alert repository"),
    ("personal_access_token_request", "personal_access_token_request"),
    ("create", "ref_type master_branch"),
    ("delete", "ref_type pusher_type"),
    ("fork", "forkee"),
    ("issue_comment", "issue comment"),
    ("issues", "issue"),
    ("commit_comment", "comment repository"),
    ("release", "release"),
    ("deployment_status", "deployment_status"),
    ("deployment", "deployment"),
    ("check_run", "check_run"),
    ("check_suite", "check_suite"),
    ("merge_group", "merge_group"),
    ("package", "package"),
    ("registry_package", "registry_package"),
    ("star", "starred_at"),
    ("ping", "zen hook"),
    ("meta", "hook hook_id"),
    ("status", "sha state context"),
    ("custom_property_values", "new_property_values"),
    ("installation_repositories", "repositories_added"),
    ("repository", "action repository"),
    ("installation", "installation action -organization"),
    ("organization", "organization action"),
    ("public", "repository sender"),
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


def mapping(value: Any) -> Payload:
    """The object itself, an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def time_of(value: Any) -> datetime | None:
    """Seconds since 1970 or an ISO time as UTC; None for anything else."""
    try:
        if isinstance(value, int) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC)
        time = datetime.fromisoformat(value) if isinstance(value, str) else None
        return time and time.replace(tzinfo=time.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None


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
    named = next((headers[n] for n in EVENT_NAMES if isinstance(headers.get(n), str)), None)
    kind = named if named and (enveloped or "headers" in outer) else _kind_of(payload)
    if kind is None or not any(key in payload for key in ("sender", "pusher", "repository")):
        return None
    action = payload.get("action")
    told = headers if enveloped or "headers" in outer else {}
    ids = (str(told[name]) for name in DELIVERY_NAMES if told.get(name))
    sent = (time_of(outer.get(name)) for name in SENT_NAMES if enveloped)
    return Delivery(
        kind=kind,
        action=action if isinstance(action, str) else None,
        payload=payload,
        id=next(ids, None),
        sent=next(filter(None, sent), None),
    )


def _kind_of(payload: Payload) -> str | None:
    for kind, keys in BY_KEYS:
        if all(
            key[1:] not in payload if key.startswith("-") else key in payload
            for key in keys.split()
        ):
            return kind
    return None


def happened(delivery: Delivery, received: datetime) -> tuple[datetime, str]:
    """When it happened and what says so: its own object, the envelope, or only its receipt."""
    for time, basis in _times(delivery):
        if time is not None:
            return time, basis
    return received, "received"


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
    yield time_of(payload.get("starred_at")), "starred_at"
