"""What a delivery tells, field by field."""

from typing import Any

from analytics.event import Context, account, readable
from analytics.forges.pushes import commits_of, files_of, landed, pushed
from analytics.forges.values import (
    Payload,
    Row,
    at,
    first,
    known,
    labels,
    mapping,
    number,
    text,
    time_of,
    written,
)
from analytics.reading import Document, leaves
from analytics.sources.github_webhook.persons import (
    CO_AUTHOR,
    actor_of,
    principal_of,
    target_of,
    under,
)
from analytics.sources.github_webhook.shapes import Delivery, happened

CATEGORIES = dict.fromkeys(
    (
        *("deploy_key", "installation", "installation_repositories", "member", "membership"),
        *("org_block", "organization", "personal_access_token_request", "team", "team_add"),
        *("github_app_authorization", "installation_target"),
    ),
    "iam",
)
CATEGORIES |= dict.fromkeys(
    (
        *("check_run", "check_suite", "workflow_dispatch", "workflow_job", "workflow_run"),
        *("repository_dispatch", "deployment", "deployment_status", "deployment_review"),
    ),
    "process",
)
TYPES = {"creat": "creation", "open": "creation", "add": "creation", "invite": "creation"} | {
    "delet": "deletion",
    "remov": "deletion",
}
RUNS = frozenset(("workflow_run", "workflow_job", "check_run", "check_suite"))
# What is kept beside the fields: a label for each of these paths into the payload.
LABELS = {
    "installation": ("installation", "id"),
    "organization": ("organization", "login"),
    "enterprise": ("enterprise", "slug"),
    "sender_type": ("sender", "type"),
    "visibility": ("repository", "visibility"),
    "pusher": ("pusher", "name"),
    "team": ("team", "slug"),
    "key_title": ("key", "title"),
    "key_read_only": ("key", "read_only"),
    "head_branch": ("pull_request", "head", "ref"),
    "commits": ("pull_request", "commits"),
    "head_commit": ("pull_request", "head", "sha"),
    "head_repository": ("pull_request", "head", "repo", "full_name"),
    "draft": ("pull_request", "draft"),
    "auto_merge": ("pull_request", "auto_merge", "enabled_by", "login"),
    "merge_group": ("merge_group", "head_ref"),
    "review_state": ("review", "state"),
    "reviewer": ("review", "user", "login"),
    "alert_type": ("alert", "secret_type"),
    "resolution": ("alert", "resolution"),
    "bypassed": ("alert", "push_protection_bypassed"),
    "workflow": ("workflow_run", "path"),
    "runner": ("workflow_job", "runner_name"),
    "release": ("release", "tag_name"),
    "forked_to": ("forkee", "full_name"),
    "via_app": ("comment", "performed_via_github_app", "slug"),
    "state": ("state",),
    "context": ("context",),
    "ref": ("ref",),
    "ref_type": ("ref_type",),
    "before": ("before",),
    "after": ("after",),
}
BY_KEY: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
for _name, (_key, *_steps) in LABELS.items():
    BY_KEY.setdefault(_key, []).append((_name, tuple(_steps)))
RULES = ("branch_protection_rule", "repository_ruleset")


def action_of(delivery: Delivery) -> str:
    """What was done: the event's name and action, with what a close or a review came to."""
    kind, action = delivery.kind, delivery.action
    if kind == "pull_request" and action == "closed":
        if at(delivery.payload, "pull_request.merged"):
            return "pull_request.merged"
    elif kind == "pull_request_review" and action == "submitted":
        action = first(delivery.payload, "review.state") or action
    return f"{kind}.{action}" if action else kind


def _branch(delivery: Delivery) -> str | None:
    payload, kind = delivery.payload, delivery.kind
    if kind in ("create", "delete"):
        return text(payload.get("ref")) if payload.get("ref_type") == "branch" else None
    if kind == "branch_protection_rule":
        return first(payload, "rule.name")
    if kind.startswith("pull_request"):
        return first(payload, "pull_request.base.ref")
    if kind == "status":
        return text(_only(payload.get("branches")).get("name"))
    own = mapping(payload.get(kind))
    ref = text(payload.get("ref")) or text(own.get("base_ref")) or ""
    if ref.startswith("refs/heads/"):
        return ref.removeprefix("refs/heads/")
    suite = mapping(own.get("check_suite"))
    return text(own.get("head_branch")) or text(suite.get("head_branch")) or text(own.get("ref"))


def _only(value: Any) -> Payload:
    """The only item of a list; an empty object where there are more."""
    return mapping(value[0]) if isinstance(value, list) and len(value) == 1 else {}


def _protected(delivery: Delivery) -> bool | None:
    """What the payload says of the branch's protection; pushes say nothing."""
    if delivery.kind == "branch_protection_rule":
        return delivery.action != "deleted"
    told = _only(delivery.payload.get("branches")).get("protected")
    return told if delivery.kind == "status" and isinstance(told, bool) else None


def _commit(delivery: Delivery, action: str) -> str | None:
    """The commit that it is about; of an approval the one that was approved."""
    payload, kind = delivery.payload, delivery.kind
    if action == "pull_request.merged":
        return first(payload, "pull_request.merge_commit_sha")
    if kind == "push":
        return landed(payload.get("after"))
    for key, name in (("review", "commit_id"), ("comment", "commit_id"), (kind, "head_sha")):
        if found := text(mapping(payload.get(key)).get(name)):
            return found
    head = mapping(mapping(payload.get("pull_request")).get("head"))
    if found := text(head.get("sha")) or text(mapping(payload.get("deployment")).get("sha")):
        return found
    return text(payload.get("commit_oid")) or text(payload.get("sha"))


def _outcome(payload: Payload, kind: str) -> str:
    if kind == "status":
        state = payload.get("state")
        return {"success": "success", "pending": "unknown"}.get(text(state) or "", "failure")
    if kind not in RUNS:
        return "success"
    conclusion = at(payload, f"{kind}.conclusion")
    failed = conclusion in ("failure", "timed_out", "startup_failure")
    return "success" if conclusion == "success" else "failure" if failed else "unknown"


def _type_of(delivery: Delivery) -> str:
    payload = delivery.payload
    word = delivery.action or delivery.kind
    if delivery.kind == "push":
        word = "delete" if payload.get("deleted") is True else "push"
    return next((kind for start, kind in TYPES.items() if start in word), "change")


def _labels(delivery: Delivery, branch: str | None, basis: str) -> list[tuple[str, str]]:
    payload, told = delivery.payload, {}
    for key, value in payload.items():
        for name, steps in BY_KEY.get(key, ()):
            told[name] = under(value, steps)
    default = mapping(payload.get("repository")).get("default_branch")
    if branch and isinstance(default, str) and delivery.kind != "branch_protection_rule":
        told["default_branch"] = branch == default
    told |= {"delivery": delivery.id, "time_basis": basis}
    if payload.get("changes"):
        told |= leaves(payload["changes"], "changes", most=32)
    if delivery.kind in RULES:
        told |= leaves(payload.get("rule") or payload.get("repository_ruleset"), "rule", most=48)
    if delivery.kind == "repository_dispatch":
        told["client_payload"] = payload.get("client_payload")
    return labels(told)


def _pull_request(payload: Payload) -> int | None:
    """Its number, also where it is commented upon as an issue."""
    told = number(mapping(payload.get("pull_request")).get("number"))
    issue = mapping(payload.get("issue"))
    return number(issue.get("number")) if told is None and "pull_request" in issue else told


def _sentence(action: str, payload: Payload, who: str | None, branch: str | None) -> str:
    repository, pull = mapping(payload.get("repository")), mapping(payload.get("pull_request"))
    places = first(payload, "organization.login", "enterprise.slug")
    where, who = text(repository.get("full_name")) or places or "GitHub", who or "somebody"
    if action == "push":
        head = text(mapping(payload.get("head_commit")).get("message"))
        return f"{who} {pushed(len(commits_of(payload)), f'{branch} of {where}', head)}"
    number_of, title = number(pull.get("number")), text(pull.get("title")) or ""
    about = f"#{number_of} {title}" if number_of else branch
    said = action.replace(".", " ").replace("_", " ")
    return f"{who}: {said} {(about or '')[:300]} in {where}".replace("  ", " ")


def _login(value: Payload) -> str | None:
    return text(mapping(value.get("user")).get("login"))


def row_of(delivery: Delivery, document: Document, identity: str, context: Context) -> Row:
    """The event of a delivery."""
    payload, action, branch = delivery.payload, action_of(delivery), _branch(delivery)
    time, basis = happened(delivery, context)
    user, user_id, how = actor_of(payload, action)
    actor, push = account("github", user), delivery.kind == "push"
    reviewer = account("github", _login(mapping(payload.get("review"))))
    approved = action == "pull_request_review.approved" and reviewer
    pull = mapping(payload.get("pull_request"))
    pusher = mapping(payload.get("pusher"))
    return {
        "@timestamp": time,
        "event.id": context.event_id("github", identity),
        "event.category": CATEGORIES.get(delivery.kind, "configuration"),
        "event.type": _type_of(delivery),
        "event.action": readable(action),
        "event.outcome": _outcome(payload, delivery.kind),
        "event.original": readable(document.raw),
        "message": _sentence(readable(action), payload, user, branch or text(payload.get("ref"))),
        "actor.account": actor,
        "actor.basis": how,
        "actor.on_behalf_of": principal_of(payload),
        "user.name": user,
        "user.id": user_id,
        "user.email": text(pusher.get("email")),
        "user.target.name": target_of(payload),
        "git.repository": text(mapping(payload.get("repository")).get("full_name")),
        "git.branch": branch,
        "git.commit": _commit(delivery, action),
        "git.author": account("github", _login(pull)),
        "git.pusher": account("github", text(pusher.get("name"))) if push else None,
        "git.reviewers": [reviewer] if approved else None,
        "git.pull_request": _pull_request(payload),
        "git.protected": _protected(delivery),
        "git.forced": payload.get("forced") is True if push else None,
        "git.files": files_of(commits_of(payload)) if push else None,
        "git.lines_added": number(pull.get("additions")),
        "git.lines_deleted": number(pull.get("deletions")),
        "batch.line": document.number,
        "labels": _labels(delivery, branch, basis),
    }


def row_of_commit(commit: Payload, push: Row, identity: str, context: Context) -> Row:
    """A pushed commit; who made it is what the commit says, who pushed it what GitHub says."""
    sha, whole = text(commit.get("id")) or "", text(commit.get("message")) or ""
    author = account("git", first(commit, "author.email"))
    login = account("github", first(commit, "author.username"))
    name = first(commit, "author.name")
    made = time_of(commit.get("timestamp"))
    kept = ("git.repository", "git.branch", "git.pusher", "git.forced", "batch.line")
    told = {
        "pushed": push["@timestamp"].isoformat(),
        "author_login": login,
        "committer_login": first(commit, "committer.username"),
        "co_authored_by": ", ".join(CO_AUTHOR.findall(whole)),
        "distinct": commit.get("distinct"),
        "tree": known(commit.get("tree_id")),
    }
    told |= {name: value for name, value in push["labels"] if name == "default_branch"}
    return {name: push[name] for name in kept} | {
        "@timestamp": push["@timestamp"] if made is None or context.implausible(made) else made,
        "event.id": context.event_id("github", identity, "commit", sha),
        "event.category": "configuration",
        "event.type": "change",
        "event.action": "git-commit",
        "event.outcome": "success",
        "event.original": written(commit, push["event.original"]),
        "message": f"{name or 'somebody'} committed: {whole.partition(chr(10))[0][:300]}",
        "actor.account": login or author,
        "actor.basis": "commit author" if login or author else None,
        "user.name": name,
        "user.email": first(commit, "author.email"),
        "git.commit": sha or None,
        "git.author": author,
        "git.committer": account("git", first(commit, "committer.email")),
        "git.files": files_of([commit]),
        "labels": labels(told),
    }
