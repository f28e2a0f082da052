"""What pushes of all forges have in common: their refs, their commits, a row for each of them."""

from typing import Any

from analytics.event import Context, account
from analytics.forges.values import (
    Payload,
    Row,
    at,
    email,
    first,
    labels,
    objects,
    plausible,
    text,
    written,
)

MOST_FILES = 10_000
HEADS, TAGS = "refs/heads/", "refs/tags/"
CHANGED = ("added", "removed", "modified")


def branch_of(ref: Any) -> str | None:
    """The branch that a ref is."""
    name = text(ref)
    return name.removeprefix(HEADS) if name and name.startswith(HEADS) else None


def landed(commit: Any) -> str | None:
    """A commit's hash; None for the one of only zeros that stands for no commit."""
    name = text(commit)
    return name if name and name.strip("0") else None


def files_of(commits: list[Payload]) -> list[str] | None:
    """The files that commits changed, each once."""
    files: dict[str, None] = {}
    for commit in commits:
        for name in CHANGED:
            paths = commit.get(name)
            if isinstance(paths, list):
                files.update(dict.fromkeys(filter(None, map(text, paths))))
    return list(files)[:MOST_FILES] or None


def pushed(count: int, where: str | None, head: Any) -> str:
    """What a push was, in words."""
    title = (text(head) or "").partition("\n")[0][:300]
    said = f"pushed {count} commits to {where}"
    return f"{said}: {title}" if title else said


def commits_of(payload: Payload) -> list[Payload]:
    """The commits of a push."""
    return objects(payload.get("commits"))


def row_of_commit(
    commit: Payload, push: Row, identity: str, context: Context, kind: str
) -> dict[str, Any]:
    """A pushed commit; who made it is what the commit says, who pushed it what the forge says.

    `kind` is that of the forge's accounts, `identity` the push's.
    """
    sha = text(commit.get("id"))
    login = account(kind, first(commit, "author.username"))
    address = email(at(commit, "author.email"))
    author = account("git", address)
    name = first(commit, "author.name")
    made = plausible(commit.get("timestamp"), context)
    title = (text(commit.get("message")) or "").partition("\n")[0][:300]
    kept = ("git.repository", "git.branch", "git.pusher", "git.protected", "git.forced")
    told = {
        "pushed": push["@timestamp"].isoformat(),
        "time_basis": None if made else "push",
        "author_login": login,
        "committer_login": first(commit, "committer.username"),
        "verified": at(commit, "verification.verified"),
    }
    told |= {label: value for label, value in push["labels"] if label == "default_branch"}
    return {field: push[field] for field in kept} | {
        "@timestamp": made or push["@timestamp"],
        "event.id": context.event_id(kind, identity, "commit", sha),
        "event.category": "configuration",
        "event.type": "change",
        "event.action": "git-commit",
        "event.outcome": "success",
        "event.original": written(commit, push["event.original"]),
        "message": f"{name or 'somebody'} committed: {title}",
        "actor.account": login or author,
        "actor.basis": "commit author" if login or author else None,
        "user.name": name,
        "user.email": address,
        "git.commit": sha,
        "git.author": author or login,
        "git.committer": account("git", email(at(commit, "committer.email"))),
        "git.files": files_of([commit]),
        "batch.line": push["batch.line"],
        "labels": labels(told),
    }
