"""What an audit event of GitLab says, field by field."""

from datetime import datetime
from typing import Any

from analytics.event import Context, account, readable
from analytics.forges.values import Payload, email, known, labels, mapping, number, text
from analytics.reading import Document
from analytics.sources.gitlab_audit.acts import RULE, TYPES, action_of, kind_of

NOBODY = {  # authors that are no users, by the number or class that GitLab gives them
    -1: "not signed in",
    -2: "deploy token",
    -3: "deploy key",
    -4: "the instance itself",
}
CLASSES = {
    "DeployKey": "deploy key",
    "DeployToken": "deploy token",
    "Gitlab::Audit::UnauthenticatedAuthor": "not signed in",
    "Gitlab::Audit::DeployKeyAuthor": "deploy key",
    "Gitlab::Audit::DeployTokenAuthor": "deploy token",
    "Gitlab::Audit::CiRunnerTokenAuthor": "runner",
}
IAM = ("member", "user", "access_token", "deploy_", "key", "email", "token", "group_saml", "role")
SIGN_IN = ("login", "authenticated", "smartcard", "failed_login")
KINDS = (
    *(("creat", "creation"), ("added", "creation"), ("add ", "creation")),
    *(("delet", "deletion"), ("destroy", "deletion"), ("remov", "deletion")),
    *(("fetch", "access"), ("download", "access"), ("accessed", "access"), ("login", "start")),
    ("authenticated", "start"),
)
FAILED = ("failed", "login_failed")
SKIPPED = frozenset(
    [
        *("author_id", "author_name", "author_email", "entity_path", "ip_address", "details"),
        *("severity", "time", "created_at", "id", "meta.remote_ip", "meta.user", "meta.user_id"),
        *("event_type", "meta.client_id", "entity_id"),
    ]
)


def _actor(item: Payload, details: Payload) -> dict[str, Any]:
    """Who did it. GitLab names authors by number; a user name is only in its own log."""
    author = number(item.get("author_id"))
    name = text(item.get("author_name")) or text(details.get("author_name"))
    address = email(item.get("author_email")) or email(details.get("author_email"))
    login = text(item.get("meta.user"))
    nobody = CLASSES.get(text(details.get("author_class")) or "") or NOBODY.get(author or 0)
    if nobody:
        actor, basis = None, nobody
    elif login and number(item.get("meta.user_id")) in (author, None):
        actor, basis = account("gitlab", login), "audit author"
    elif address:
        actor, basis = account("git", address), "audit author's e-mail"
    elif author is not None and author > 0:
        actor, basis = account("gitlab", f"#{author}"), "audit author's number"
    else:
        actor, basis = None, "the event names no author"
    return {
        "actor.account": actor,
        "actor.basis": basis,
        "user.name": login or name,
        "user.id": known(item.get("author_id")),
        "user.email": address,
    }


def _repository(item: Payload, details: Payload) -> str | None:
    if item.get("entity_type") != "Project":
        return None
    path = text(item.get("entity_path")) or text(details.get("entity_path"))
    target = details.get("target_details") if details.get("target_type") == "Project" else None
    return path or text(item.get("meta.project")) or text(target)


def _category(action: str) -> str:
    words = action.lower()
    if words.startswith("git."):
        return "network"
    if any(word in words for word in SIGN_IN):
        return "authentication"
    return "iam" if words.startswith(IAM) or "_token_" in words else "configuration"


def _address(item: Payload, details: Payload) -> str | None:
    for value in (item.get("ip_address"), details.get("ip_address"), item.get("meta.remote_ip")):
        found = text(value)
        if found:
            return found.partition(",")[0].strip()
    return None


def _message(action: str, who: str | None, details: Payload, where: str | None) -> str:
    said = text(details.get("custom_message"))
    if said is None:
        changed = text(details.get("change"))
        steps = f"{changed} from {known(details.get('from'))} to {known(details.get('to'))}"
        said = f"changed {steps}" if changed else action.replace(".", " ").replace("_", " ")
    about = text(details.get("target_details"))
    on = f" ({about})" if about and about != where else ""
    return readable(f"{who or 'somebody'}: {said[:300]}{on[:300]} in {where or 'GitLab'}")


def row_of(item: Payload, time: datetime, document: Document, context: Context) -> dict[str, Any]:
    """The event of an audit event, nested as the API has it or flat as in audit_json.log."""
    nested = item.get("details")
    details = {**item, **nested} if isinstance(nested, dict) else item
    kind = kind_of(item, details)
    action, identity = action_of(kind, item, details), known(item.get("id"))
    actor = _actor(item, details)
    where = _repository(item, details)
    told = {name: value for name, value in details.items() if name not in SKIPPED}
    place = where or text(item.get("entity_path")) or text(details.get("entity_path"))
    target = details.get("target_type") == "User" or action.startswith("member")
    # A setting guards all branches of a project: its target is the project itself.
    is_setting = details.get("target_type") == "Project" and action == f"{RULE}.edited"
    of_branch = action.startswith(RULE) and (kind in TYPES or not is_setting)
    branch = details.get("target_details") if of_branch else None
    return {
        "@timestamp": time,
        "event.id": context.event_id(
            *("gitlab", "audit", identity, time.isoformat()),
            *(text(item.get("entity_type")), known(item.get("entity_id"))),
        )
        if identity
        else context.line_id(document.offset, document.raw),
        "event.category": _category(action),
        "event.type": next((found for word, found in KINDS if word in action), "change"),
        "event.action": action,
        "event.outcome": "failure" if any(word in action for word in FAILED) else "success",
        "event.original": readable(document.raw),
        "message": _message(action, actor["user.name"], details, place),
        **actor,
        "user.target.name": text(details.get("target_details")) if target else None,
        "source.ip": _address(item, details),
        "git.repository": where,
        "git.branch": text(branch) if branch != where else None,
        "batch.line": document.number,
        "labels": labels({"event_type": kind, "entity_path": place, **told, **_custom(details)}),
    }


def _custom(details: Payload) -> dict[str, Any]:
    """How a git operation was done; of other sentences nothing, they are the message."""
    said = mapping(details.get("custom_message"))
    return {"custom_message": None, "protocol": said.get("protocol"), "git": said.get("action")}
