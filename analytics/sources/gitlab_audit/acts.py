"""What an audit event tells of, in the words that all forges share where they fit."""

import re

from analytics.forges.values import Payload, mapping, text

RULE = "branch_protection_rule"
TYPES = {
    "protected_branch_created": f"{RULE}.created",
    "protected_branch_removed": f"{RULE}.deleted",
    "protected_branch_updated": f"{RULE}.edited",
    "approval_rule_deleted": f"{RULE}.deleted",
    "update_approval_rules": f"{RULE}.edited",
    "project_created": "repository.created",
    "project_destroyed": "repository.deleted",
    "project_transferred": "repository.transferred",
    "project_archived": "repository.archived",
    "project_unarchived": "repository.unarchived",
    "project_name_updated": "repository.renamed",
    "project_path_updated": "repository.renamed",
    "project_namespace_updated": "repository.transferred",
    "project_fork_operation": "fork",
    "member_created": "member.added",
    "member_updated": "member.edited",
    "member_destroyed": "member.removed",
    "deploy_key_added": "deploy_key.created",
    "deploy_key_removed": "deploy_key.deleted",
    "deploy_token_created": "deploy_token.created",
}
# Settings that keep unreviewed commits off a branch, by their types and by their descriptions.
GUARDS = re.compile(
    r"protected_branch_|_push_rules?_|merge_requests?_(?:author_approval|disable_committers"
    r"|approval_setting)|reset_approvals|retain_approvals|overriding_approvers"
    r"|to_approve_updated|only_allow_merge_if|allow_merge_on_skipped|allow_\w{0,20}approval"
)
GUARDED = re.compile(
    r"(?i)approv|protected branch|force.push|code.owner|push rule|discussions|pipeline succeeds"
)
# Older versions have no types, but say what was added, removed or changed.
CHANGES = {
    ("add", "user_access"): "member.added",
    ("remove", "user_access"): "member.removed",
    ("change", "access_level"): "member.edited",
    ("add", "project"): "repository.created",
    ("remove", "project"): "repository.deleted",
    ("change", "namespace"): "repository.transferred",
    ("change", "path"): "repository.renamed",
    ("add", "deploy_key"): "deploy_key.created",
    ("remove", "deploy_key"): "deploy_key.deleted",
}
# The oldest, or rarer ones, only have a sentence.
SENTENCES = (
    ("project destroyed", "repository.deleted"),
    ("project archived", "repository.archived"),
    ("project unarchived", "repository.unarchived"),
    ("added protected branch", f"{RULE}.created"),
    ("added new protected branch", f"{RULE}.created"),
    ("unprotected branch", f"{RULE}.deleted"),
    ("removed protected branch", f"{RULE}.deleted"),
    ("repository download", "repo.download_zip"),
)
OPERATIONS = {
    "git-upload-pack": "git.fetch",  # a clone, a fetch or a pull: it does not say which
    "git-receive-pack": "git.push",
}
VISIBLE = {"public": "repository.publicized", "private": "repository.privatized"}


def kind_of(item: Payload, details: Payload) -> str | None:
    """GitLab's own name for the type of event, which older versions lack."""
    return text(item.get("event_type")) or text(details.get("event_name"))


def action_of(kind: str | None, item: Payload, details: Payload) -> str:
    """What was done."""
    said = details.get("custom_message")
    operation = OPERATIONS.get(text(mapping(said).get("action")) or "")
    visibility = _visibility(item, details)
    if operation or visibility:
        return operation or visibility or ""
    if kind in TYPES:
        return _of_group(TYPES[kind], item)
    if kind and GUARDS.search(kind):
        return f"{RULE}.edited"
    return _told(kind, item, details) or _sentence(said) or kind or "audit-event"


def _visibility(item: Payload, details: Payload) -> str | None:
    changed = text(details.get("change")) or ""
    if not changed.startswith("visibility") or item.get("entity_type") != "Project":
        return None
    return VISIBLE.get((text(details.get("to")) or "").lower(), "repository.edited")


def _of_group(action: str, item: Payload) -> str:
    group = item.get("entity_type") == "Group" and action.startswith("member.")
    return action.replace("member.", "membership.", 1) if group else action


def _told(kind: str | None, item: Payload, details: Payload) -> str | None:
    for verb in ("add", "remove", "change"):
        what = text(details.get(verb))
        if what is None:
            continue
        found = CHANGES.get((verb, what))
        if found:
            return _of_group(found, item)
        if verb == "change" and GUARDED.search(what):
            return f"{RULE}.edited"
        return kind or f"{verb} {what[:64]}"
    if kind:
        return kind
    if "failed_login" in details:
        return "login_failed"
    return "authenticated" if "with" in details else None


def _sentence(said: object) -> str | None:
    words = (text(said) or "").lower()
    return next((action for start, action in SENTENCES if words.startswith(start)), None)
