"""What a delivery tells, field by field."""

import json
from collections.abc import Mapping
from typing import Any

from analytics.event import Context, account, readable
from analytics.reading import Document, leaves
from analytics.sources.github_webhook.shapes import Delivery, Payload, happened, mapping, time_of

Row = Mapping[str, Any]
MOST_FILES = 10_000
CATEGORIES = {
    "deploy_key": "iam",
    "installation": "iam",
    "installation_repositories": "iam",
    "member": "iam",
    "membership": "iam",
    "organization": "iam",
    "personal_access_token_request": "iam",
    "team": "iam",
    "team_add": "iam",
    "check_run": "process",
    "workflow_dispatch": "process",
    "workflow_job": "process",
    "workflow_run": "process",
}
TYPES = {"creat": "creation", "open": "creation", "add": "creation", "invite": "creation"} | {
    "delet": "deletion",
    "remov": "deletion",
}
TARGETS = (
    "member.login",
    "requested_reviewer.login",
    "assignee.login",
    "user.login",
    "invitation.login",
    "membership.user.login",
)
# What is kept beside the fields: a label for each of these paths into the payload.
LABELS = {
    "alert_type": "alert.secret_type",
    "after": "after",
    "before": "before",
    "head_branch": "pull_request.head.ref",
    "head_commit": "pull_request.head.sha",
    "head_repository": "pull_request.head.repo.full_name",
    "installation": "installation.id",
    "key_read_only": "key.read_only",
    "key_title": "key.title",
    "organization": "organization.login",
    "pusher": "pusher.name",
    "ref": "ref",
    "ref_type": "ref_type",
    "review_state": "review.state",
    "sender_type": "sender.type",
    "team": "team.slug",
    "visibility": "repository.visibility",
    "workflow": "workflow_run.path",
}


def _at(payload: Payload, path: str) -> Any:
    """What stands at a dotted path, None where it ends early."""
    value: Any = payload
    for name in path.split("."):
        value = mapping(value).get(name)
    return value


def _text(value: Any) -> str | None:
    return readable(value) if isinstance(value, str) and value else None


def _github(payload: Payload, path: str) -> str | None:
    return account("github", _text(_at(payload, path)))


def canonical(payload: Payload) -> str:
    """The same text for the same object, however it was written; empty if nested too deeply."""
    try:
        return readable(json.dumps(payload, sort_keys=True, ensure_ascii=False))
    except RecursionError:
        return ""


def _first(payload: Payload, paths: tuple[str, ...]) -> str | None:
    return next(filter(None, (_text(_at(payload, path)) for path in paths)), None)


def _number(value: Any) -> int | None:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return value if whole and abs(value) < 1 << 63 else None


def action_of(delivery: Delivery) -> str:
    """What was done: the event's name and action, with what a close or a review came to."""
    kind, action = delivery.kind, delivery.action
    if (
        kind == "pull_request"
        and action == "closed"
        and _at(delivery.payload, "pull_request.merged")
    ):
        return "pull_request.merged"
    if kind == "pull_request_review" and action == "submitted":
        action = _text(_at(delivery.payload, "review.state")) or action
    return f"{kind}.{action}" if action else kind


def _branch(delivery: Delivery) -> str | None:
    payload, kind = delivery.payload, delivery.kind
    if kind in ("create", "delete"):
        return _text(payload.get("ref")) if payload.get("ref_type") == "branch" else None
    if kind == "branch_protection_rule":
        return _text(_at(payload, "rule.name"))
    if kind.startswith("pull_request"):
        return _text(_at(payload, "pull_request.base.ref"))
    ref = _text(payload.get("ref")) or ""
    if ref.startswith("refs/heads/"):
        return ref.removeprefix("refs/heads/")
    return _text(_at(payload, f"{kind}.head_branch"))


def _commit(delivery: Delivery, action: str) -> str | None:
    payload = delivery.payload
    if action == "pull_request.merged":
        return _text(_at(payload, "pull_request.merge_commit_sha"))
    after = _text(payload.get("after")) if delivery.kind == "push" else None
    paths = ("review.commit_id", "pull_request.head.sha", f"{delivery.kind}.head_sha")
    found = [after, *(_text(_at(payload, path)) for path in paths)]
    return next((sha for sha in found if sha and sha.strip("0")), None)


def _files(commits: list[Payload]) -> list[str] | None:
    files: dict[str, None] = {}
    for commit in commits:
        for name in ("added", "removed", "modified"):
            paths = commit.get(name)
            files |= (
                {readable(p): None for p in paths if isinstance(p, str)}
                if isinstance(paths, list)
                else {}
            )
    return list(files)[:MOST_FILES] or None


def commits_of(payload: Payload) -> list[Payload]:
    commits = payload.get("commits")
    return [item for item in commits if isinstance(item, dict)] if isinstance(commits, list) else []


def _outcome(payload: Payload, kind: str) -> str:
    if kind not in ("workflow_run", "workflow_job", "check_run"):
        return "success"
    conclusion = _at(payload, f"{kind}.conclusion")
    failed = conclusion in ("failure", "timed_out", "startup_failure")
    return "success" if conclusion == "success" else "failure" if failed else "unknown"


def _type_of(delivery: Delivery) -> str:
    payload = delivery.payload
    word = delivery.action or delivery.kind
    if delivery.kind == "push":
        word = "delete" if payload.get("deleted") is True else "push"
    return next((kind for start, kind in TYPES.items() if start in word), "change")


def _labels(delivery: Delivery, branch: str | None, basis: str) -> list[tuple[str, str]]:
    payload = delivery.payload
    told = {name: _at(payload, path) for name, path in LABELS.items()}
    default = _at(payload, "repository.default_branch")
    if branch and isinstance(default, str) and delivery.kind != "branch_protection_rule":
        told["default_branch"] = branch == default
    told |= {"delivery": delivery.id, "time_basis": basis, "changes": payload.get("changes")}
    if delivery.kind in ("branch_protection_rule", "repository_ruleset"):
        told["rule"] = payload.get("rule") or payload.get("repository_ruleset")
    return list(leaves(told, most=96).items())


def _sentence(action: str, payload: Payload, who: str | None, branch: str | None) -> str:
    where = _first(payload, ("repository.full_name", "organization.login"))
    if action == "push":
        commits, head = commits_of(payload), _text(_at(payload, "head_commit.message")) or ""
        what = f"pushed {len(commits)} commits to {branch or payload.get('ref')} of {where}"
        return readable(f"{who} {what}: {head.splitlines()[0][:300]}" if head else f"{who} {what}")
    number = _number(_at(payload, "pull_request.number"))
    about = f"#{number} {_text(_at(payload, 'pull_request.title')) or ''}" if number else branch
    said = action.replace(".", " ").replace("_", " ")
    return f"{who}: {said} {(about or '')[:300]} in {where}".replace("  ", " ")


def row_of(delivery: Delivery, document: Document, identity: str, context: Context) -> Row:
    """The event of a delivery."""
    payload, action, branch = delivery.payload, action_of(delivery), _branch(delivery)
    time, basis = happened(delivery, context.received)
    merged = action == "pull_request.merged" and _at(payload, "pull_request.merged_by.login")
    who = "pull_request.merged_by" if merged else "sender"
    actor = _github(payload, f"{who}.login") or _github(payload, "pusher.name")
    user = _first(payload, (f"{who}.login", "pusher.name"))
    reviewer = _github(payload, "review.user.login")
    approved = action == "pull_request_review.approved" and reviewer
    push, rule = delivery.kind == "push", delivery.kind == "branch_protection_rule"
    return {
        "@timestamp": time,
        "event.id": context.event_id("github", identity),
        "event.category": CATEGORIES.get(delivery.kind, "configuration"),
        "event.type": _type_of(delivery),
        "event.action": action,
        "event.outcome": _outcome(payload, delivery.kind),
        "event.original": readable(document.raw),
        "message": _sentence(action, payload, user, branch),
        "actor.account": actor,
        "actor.basis": "merger" if merged else "webhook sender" if actor else None,
        "user.name": user,
        "user.id": str(_at(payload, f"{who}.id") or "") or None,
        "user.email": _text(_at(payload, "pusher.email")),
        "user.target.name": _first(payload, TARGETS),
        "git.repository": _text(_at(payload, "repository.full_name")),
        "git.branch": branch,
        "git.commit": _commit(delivery, action),
        "git.author": _github(payload, "pull_request.user.login"),
        "git.pusher": _github(payload, "pusher.name") if push else None,
        "git.reviewers": [reviewer] if approved else None,
        "git.pull_request": _number(_at(payload, "pull_request.number")),
        "git.protected": delivery.action != "deleted" if rule else None,
        "git.forced": payload.get("forced") is True if push else None,
        "git.files": _files(commits_of(payload)) if push else None,
        "git.lines_added": _number(_at(payload, "pull_request.additions")),
        "git.lines_deleted": _number(_at(payload, "pull_request.deletions")),
        "batch.line": document.number,
        "labels": _labels(delivery, branch, basis),
    }


def row_of_commit(commit: Payload, push: Row, identity: str, context: Context) -> Row:
    """A pushed commit; who made it is what the commit says, who pushed it what GitHub says."""
    sha = _text(commit.get("id")) or ""
    author = account("git", _text(_at(commit, "author.email")))
    login = account("github", _text(_at(commit, "author.username")))
    name = _text(_at(commit, "author.name"))
    message = (_text(commit.get("message")) or "").partition("\n")[0]
    kept = ("git.repository", "git.branch", "git.pusher", "git.forced", "batch.line")
    labels = {"pushed": push["@timestamp"].isoformat(), "author_login": login}
    labels |= {"committer_login": _text(_at(commit, "committer.username"))}
    labels |= {name: value for name, value in push["labels"] if name == "default_branch"}
    return {name: push[name] for name in kept} | {
        "@timestamp": time_of(commit.get("timestamp")) or push["@timestamp"],
        "event.id": context.event_id("github", identity, "commit", sha),
        "event.category": "configuration",
        "event.type": "change",
        "event.action": "git-commit",
        "event.outcome": "success",
        "event.original": canonical(commit),
        "message": f"{name or 'somebody'} committed: {message[:300]}",
        "actor.account": login or author,
        "actor.basis": "commit author" if login or author else None,
        "user.name": name,
        "user.email": _text(_at(commit, "author.email")),
        "git.commit": sha or None,
        "git.author": author,
        "git.committer": account("git", _text(_at(commit, "committer.email"))),
        "git.files": _files([commit]),
        "labels": [(name, value) for name, value in labels.items() if value],
    }
