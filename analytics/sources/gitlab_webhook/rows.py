"""What a GitLab payload says, field by field."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from analytics.event import Context, account, readable
from analytics.forges.pushes import branch_of, commits_of, files_of, landed, pushed
from analytics.forges.values import (
    Paths,
    Payload,
    at,
    email,
    first,
    known,
    labels,
    number,
    objects,
    plausible,
    text,
)
from analytics.reading import Document
from analytics.sources.gitlab_webhook.acts import Act

IAM = ("user_", "key_", "group_", "access_token", "gitlab_subscription", "subgroup_")
TIMELESS = ("push", "tag_push", "access_token")
RUNS = ("pipeline", "build", "deployment")
FAILED = {"failed": "failure", "success": "success", "canceled": "failure"}
TYPES = (
    *(("creat", "creation"), ("opened", "creation"), ("added", "creation")),
    *(("published", "creation"), ("delet", "deletion"), ("destroy", "deletion")),
    ("remov", "deletion"),
)
LANDED = ("merge_commit_sha", "merged_commit_sha", "squash_commit_sha")
REPOSITORY = (
    "project.path_with_namespace",
    "object_attributes.target.path_with_namespace",
    "path_with_namespace",
    "project_path_with_namespace",
)
LABELS = Paths(
    {
        "access_level": "access_level",
        "active": "object_attributes.active",
        "author_id": "object_attributes.author_id",
        "before": "before",
        "after": "after",
        "build": "build_name",
        "default_branch": "project.default_branch",
        "deployment": "environment",
        "detailed_merge_status": "object_attributes.detailed_merge_status",
        "group": "group_path",
        "group_access": "group_access",
        "head_branch": "object_attributes.source_branch",
        "head_author": "object_attributes.last_commit.author.email",
        "head_commit": "object_attributes.last_commit.id",
        "head_repository": "object_attributes.source.path_with_namespace",
        "key": "key",
        "name": "object_attributes.name",
        "oldrev": "object_attributes.oldrev",
        "old_path": "old_path_with_namespace",
        "pipeline_source": "object_attributes.source",
        "ref": "ref",
        "runner": "runner.description",
        "stage": "build_stage",
        "system": "object_attributes.system",
        "tag": "tag",
        "total_commits": "total_commits_count",
        "visibility": "project_visibility",
        "changes": "changes",
    }
)


def _person(payload: Payload, act: Act) -> tuple[str | None, str | None, dict[str, Any]]:
    """The actor's account, how it is known, and the fields of the user."""
    user = {
        "user.name": first(payload, "user.username", "user_username", "user.name", "user_name"),
        "user.id": known(at(payload, "user.id")) or known(payload.get("user_id")),
        "user.email": email(at(payload, "user.email")) or email(payload.get("user_email")),
    }
    if act.hook:
        target = first(payload, "user_username", "username", "user_name", "name")
        person = act.kind.startswith(("user_", "key_"))
        failed = act.kind == "user_failed_login"
        told = {"user.target.name": target if person else None}
        if failed and target:
            return account("gitlab", target), "name that signed in", told | {"user.name": target}
        return None, "the hook does not say who did it", told
    login = first(payload, "user.username", "user_username")
    if login:
        pushes = act.kind in ("push", "tag_push")
        return account("gitlab", login), "pusher" if pushes else "webhook user", user
    address = user["user.email"]
    return account("git", address), "e-mail of the user" if address else None, user


def _branch(act: Act) -> str | None:
    payload, attributes = act.payload, act.attributes
    if act.kind in ("push", "tag_push"):
        return branch_of(payload.get("ref"))
    if act.kind in RUNS:
        tag = payload.get("tag") or attributes.get("tag")
        return None if tag else first(payload, "object_attributes.ref", "ref")
    return first(payload, "object_attributes.target_branch", "merge_request.target_branch")


def _commit(act: Act) -> str | None:
    payload, attributes = act.payload, act.attributes
    if act.kind in ("push", "tag_push"):
        return landed(payload.get("after"))
    if act.action == "pull_request.merged":
        found = filter(None, (landed(attributes.get(name)) for name in LANDED))
        return next(found, None) or landed(at(attributes, "last_commit.id"))
    paths = ("object_attributes.last_commit.id", "object_attributes.commit_id", "sha")
    more = ("object_attributes.sha", "merge_request.last_commit.id", "commit.id")
    return next(filter(None, (landed(at(payload, path)) for path in (*paths, *more))), None)


def _author(act: Act) -> str | None:
    """The author of a merge request, of whom GitLab only tells the number: who has that number."""
    if act.kind != "merge_request":
        return None
    wanted = number(act.attributes.get("author_id"))
    named = [act.payload.get("user"), act.payload.get("assignee")]
    named += [*objects(act.payload.get("assignees")), *objects(act.payload.get("reviewers"))]
    for user in objects(named):
        if wanted is not None and number(user.get("id")) == wanted:
            return account("gitlab", first(user, "username"))
    return None


def _times(act: Act) -> Iterator[tuple[Any, str]]:
    """Times in order of trust; pushes and approvals have none of their own."""
    payload, attributes = act.payload, act.attributes
    if act.action == "pull_request.opened" or act.action.endswith(".created"):
        yield attributes.get("created_at"), "created_at"
    timeless = act.kind in TIMELESS or act.action.startswith("pull_request_review.")
    if not timeless:
        for name in ("finished_at", "updated_at", "created_at"):
            yield attributes.get(name), name
        for name in ("build_finished_at", "build_started_at", "status_changed_at", "updated_at"):
            yield payload.get(name), name
    yield act.sent, "envelope"
    commits = commits_of(payload)
    if commits:
        yield commits[-1].get("timestamp"), "head_commit"
    if act.kind != "access_token":  # of the token, long before
        yield attributes.get("updated_at"), "updated_at"
        yield payload.get("created_at"), "created_at"


def _happened(act: Act, context: Context) -> tuple[datetime, str]:
    """When it happened and what says so; a time that cannot be is passed over."""
    for value, basis in _times(act):
        time = value if isinstance(value, datetime) else plausible(value, context)
        if time is not None and context.implausible(time) is None:
            return time, basis
    return context.received, "received"


def _category(act: Act) -> str:
    if act.kind == "user_failed_login":
        return "authentication"
    return "iam" if act.kind.startswith(IAM) else "process" if act.kind in RUNS else "configuration"


def _outcome(act: Act) -> str:
    if act.kind == "user_failed_login":
        return "failure"
    if act.kind not in RUNS:
        return "success"
    status = first(act.payload, "object_attributes.status", "status", "build_status")
    return FAILED.get(status or "", "unknown")


def _message(act: Act, who: str | None, branch: str | None, where: str | None) -> str:
    payload = act.payload
    place = where or first(payload, "group_path", "full_path", "group.full_path") or "GitLab"
    if act.action == "push":
        commits = commits_of(payload)
        count = number(payload.get("total_commits_count"))
        to = f"{branch or text(payload.get('ref'))} of {place}"
        head = commits[-1].get("message") if commits else None
        return f"{who} {pushed(len(commits) if count is None else count, to, head)}"
    said = act.action.replace(".", " ").replace("_", " ")
    iid = _request(act)
    title = first(payload, "object_attributes.title", "merge_request.title") or ""
    target = first(payload, "user_username", "username") if act.hook else None
    about = (
        f"!{iid} {title[:300]}".rstrip() if iid else target or branch or text(payload.get("ref"))
    )
    return f"{who or 'somebody'}: {said} {about or ''} in {place}".replace("  ", " ")


def _request(act: Act) -> int | None:
    if act.kind == "merge_request":
        return number(act.attributes.get("iid"))
    return number(at(act.payload, "merge_request.iid"))


def row_of(act: Act, document: Document, identity: str, context: Context) -> dict[str, Any]:
    """The event of a delivery."""
    payload, branch = act.payload, _branch(act)
    time, basis = _happened(act, context)
    actor, known_by, user = _person(payload, act)
    where = first(payload, *REPOSITORY)
    push = act.kind in ("push", "tag_push")
    approved = act.action == "pull_request_review.approved" and actor
    moved = act.kind == "tag_push" and act.action == "push"
    told = LABELS.of(payload)
    told |= {"gitlab_event": act.kind, "time_basis": basis}
    for name in ("pipeline_source", "tag", "system"):  # objects elsewhere; false says nothing
        told[name] = None if isinstance(told.get(name), dict) else told.get(name) or None
    default = told.pop("default_branch", None)
    told["default_branch"] = branch == default if branch and default else None
    protected = payload.get("ref_protected")
    return {
        "@timestamp": time,
        "event.id": context.event_id("gitlab", identity),
        "event.category": _category(act),
        "event.type": next((kind for word, kind in TYPES if word in act.action), "change"),
        "event.action": act.action,
        "event.outcome": _outcome(act),
        "event.original": readable(document.raw),
        "message": _message(act, user.get("user.name"), branch, where),
        "actor.account": actor,
        "actor.basis": known_by,
        **user,
        "owner.account": account("gitlab", first(payload, "username"))
        if act.kind.startswith("key_")
        else None,
        "git.repository": where,
        "git.branch": branch,
        "git.commit": _commit(act),
        "git.author": _author(act),
        "git.pusher": actor if push else None,
        "git.reviewers": [actor] if approved else None,
        "git.pull_request": _request(act),
        "git.protected": protected if push and isinstance(protected, bool) else None,
        "git.forced": True if moved else None,
        "git.files": files_of(commits_of(payload)) if push else None,
        "batch.line": document.number,
        "labels": labels(told),
    }
