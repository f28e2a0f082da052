"""Who acted in a delivery, for whom, and upon whom."""

import re
from collections.abc import Mapping
from typing import Any

from analytics.event import account
from analytics.forges.values import Payload, at, known, mapping, text

# Below which key of the payload the name of who was acted upon stands.
TARGETS: Mapping[str, tuple[str, ...]] = {
    "member": ("login",),
    "requested_reviewer": ("login",),
    "requested_team": ("slug",),
    "blocked_user": ("login",),
    "assignee": ("login",),
    "user": ("login",),
    "invitation": ("login",),
    "membership": ("user", "login"),
    "personal_access_token_request": ("owner", "login"),
}
# Who set a bot to work, where the payload says so.
PRINCIPALS = ("workflow_run.triggering_actor", "workflow_run.actor", "requester", "requestor")
CO_AUTHOR = re.compile(r"(?im)^co-authored-by:[^<\n]{0,200}<([^<>\s]{1,320})>")
BOT = "[bot]"


def actor_of(payload: Payload, action: str) -> tuple[str | None, str | None, str | None]:
    """Name and id of who acted, and how that is known. Of a merge it is the merger."""
    merged = action == "pull_request.merged"
    merger = mapping(at(payload, "pull_request.merged_by")) if merged else {}
    who = merger if merger.get("login") else mapping(payload.get("sender"))
    name = text(who.get("login")) or text(mapping(payload.get("pusher")).get("name"))
    if name is None:
        return None, None, None
    basis = "merger" if merger.get("login") else "webhook sender"
    return name, known(who.get("id")), f"{basis}, a bot" if _is_bot(who) else basis


def principal_of(payload: Payload) -> str | None:
    """The account for which a bot acted, where the payload tells."""
    if not _is_bot(mapping(payload.get("sender"))):
        return None
    for path in PRINCIPALS:
        person = mapping(at(payload, path))
        if person.get("login") and not _is_bot(person):
            return account("github", text(person["login"]))
    message = text(at(payload, "head_commit.message")) or ""
    people = (mail for mail in CO_AUTHOR.findall(message) if BOT not in mail)
    return account("git", next(people, None))


def target_of(payload: Payload) -> str | None:
    """The user or team that was acted upon."""
    for key, steps in TARGETS.items():
        if key in payload and (found := text(under(payload[key], steps))):
            return found
    return None


def under(value: Any, steps: tuple[str, ...]) -> Any:
    """What stands below an object, None where it ends early."""
    for step in steps:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _is_bot(person: Payload) -> bool:
    return person.get("type") == "Bot" or str(person.get("login")).endswith(BOT)
