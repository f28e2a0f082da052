"""The Hugging Face Hub's audit-log export: what was changed in an organisation, and by whom."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, BinaryIO

from analytics.event import Batch, Collector, Context, Source, account, readable
from analytics.reading import Document, documents, leaves

ITEM = re.compile(rb'"_id"\s*:\s*"[0-9a-f]{24}"')
CREATED = re.compile(rb'"createdAt"\s*:\s*"\d{4}-\d\d-\d\dT')
TYPE = re.compile(rb'"type"\s*:\s*"[a-z][a-z_]*\.[A-Za-z0-9_.]+"')
AUTHOR = re.compile(rb'"author"\s*:\s*\{')

# The longest beginning of a type decides what kind of act it is.
CATEGORIES = {
    "": "configuration",
    "jobs": "process",
    "oauth": "authentication",
    "org.add_user": "iam",
    "org.change_role": "iam",
    "org.invite": "iam",
    "org.join": "iam",
    "org.leave": "iam",
    "org.remove_user": "iam",
    "org.rotate_token": "iam",
    "org.service_account": "iam",
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
KINDS = ("model", "dataset", "space")
KNOWN = ("_id", "createdAt", "type", "message", "ip", "userAgent", "data", "author")
TARGET = ("user", "username", "member", "targetUser", "invitedUser", "email")


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str | None:
    """A text that is not empty."""
    return readable(value) if isinstance(value, str) and value else None


def _first(data: Mapping[str, Any], names: tuple[str, ...], inside: tuple[str, ...]) -> str | None:
    """The first of these that is a text, or an object with a text under one of `inside`."""
    for name in names:
        value = data.get(name)
        texts = [value] if isinstance(value, str) else [_mapping(value).get(key) for key in inside]
        found = next((text for text in texts if isinstance(text, str) and text), None)
        if found:
            return readable(found)
    return None


def _time(value: Any) -> datetime | None:
    try:
        time = datetime.fromisoformat(value) if isinstance(value, str) else None
        return time and time.replace(tzinfo=time.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def category_of(kind: str) -> str:
    """The ECS category of an event type such as `org.add_user`."""
    parts = kind.split(".")
    starts = (".".join(parts[:length]) for length in range(len(parts), -1, -1))
    return next(CATEGORIES[start] for start in starts if start in CATEGORIES)


def _type_of(kind: str) -> str:
    last = kind.rpartition(".")[2]
    return next((name for word, name in TYPES.items() if word in last), "change")


def _of_repository(kind: str, data: Mapping[str, Any]) -> dict[str, Any]:
    if kind.partition(".")[0] not in REPOSITORY_SCOPES:
        return {}
    inner = next((data[name] for name in REPOSITORY if isinstance(data.get(name), dict)), data)
    return {
        "hf.repo": _first(data, REPOSITORY, ("name", "fullName", "id")),
        "hf.kind": next(
            (value for value in (inner.get("type"), data.get("repoType")) if value in KINDS),
            "space" if kind.startswith("spaces.") else None,
        ),
        "hf.revision": _text(data.get("revision")),
        "hf.path": _first(data, ("path", "filename", "file"), ("path", "name")),
    }


def _of_actor(author: Mapping[str, Any]) -> dict[str, Any]:
    user, system = _text(author.get("user")), author.get("type") == "system"
    return {
        "actor.account": None if system else account("hf", user),
        "actor.basis": "the hub itself" if system else "audit author" if user else None,
        "user.name": user,
        "user.id": _text(author.get("_id")),
    }


def _row(document: Document, kind: str, time: datetime, context: Context) -> dict[str, Any]:
    item = document.value
    data, token, author = (_mapping(item.get(name)) for name in ("data", "token", "author"))
    identity = _text(item.get("_id"))
    rest = {name: value for name, value in item.items() if name not in KNOWN}
    rest["author"] = {name: author.get(name) for name in ("type", "deleted")}
    return {
        "@timestamp": time,
        "event.id": context.event_id("hf", identity)
        if identity
        else context.line_id(document.offset, document.raw),
        "event.category": category_of(kind),
        "event.type": _type_of(kind),
        "event.action": kind,
        "event.outcome": "success",
        "event.original": readable(document.raw),
        "message": _text(item.get("message")) or f"{author.get('user')}: {kind}",
        **_of_actor(author),
        "user.target.name": _first(data, TARGET, ("user", "name", "username")),
        "source.ip": _text(item.get("ip")),
        "user_agent.original": _text(item.get("userAgent")),
        "hf.event": kind,
        "hf.token": _text(token.get("id")),
        **_of_repository(kind, data),
        "batch.line": document.number,
        "labels": list((leaves(rest) | leaves(item.get("data"), "data")).items()),
    }


def parse(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    """Events of an export: a JSON array, or one object a line."""
    collector = Collector(context, SOURCE)
    for document in documents(stream):
        item = document.value
        kind = _text(item.get("type")) if isinstance(item, dict) else None
        time = _time(item.get("createdAt")) if isinstance(item, dict) else None
        if document.error or not isinstance(item, dict):
            reason = document.error or "not a JSON object"
            collector.reject(document.number, reason, document.raw)
        elif kind is None or time is None:
            missing = "type" if kind is None else "createdAt that is a time"
            collector.reject(document.number, f"no {missing}", document.raw)
        else:
            collector.add(_row(document, kind, time, context))
        if collector.full:
            yield collector.take()
    yield from collector.rest()


def recognises(head: bytes, path: str) -> float:
    """Sure of JSON whose items have the export's id, time, type and author."""
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] not in (b"[", b"{"):
        return 0.0
    found = all(pattern.search(head) for pattern in (ITEM, CREATED, TYPE, AUTHOR))
    return 0.95 if found else 0.0


SOURCE = Source(
    name="hf_audit",
    family="huggingface",
    title="Hugging Face Hub audit log",
    recognises=recognises,
    parse=parse,
)
