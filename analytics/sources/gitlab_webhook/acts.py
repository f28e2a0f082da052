"""What a GitLab payload tells of: the act in the words that all forges share where they fit."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from analytics.forges.deliveries import Delivery
from analytics.forges.pushes import TAGS, landed
from analytics.forges.values import Payload, first, mapping, text

MERGE_REQUEST = {
    "open": "pull_request.opened",
    "close": "pull_request.closed",
    "reopen": "pull_request.reopened",
    "merge": "pull_request.merged",
    # One of the two is sent for each approval: `approved` where it was the last one required.
    "approved": "pull_request_review.approved",
    "approval": "pull_request_review.approved",
    # Withdrawn by the approver or by a push; nobody else can set an approval aside.
    "unapproved": "pull_request_review.unapproved",
    "unapproval": "pull_request_review.unapproved",
}
NOTES = {
    "MergeRequest": "pull_request_review_comment",
    "Issue": "issue_comment",
    "Commit": "commit_comment",
}
WORDS = {"create": "created", "update": "edited", "delete": "deleted"}
STATES = {"open": "opened", "close": "closed", "reopen": "reopened", "update": "edited"}
# System, group and project hooks that name their event in `event_name`.
HOOKS: Mapping[str, str] = {
    "project_create": "repository.created",
    "project_destroy": "repository.deleted",
    "project_rename": "repository.renamed",
    "project_transfer": "repository.transferred",
    "project_update": "repository.edited",
    "user_add_to_team": "member.added",
    "user_update_for_team": "member.edited",
    "user_remove_from_team": "member.removed",
    "user_add_to_group": "membership.added",
    "user_update_for_group": "membership.edited",
    "user_remove_from_group": "membership.removed",
}
OWN_HOOKS = frozenset(
    [
        *("group_create", "group_destroy", "group_rename", "key_create", "key_destroy"),
        *("repository_update", "subgroup_create", "subgroup_destroy", "user_create"),
        *("user_destroy", "user_failed_login", "user_rename", "expiring_access_token"),
        *("user_access_request_to_group", "user_access_request_to_project"),
        *("user_access_request_revoked_for_group", "user_access_request_revoked_for_project"),
    ]
)
TELLING = frozenset(["repository_update", "expiring_access_token"])
KINDS = frozenset(
    [
        *("push", "tag_push", "merge_request", "note", "issue", "work_item", "wiki_page"),
        *("pipeline", "build", "deployment", "feature_flag", "release", "milestone", "emoji"),
        *("access_token", "vulnerability", "gitlab_subscription_member_approval"),
        "gitlab_subscription_member_approvals",
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What was done: `kind` in GitLab's word, `action` in the one that all forges share.

    `attributes` are the object's own; `certain` where the kind is one of GitLab's own.
    """

    kind: str
    action: str
    payload: Payload
    attributes: Payload
    sent: datetime | None
    certain: bool

    @property
    def hook(self) -> bool:
        """Whether it tells of an act without saying who did it."""
        return self.kind in HOOKS or (self.kind in OWN_HOOKS and self.kind not in TELLING)


def act_of(delivery: Delivery) -> Act | None:
    """What a payload tells of; None where it names no event."""
    payload = delivery.payload
    kind = text(payload.get("object_kind")) or text(payload.get("event_name"))
    if kind is None:
        return None
    attributes = mapping(payload.get("object_attributes"))
    return Act(
        kind=kind,
        action=_action(kind, payload, attributes),
        payload=payload,
        attributes=attributes,
        sent=delivery.sent,
        certain=kind in KINDS or kind in HOOKS or kind in OWN_HOOKS,
    )


def _action(kind: str, payload: Payload, attributes: Payload) -> str:
    done = text(attributes.get("action")) or text(payload.get("action"))
    if kind in ("push", "tag_push"):
        return _push(payload)
    if kind == "merge_request":
        return _merge_request(done, attributes)
    if "object_kind" not in payload:
        return HOOKS.get(kind, kind)
    if kind in ("note", "issue", "release", "access_token"):
        return _of_object(kind, done, payload, attributes)
    state = done or first(payload, "status", "build_status", "object_attributes.status")
    return f"{kind}.{state}" if state else kind


def _of_object(kind: str, done: str | None, payload: Payload, attributes: Payload) -> str:
    if kind == "note":
        noun = NOTES.get(text(attributes.get("noteable_type")) or "", "note")
        return f"{noun}.{WORDS.get(done or 'create', done)}"
    if kind == "issue":
        return f"issues.{STATES.get(done or '', done or 'edited')}"
    if kind == "release":
        return f"release.{'published' if done == 'create' else WORDS.get(done or '', done)}"
    return text(payload.get("event_name")) or kind


def _push(payload: Payload) -> str:
    before, after = landed(payload.get("before")), landed(payload.get("after"))
    if after is None and before is not None:
        return "delete"
    tag = (text(payload.get("ref")) or "").startswith(TAGS)
    return "create" if tag and before is None else "push"


def _merge_request(done: str | None, attributes: Payload) -> str:
    if done == "update" or done is None:
        return "pull_request.synchronize" if attributes.get("oldrev") else "pull_request.edited"
    return MERGE_REQUEST.get(done, f"pull_request.{done}")
