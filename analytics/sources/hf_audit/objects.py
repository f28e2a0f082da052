"""What an audit event is about: a repository, a job, a member, or something else by its name."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from analytics.jsonlog.values import text

# The longest beginning of a type decides what kind of act it is.
CATEGORIES = {
    "": "configuration",
    "jobs": "process",
    "oauth": "authentication",
    "org.add_user": "iam",
    "org.change_role": "iam",
    "org.invite": "iam",
    "org.invite_user": "iam",
    "org.join": "iam",
    "org.leave": "iam",
    "org.remove_user": "iam",
    "org.rotate_token": "iam",
    "org.service_account": "iam",
    "org.settings.security": "iam",
    "org.settings.sso": "iam",
    "org.sso_join": "iam",
    "org.sso_login": "authentication",
    "org.token_approval": "iam",
    "resource_group": "iam",
    "scheduled_job": "process",
}
# So does the first of these words found in its last part.
TYPES = {
    "creat": "creation",
    "add": "creation",
    "invite": "creation",
    "delete": "deletion",
    "remove": "deletion",
    "login": "start",
    "run": "start",
    "cancel": "end",
}
REPOSITORY = ("repo", "repository", "repoName", "repo_name", "name", "space", "repoId", "fullName")
REPOSITORY_SCOPES = ("repo", "spaces", "jobs", "scheduled_job")
KINDS = ("model", "dataset", "space", "bucket", "kernel")
TARGET = ("user", "username", "member", "targetUser", "invitedUser", "email")
TARGETS = ("users", "members")
JOB = ("jobId", "job_id", "scheduledJobId", "scheduled_job_id", "job", "scheduledJob", "id")
NAMED = ("name", "fullName", "id", "_id")
# Under which keys the other things of a scope are named, and as what label they are kept.
OTHERS = {
    "collection": ("collection", ("collection", "slug", "title", "name")),
    "resource_group": ("resource_group", ("resourceGroup", "resource_group", "group", "name")),
    "org.service_account": ("service_account", ("serviceAccount", "service_account", "name")),
}


class Kind(NamedTuple):
    """What a type says by itself: its category and type for ECS, and its scope."""

    category: str
    type: str
    scope: str
    other: tuple[str, tuple[str, ...]] | None


@lru_cache(maxsize=4096)
def kind_of(name: str) -> Kind:
    """What an event type such as `org.service_account.token.create` says by itself."""
    parts, last = name.split("."), name.rpartition(".")[2]
    starts = [".".join(parts[:length]) for length in range(len(parts), -1, -1)]
    return Kind(
        category=next(CATEGORIES[start] for start in starts if start in CATEGORIES),
        type=next((kind for word, kind in TYPES.items() if word in last), "change"),
        scope=parts[0],
        other=next((OTHERS[start] for start in starts if start in OTHERS), None),
    )


def first(data: Mapping[str, Any], names: tuple[str, ...], inside: tuple[str, ...]) -> str | None:
    """The first of these that is a text, or an object with a text under one of `inside`."""
    if data.keys().isdisjoint(names):
        return None
    for name in names:
        value = data.get(name)
        if isinstance(value, dict):
            value = next((value[key] for key in inside if isinstance(value.get(key), str)), None)
        if isinstance(value, str) and value:
            return text(value)
    return None


Told = tuple[str | None, str | None, str | None, str | None, str | None, str | None]


def told_by(kind: Kind, data: Mapping[str, Any]) -> Told:
    """Member acted upon; repository, its kind, revision and file; job."""
    target = first(data, TARGET, ("user", "name", "username", "email")) or _members(data)
    if kind.scope not in REPOSITORY_SCOPES:
        return target, None, None, None, None, None
    inner = next((data[name] for name in REPOSITORY if type(data.get(name)) is dict), data)
    named = (inner.get("type"), data.get("repoType"))
    space = "space" if kind.scope == "spaces" else None
    return (
        target,
        first(data, REPOSITORY, ("name", "fullName", "id")),
        next((value for value in named if value in KINDS), space),
        text(data.get("revision")),
        first(data, ("path", "filename", "file"), ("path", "name")),
        None if kind.scope in ("repo", "spaces") else first(data, JOB, NAMED),
    )


def _members(data: Mapping[str, Any]) -> str | None:
    """The first of several members; all are in the labels."""
    if data.keys().isdisjoint(TARGETS):
        return None
    for name in TARGETS:
        found = data.get(name)
        if isinstance(found, list) and found:
            return first({"user": found[0]}, ("user",), ("user", "name", "username"))
    return None
