"""What a Gerrit event tells of, in the words that all forges share where they fit."""

from functools import cache

from analytics.forges.pushes import HEADS, TAGS, landed
from analytics.forges.values import Payload, at, first, mapping, number, objects, text

CHANGES = {
    "change-merged": "pull_request.merged",
    "change-abandoned": "pull_request.closed",
    "change-restored": "pull_request.reopened",
    "change-deleted": "pull_request.deleted",
    "reviewer-added": "pull_request.review_requested",
    "reviewer-deleted": "pull_request.review_request_removed",
    "assignee-changed": "pull_request.assigned",
}
REVIEWED = ("comment-added", "vote-deleted")
UPLOADED = ("patchset-created", "draft-published")
OWN = (
    *("merge-failed", "topic-changed", "hashtags-changed", "private-state-changed"),
    *("wip-state-changed", "custom-keyed-values-changed", "patchset-notified"),
)
OF_CHANGES = frozenset([*CHANGES, *REVIEWED, *UPLOADED, *OWN])
OF_REFS = frozenset(["ref-updated", "batch-ref-updated"])
OTHERS = ("project-created", "project-head-updated", "dropped-output", "ref-replicated")
MORE = ("ref-replication-done", "ref-replication-scheduled", "commit-received", "ref-received")
# The configuration of a project: who may push, submit and vote, and which votes are needed.
RULES = "refs/meta/config"
REVIEW = "Code-Review"
ENOUGH = 2  # of Code-Review; +1 asks for somebody else's approval


@cache
def known_types() -> frozenset[str]:
    """The types that Gerrit's own events have; plug-ins bring others."""
    return OF_CHANGES | OF_REFS | {*OTHERS, *MORE}


def action_of(kind: str, event: Payload, update: Payload) -> str:
    """What was done."""
    if kind in CHANGES:
        return CHANGES[kind]
    if kind in REVIEWED:
        return f"pull_request_review.{_review(kind, event)}"
    if kind in UPLOADED:
        first_one = number(at(event, "patchSet.number")) in (1, None)
        return "pull_request.opened" if first_one else "pull_request.synchronize"
    if kind in OF_REFS:
        return _ref(text(update.get("refName")) or "", update)
    if kind == "wip-state-changed":
        wip = at(event, "change.wip") is True
        return f"pull_request.{'converted_to_draft' if wip else 'ready_for_review'}"
    return "repository.created" if kind == "project-created" else kind


def _ref(name: str, update: Payload) -> str:
    if name == RULES:
        return "branch_protection_rule.edited"
    if not name.startswith((HEADS, TAGS)):
        return "ref-updated"
    if landed(update.get("newRev")) is None:
        return "delete"
    new_tag = name.startswith(TAGS) and landed(update.get("oldRev")) is None
    return "create" if new_tag else "push"


def votes_of(event: Payload) -> dict[str, tuple[int, int | None]]:
    """Each label's vote as it is now, and what it was before where this event changed it.

    An event without any old value is of a version that only lists what was given.
    """
    found = objects(event.get("approvals"))
    told = any("oldValue" in vote for vote in found)
    votes = {}
    for vote in found:
        label, value = text(vote.get("type")), _vote(vote.get("value"))
        before = _vote(vote.get("oldValue"))
        if label and value is not None:
            votes[label] = (value, before if told else 0)
    return votes


def _vote(value: object) -> int | None:
    """A vote as a number: Gerrit writes it as text, with a sign or without."""
    plain = value.strip() if isinstance(value, str) else ""
    found = number(plain.lstrip("+-")) if plain else number(value)
    return -found if found is not None and plain.startswith("-") else found


def _review(kind: str, event: Payload) -> str:
    """What a comment or a removed vote came to."""
    if kind == "vote-deleted":
        remover = first(event, "remover.username", "remover.email")
        own = remover == first(event, "reviewer.username", "reviewer.email")
        return "unapproved" if own else "dismissed"
    value, before = votes_of(event).get(REVIEW, (0, None))
    if before is None or value == before:
        return "commented"
    if value >= ENOUGH:
        return "approved"
    if value < 0:
        return "changes_requested"
    return "unapproved" if before >= ENOUGH else "commented"


def approvers_of(event: Payload) -> list[Payload]:
    """Who is named in the patch set as having approved it."""
    votes = objects(mapping(event.get("patchSet")).get("approvals"))
    enough = (
        vote for vote in votes if vote.get("type") == REVIEW and (_vote(vote.get("value")) or 0) > 1
    )
    return [mapping(vote.get("by")) for vote in enough]
