"""Who acted in an event of Teleport, for whom, and with whose rights."""

import re
from typing import Any

from analytics.event import account
from analytics.jsonlog.values import Payload, mapping, text

# What acts for the cluster itself: a host as `<uuid>.<cluster>`, and Teleport's own parts.
HOST = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?:\..*)?")
OWN = frozenset({"system", "-teleport-internal-join", "unimplemented"})
BOT = 2  # user_kind
DECIDES = {"access_request.review": "reviewer", "access_request.update": "updated_by"}
LOGINS = ("login", "db_user", "windows_user", "os_user")


def people_of(event: Payload, name: str, outcome: str) -> dict[str, Any]:
    """Columns of the actor and of the users whose rights were used."""
    user = text(event.get("user")) or text(mapping(event.get("identity")).get("user"))
    who, basis = _doer(event, name, user)
    columns: dict[str, Any] = {
        "user.name": user,
        "user.email": user if user and "@" in user else None,
        "user.effective.name": _login(event),
    }
    if who is None:
        return columns | {"actor.account": None, "actor.basis": "nobody is named"}
    if who in OWN or HOST.fullmatch(who):
        return columns | {"actor.account": None, "actor.basis": "the cluster itself"}
    if name == "user.login" and outcome == "failure":
        basis = "name that was tried"
    columns |= {"actor.account": account("teleport", who), "actor.basis": basis}
    if basis == "impersonator" and user and user != who:
        columns["actor.on_behalf_of"] = account("teleport", user)
    return columns


def _doer(event: Payload, name: str, user: str | None) -> tuple[str | None, str]:
    impersonator = text(event.get("impersonator"))
    if impersonator:
        return impersonator, "impersonator"
    if name in DECIDES and (who := text(event.get(DECIDES[name]))):
        return who, DECIDES[name].replace("_", " ")
    if user:
        return user, "bot of the event" if event.get("user_kind") == BOT else "user of the event"
    for field in ("updated_by", "delegator", "reviewer"):
        if who := text(event.get(field)):
            return who, field.replace("_", " ")
    if bot := text(event.get("bot_name")):
        return bot, "bot of the event"
    return None, ""


def _login(event: Payload) -> str | None:
    """The account on the other side: of a host, a database, a cluster, a cloud."""
    for field in LOGINS:
        if found := text(event.get(field)):
            return found
    users = event.get("kubernetes_users")
    if isinstance(users, list) and users:
        return text(users[0])
    return text(event.get("aws_role_arn"))


def target_of(event: Payload, name: str) -> str | None:
    """The user who was acted upon: made, changed, locked, or whose request was decided."""
    if name.startswith("user.") and name not in ("user.login", "user.password_change"):
        return text(event.get("name"))
    if name in DECIDES:
        return text(event.get("user"))
    if name.startswith("lock."):
        return text(mapping(event.get("target")).get("user"))
    if name.startswith("access_list.member."):
        members = event.get("members")
        first = members[0] if isinstance(members, list) and members else None
        return text(mapping(first).get("member_name"))
    return text(event.get("name")) if name.startswith(("reset_password", "recovery_")) else None
