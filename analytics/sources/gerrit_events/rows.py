"""What a Gerrit event says, field by field."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from analytics.event import Context, account, readable
from analytics.forges.pushes import branch_of, landed
from analytics.forges.values import (
    Paths,
    Payload,
    at,
    email,
    first,
    labels,
    mapping,
    number,
    objects,
    plausible,
    text,
)
from analytics.reading import Document
from analytics.sources.gerrit_events.acts import (
    OF_REFS,
    UPLOADED,
    action_of,
    approvers_of,
    votes_of,
)

# Who acted: the first of these that the event has.
ACTORS = {
    **dict.fromkeys(UPLOADED, ("uploader",)),
    "comment-added": ("author",),
    "vote-deleted": ("remover",),
    "change-merged": ("submitter",),
    "merge-failed": ("submitter",),
    "change-abandoned": ("abandoner",),
    "change-restored": ("restorer",),
    "change-deleted": ("deleter",),
    "reviewer-added": ("adder",),
    "reviewer-deleted": ("remover",),
    "ref-updated": ("submitter",),
    "batch-ref-updated": ("submitter",),
    "hashtags-changed": ("editor",),
}
CHANGERS = ("changer", "submitter", "uploader")
TARGETS = ("reviewer", "assignee")
TYPES = {
    "creat": "creation",
    "opened": "creation",
    "delete": "deletion",
    "removed": "deletion",
}
LABELS = Paths(
    {
        "change_id": "change.id",
        "head_commit": "patchSet.revision",
        "kind": "patchSet.kind",
        "new_revision": "newRev",
        "old_topic": "oldTopic",
        "patch_set": "patchSet.number",
        "private": "change.private",
        "reason": "reason",
        "reviewer": "reviewer.username",
        "topic": "change.topic",
        "uploader": "patchSet.uploader.username",
        "wip": "change.wip",
    }
)


def _account(person: Payload) -> str | None:
    """A Gerrit account; one without a user name is known by its address."""
    login = account("gerrit", text(person.get("username")))
    return login or account("git", email(person.get("email")))


def _actor(kind: str, event: Payload) -> tuple[Payload, str | None]:
    for role in ACTORS.get(kind, CHANGERS):
        if isinstance(event.get(role), dict):
            return event[role], role
    return {}, None


def _times(event: Payload) -> Iterator[tuple[Any, str]]:
    yield event.get("eventCreatedOn"), "event"
    for path in ("change.lastUpdated", "patchSet.createdOn", "change.createdOn"):
        yield at(event, path), path


def _happened(event: Payload, context: Context) -> tuple[datetime, str]:
    for value, basis in _times(event):
        time = plausible(value, context)
        if time is not None:
            return time, basis
    return context.received, "received"


def _reviewers(action: str, event: Payload, actor: str | None) -> list[str] | None:
    """Who approved: the voter, or whom a patch set names that landed."""
    if action == "pull_request_review.approved":
        return [actor] if actor else None
    if action != "pull_request.merged":
        return None
    return [found for found in map(_account, approvers_of(event)) if found] or None


def _files(event: Payload) -> list[str] | None:
    names = (text(file.get("file")) for file in objects(at(event, "patchSet.files")))
    return [name for name in names if name and not name.startswith("/")] or None  # /COMMIT_MSG


def _lines(value: Any) -> int | None:
    """Lines as a number that is not negative: Gerrit counts deletions downwards."""
    found = number(value)
    return None if found is None else abs(found)


def _where(kind: str, event: Payload, update: Payload) -> tuple[str | None, str | None]:
    """The repository and the branch."""
    project = first(event, "change.project", "refUpdate.project", "project", "projectName")
    project = text(update.get("project")) or project
    if kind in OF_REFS:
        return project, branch_of(update.get("refName"))
    branch = first(event, "change.branch")
    return project, branch or branch_of(event.get("refName"))


def commit_of(event: Payload) -> Payload:
    """The commit of a patch set in the words in which pushes have theirs."""
    patch_set = mapping(event.get("patchSet"))
    author = mapping(patch_set.get("author"))
    made = first(event, "change.commitMessage", "change.subject")
    named = {"name": author.get("name"), "email": author.get("email")}
    return {
        "id": patch_set.get("revision"),
        "message": made,
        "timestamp": patch_set.get("createdOn"),
        "author": named | {"username": author.get("username")},
        "modified": _files(event) or [],
    }


def _told(event: Payload, update: Payload, kind: str, basis: str) -> dict[str, Any]:
    told = {name: value or None for name, value in LABELS.of(event).items()}
    told |= {"ref": update.get("refName") or at(event, "patchSet.ref")}
    told |= {"before": update.get("oldRev"), "after": update.get("newRev")}
    told |= {"gerrit_event": kind, "time_basis": basis}
    for label, (value, before) in votes_of(event).items():
        if before is not None or value:
            told[f"vote.{label}"] = f"{value:+d}" if value else "0"
    return told


def _message(
    action: str, who: str | None, what: str | None, where: str | None, event: Payload
) -> str:
    if action == "dropped-output":
        return "Gerrit dropped events: some are missing here"
    said = action.replace(".", " ").replace("_", " ")
    if action == "push":
        return f"{who or 'somebody'} pushed to {what} of {where}"
    change = number(at(event, "change.number"))
    subject = (first(event, "change.subject") or "")[:300]
    about = f"{change} {subject}".rstrip() if change else what or ""
    return f"{who or 'somebody'}: {said} {about} in {where or 'Gerrit'}".replace("  ", " ")


def row_of(
    kind: str, event: Payload, update: Payload, document: Document, identity: str, context: Context
) -> dict[str, Any]:
    """The row of an event, of several refs the row of one."""
    action = action_of(kind, event, update)
    (where, branch), (time, basis) = _where(kind, event, update), _happened(event, context)
    person, role = _actor(kind, event)
    actor = _account(person)
    name = first(person, "username", "name", "email")
    ref = text(update.get("refName"))
    moved = kind in OF_REFS and action == "push"
    merged = landed(event.get("newRev")) if action == "pull_request.merged" else None
    rewritten = moved and branch is None  # a tag that pointed elsewhere
    return {
        "@timestamp": time,
        "event.id": context.event_id("gerrit", identity),
        "event.category": "configuration",
        "event.type": next((found for word, found in TYPES.items() if word in action), "change"),
        "event.action": action,
        "event.outcome": "failure" if kind == "merge-failed" else "success",
        "event.original": readable(document.raw),
        "message": _message(action, name, branch or ref, where, event),
        "actor.account": actor,
        "actor.basis": role if actor else "the event does not say who did it",
        "user.name": name,
        "user.email": email(person.get("email")),
        "user.target.name": next(
            filter(None, (first(event, f"{role}.username", f"{role}.name") for role in TARGETS)),
            None,
        ),
        "git.repository": where,
        "git.branch": branch,
        "git.commit": merged or landed(update.get("newRev")) or first(event, "patchSet.revision"),
        "git.author": _account(mapping(at(event, "change.owner"))),
        "git.pusher": actor if moved or kind in UPLOADED or action == "delete" else None,
        "git.reviewers": _reviewers(action, event, actor),
        "git.pull_request": number(at(event, "change.number")),
        "git.protected": None,
        "git.forced": True if rewritten else None,
        "git.files": _files(event),
        "git.lines_added": _lines(at(event, "patchSet.sizeInsertions")),
        "git.lines_deleted": _lines(at(event, "patchSet.sizeDeletions")),
        "batch.line": document.number,
        "labels": labels(_told(event, update, kind, basis)),
    }
