"""Who did what an alert is about, and how that is known."""

from typing import Any

from analytics.auditing.values import is_set
from analytics.event import account
from analytics.jsonlog.values import Payload, known

NOTHING = frozenset({"<NA>", ""})
OF_HOST = frozenset({"host", None})
PLUGINS = {  # where no process acted: the field that names the user, and what kind of account
    "k8s_audit": ("ka.user.name", "k8s"),
    "aws_cloudtrail": ("ct.user", "aws"),
    "okta": ("okta.actor.alternateID", "okta"),
    "github": ("github.user", "github"),
    "gcp_auditlog": ("gcp.user", "gcp"),
}


def told(seen: Payload, name: str) -> str | None:
    """A field's value, None where Falco says that there is none."""
    value = known(seen.get(name))
    return None if value in NOTHING else value


def actor_of(seen: Payload, source: str | None, realm: str) -> dict[str, Any]:
    """By the login id, which a container keeps; else by the user, whom only the host knows."""
    plugin = PLUGINS.get(source or "") or (PLUGINS["k8s_audit"] if "ka.user.name" in seen else None)
    if plugin is not None:
        user = told(seen, plugin[0])
        basis = "user of the request" if user else "unknown"
        return {"actor.account": account(plugin[1], user), "actor.basis": basis, "user.name": user}
    login, name = told(seen, "user.loginuid"), told(seen, "user.loginname")
    user = told(seen, "user.uid")
    people = {"user.id": login if is_set(login) else user, "user.effective.id": user}
    if is_set(login):
        return people | {
            "actor.account": account("uid", f"{realm}/{login}"),
            "actor.basis": "login id",
            "user.name": name or told(seen, "user.name"),
            "user.effective.name": told(seen, "user.name"),
        }
    if name:
        return people | {"actor.account": account("unix", name), "actor.basis": "login name"}
    container = told(seen, "container.id")
    if container not in OF_HOST:
        return people | {"actor.account": None, "actor.basis": "unknown (user of a container)"}
    if is_set(user):
        who = account("uid", f"{realm}/{user}")
        return people | {"actor.account": who, "actor.basis": "user id"}
    shown = told(seen, "user.name")
    basis = "user name" if shown else "unknown"
    return people | {"actor.account": account("unix", shown), "actor.basis": basis}
