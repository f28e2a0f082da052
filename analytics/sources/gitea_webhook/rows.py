"""What a payload of Gitea or Forgejo says, field by field."""

from datetime import datetime
from typing import Any

from analytics.event import Context, account, readable
from analytics.forges.deliveries import Delivery
from analytics.forges.pushes import commits_of, files_of, pushed
from analytics.forges.values import (
    Paths,
    Row,
    at,
    email,
    first,
    known,
    labels,
    mapping,
    number,
    plausible,
    text,
)
from analytics.reading import Document
from analytics.sources.gitea_webhook.acts import action_of, branch_told, commit_told

TYPES = {"create": "creation", "opened": "creation", "published": "creation", "fork": "creation"}
LABELS = Paths(
    {
        "after": "after",
        "before": "before",
        "changes": "changes",
        "forkee": "forkee.full_name",
        "head_branch": "pull_request.head.ref",
        "head_commit": "pull_request.head.sha",
        "head_repository": "pull_request.head.repo.full_name",
        "private": "repository.private",
        "ref": "ref",
        "ref_type": "ref_type",
        "release": "release.tag_name",
        "review": "review.content",
        "total_commits": "total_commits",
    }
)
OWN = ("release", "comment", "issue", "workflow_run", "workflow_job", "pull_request")


def _happened(kind: str, action: str, delivery: Delivery, context: Context) -> tuple[datetime, str]:
    """When it happened and what says so; a time that cannot be is passed over."""
    payload = delivery.payload
    own = next((mapping(payload[name]) for name in OWN if name in payload), {})
    told: list[tuple[Any, str]] = []
    if action == "pull_request.merged":
        told.append((own.get("merged_at"), "merged_at"))
    if not action.startswith("pull_request_review.") and kind not in ("push", "create", "delete"):
        opened = action.endswith((".opened", ".created", ".published"))
        names = ("created_at", "published_at") if opened else ("closed_at", "updated_at")
        told += [(own.get(name), name) for name in names]
    told.append((delivery.sent and delivery.sent.isoformat(), "envelope"))
    told.append((at(payload, "head_commit.timestamp"), "head_commit"))
    told += [(commit.get("timestamp"), "head_commit") for commit in commits_of(payload)[:1]]
    told.append((own.get("updated_at"), "updated_at"))
    for value, basis in told:
        time = plausible(value, context)
        if time is not None:
            return time, basis
    return context.received, "received"


def _message(action: str, who: str | None, branch: str | None, payload: Row) -> str:
    where = first(payload, "repository.full_name", "organization.username") or "the forge"
    if action == "push":
        commits = commits_of(payload)
        count = number(payload.get("total_commits"))
        to = f"{branch or text(payload.get('ref'))} of {where}"
        head = at(payload, "head_commit.message") or (commits[0].get("message") if commits else "")
        return f"{who} {pushed(count or len(commits), to, head)}"
    index = number(at(payload, "pull_request.number"))
    title = first(payload, "pull_request.title") or ""
    about = f"#{index} {title[:300]}".rstrip() if index else branch or text(payload.get("ref"))
    said = action.replace(".", " ").replace("_", " ")
    return f"{who or 'somebody'}: {said} {about or ''} in {where}".replace("  ", " ")


def _login(payload: Row, path: str) -> str | None:
    return first(payload, f"{path}.login", f"{path}.username")


def row_of(
    kind: str, delivery: Delivery, document: Document, identity: str, context: Context
) -> dict[str, Any]:
    """The event of a delivery."""
    payload = delivery.payload
    action, branch = action_of(kind, delivery), branch_told(kind, payload)
    time, basis = _happened(kind, action, delivery, context)
    merger = _login(payload, "pull_request.merged_by") if action.endswith(".merged") else None
    path = "pull_request.merged_by" if merger else "pusher" if kind == "push" else "sender"
    who = _login(payload, path) or _login(payload, "sender") or _login(payload, "pusher")
    actor, push = account("gitea", who), kind == "push"
    approved = action == "pull_request_review.approved" and actor
    told = LABELS.of(payload)
    default = first(payload, "repository.default_branch")
    told |= {"default_branch": branch == default if branch and default else None}
    told |= {"gitea_event": kind, "time_basis": basis}
    bases = {"pusher": "pusher", "sender": "webhook sender", "pull_request.merged_by": "merger"}
    return {
        "@timestamp": time,
        "event.id": context.event_id("gitea", identity),
        "event.category": "process" if kind.startswith("workflow_") else "configuration",
        "event.type": "deletion"
        if "delete" in action
        else next((found for word, found in TYPES.items() if word in action), "change"),
        "event.action": action,
        "event.outcome": "success",
        "event.original": readable(document.raw),
        "message": _message(action, who, branch, payload),
        "actor.account": actor,
        "actor.basis": bases[path] if actor else None,
        "user.name": who,
        "user.id": known(at(payload, f"{path}.id")),
        "user.email": email(at(payload, f"{path}.email")),
        "user.target.name": _login(payload, "requested_reviewer"),
        "git.repository": first(payload, "repository.full_name"),
        "git.branch": branch,
        "git.commit": commit_told(action, payload),
        "git.author": account("gitea", _login(payload, "pull_request.user")),
        "git.pusher": actor if push else None,
        "git.reviewers": [actor] if approved else None,
        "git.pull_request": number(at(payload, "pull_request.number"))
        or (number(at(payload, "issue.number")) if payload.get("is_pull") is True else None),
        "git.protected": None,
        "git.forced": None,
        "git.files": files_of(commits_of(payload)) if push else None,
        "git.lines_added": number(at(payload, "pull_request.additions")),
        "git.lines_deleted": number(at(payload, "pull_request.deletions")),
        "batch.line": document.number,
        "labels": labels(told),
    }
