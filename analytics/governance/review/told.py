"""What forges tell of pull requests, pushes and commits, as rows in order of time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa

from analytics.selection import OBJECTS, has

OPENED = "pull_request.opened"
MOVED = "pull_request.synchronize"
MERGED = "pull_request.merged"
APPROVED = "pull_request_review.approved"
OBJECTED = "pull_request_review.changes_requested"
WITHDRAWN = "pull_request_review.unapproved"
DISMISSED = "pull_request_review.dismissed"
QUEUED = "merge_group.checks_requested"
PUSHED = "push"
COMMITTED = "git-commit"

OF_PULLS = (OPENED, MOVED, MERGED, APPROVED, OBJECTED, WITHDRAWN, DISMISSED)
COLUMNS: tuple[str, ...] = tuple(
    sorted(
        {
            *("@timestamp", "event.id", "event.action", "actor.account", "actor.basis"),
            *("actor.on_behalf_of", "labels"),
            *("git.branch", "git.commit", "git.author", "git.committer", "git.reviewers"),
            *("git.pull_request", "git.protected", "git.forced"),
            *("git.lines_added", "git.lines_deleted", "git.files"),
            *OBJECTS,
        }
    )
)
NAMES = frozenset({*COLUMNS, "message"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One event. `head` is where the pull request stood then, `lines` its size so far; `files` are
    empty where none are told."""

    time: datetime
    event: str
    action: str
    account: str | None
    behalf: str | None
    bot: bool
    repository: str
    branch: str | None
    pull: int | None
    commit: str | None
    head: str | None
    author: str | None
    committer: str | None
    reviewers: tuple[str, ...]
    protected: bool
    forced: bool
    lines: int | None
    files: tuple[str, ...]
    labels: Mapping[str, str]
    message: str


def pushed_at(commit: Told) -> datetime | None:
    """When a commit was pushed."""
    pushed = commit.labels.get("pushed")
    return datetime.fromisoformat(pushed) if pushed else None


def told(*tables: pa.Table, actions: Iterable[str]) -> list[Told]:
    """The events of these tables with such actions in a repository, each once, by time."""
    wanted = tuple(actions)
    found: dict[str, Told] = {}
    for whole in tables:
        table = whole.select([name for name in whole.column_names if name in NAMES])
        for row in table.filter(has(table, "event.action", *wanted)).to_pylist():
            if row["git.repository"]:
                found[row["event.id"]] = _told(row)
    return sorted(found.values(), key=lambda one: (one.time, one.event))


def _told(row: Mapping[str, Any]) -> Told:
    labels = dict(row["labels"] or ())
    merged = row["event.action"] == MERGED
    sizes = (row["git.lines_added"], row["git.lines_deleted"])
    return Told(
        time=row["@timestamp"],
        event=row["event.id"],
        action=row["event.action"],
        account=row["actor.account"],
        behalf=row["actor.on_behalf_of"],
        bot=", a bot" in (row["actor.basis"] or ""),
        repository=row["git.repository"],
        branch=row["git.branch"],
        pull=row["git.pull_request"],
        commit=row["git.commit"],
        head=labels.get("head_commit") or (None if merged else row["git.commit"]),
        author=row["git.author"],
        committer=row["git.committer"],
        reviewers=tuple(row["git.reviewers"] or ()),
        protected=row["git.protected"] is True,
        forced=row["git.forced"] is True,
        lines=None if None in sizes else sum(sizes),
        files=tuple(row["git.files"] or ()),
        labels=labels,
        message=row.get("message") or "",
    )
