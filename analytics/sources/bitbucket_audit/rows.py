"""What a record of Data Center says, field by field."""

from datetime import datetime, timedelta
from typing import Any

from analytics.event import Context, account, readable
from analytics.forges.values import (
    Payload,
    canonical,
    known,
    labels,
    mapping,
    number,
    objects,
    text,
    time_of,
)
from analytics.reading import Document
from analytics.sources.bitbucket_audit.acts import action_of, category_of, outcome_of, type_told

NOBODY = {"-1": "Bitbucket itself", "-2": "not signed in", "System": "Bitbucket itself"}
PEOPLE = ("USER", "user", "NORMAL", "SERVICE")
MOST_TOLD = 16  # changed values or attributes as labels of their own


def type_of(record: Payload) -> Payload:
    """What kind of act: under `auditType` in files, under `type` in the API."""
    for name in ("auditType", "type"):
        found = record.get(name)
        if isinstance(found, dict) and ("actionI18nKey" in found or "action" in found):
            return found
    return {}


def _time(value: Any) -> datetime | None:
    """Seconds and nanoseconds of files, an ISO time or milliseconds of the API."""
    if isinstance(value, dict):
        seconds, nano = time_of(value.get("epochSecond")), number(value.get("nano"))
        if seconds is None or nano is None or not 0 <= nano < 10**9:
            return seconds
        return seconds + timedelta(microseconds=nano // 1000)
    whole = number(value) if isinstance(value, int) else None
    return time_of(value) if whole is None or whole < 10**11 else time_of(whole / 1000)


def _actor(record: Payload) -> dict[str, Any]:
    author = mapping(record.get("author"))
    name, number_of = text(author.get("name")), known(author.get("id"))
    _, found, slug = (text(author.get("uri")) or "").rpartition("/users/")
    login = slug.partition("/")[0] if found else name
    nobody = NOBODY.get(number_of or "") or (NOBODY["-1"] if author.get("type") == "system" else "")
    if nobody or not login:
        return {"actor.basis": nobody or "the record names no author", "user.name": name}
    return {
        "actor.account": account("bitbucket", login),
        "actor.basis": "audit author",
        "user.name": name or login,
        "user.id": number_of,
    }


def _touched(record: Payload) -> tuple[str | None, str | None, str | None]:
    """Repository as project/name, user, and what else was touched first."""
    project = repository = user = other = None
    for touched in objects(record.get("affectedObjects")):
        kind, name = text(touched.get("type")) or "", text(touched.get("name"))
        if kind.upper() == "REPOSITORY":
            repository = repository or name
        elif kind.upper() == "PROJECT":
            project = project or name
        elif kind in PEOPLE:
            user = user or name
        else:
            other = other or name
    if repository and project and "/" not in repository:
        repository = f"{project}/{repository}"
    return repository, user, other or project


def _told(record: Payload, kind: Payload, touched: str | None) -> dict[str, Any]:
    """Labels; those of the type have the names by which public rules ask for them."""
    told: dict[str, Any] = {
        f"auditType.{name}": kind.get(name)
        for name in ("action", "actionI18nKey", "area", "category", "level")
    }
    told |= {"affected": touched, "method": record.get("method"), "node": record.get("node")}
    for change in objects(record.get("changedValues"))[:MOST_TOLD]:
        name = text(change.get("key")) or "value"
        told[f"changed.{name}"] = (
            f"{known(change.get('from')) or ''} → {known(change.get('to')) or ''}"
        )
    for attribute in objects(record.get("extraAttributes"))[:MOST_TOLD]:
        told[f"extra.{text(attribute.get('name')) or 'value'}"] = attribute.get("value")
    return told


def row_of(record: Payload, document: Document, context: Context) -> dict[str, Any] | None:
    """The event of a record; None where it has no time."""
    time, kind = _time(record.get("timestamp")), type_of(record)
    if time is None:
        return None
    said, key = text(kind.get("action")), text(kind.get("actionI18nKey")) or ""
    action = action_of(key, said)
    repository, user, other = _touched(record)
    actor = _actor(record)
    own = canonical(_identity(record, kind), document.raw).decode("utf-8", "backslashreplace")
    who, where = actor.get("user.name") or "somebody", repository or other or user
    return {
        "@timestamp": time,
        "event.id": context.event_id("bitbucket", time.isoformat(), own),
        "event.category": category_of(action),
        "event.type": type_told(action),
        "event.action": action,
        "event.outcome": outcome_of(action, said),
        "event.original": readable(document.raw),
        "message": f"{who}: {said or action}" + (f" ({where[:300]})" if where else ""),
        **actor,
        "user.target.name": user,
        "source.ip": (text(record.get("source")) or "").partition(",")[0].strip() or None,
        "git.repository": repository,
        "batch.line": document.number,
        "labels": labels(_told(record, kind, other)),
    }


def _identity(record: Payload, kind: Payload) -> list[Any]:
    """What a file and the API both say of a record, which has no number of its own."""
    touched = sorted(
        [known(item.get("type")) or "", known(item.get("name")) or ""]
        for item in objects(record.get("affectedObjects"))
    )
    changed = [
        [item.get("key"), item.get("from"), item.get("to")]
        for item in objects(record.get("changedValues"))
    ]
    extra = sorted(
        [known(item.get("name")) or "", known(item.get("value")) or ""]
        for item in objects(record.get("extraAttributes"))
    )
    author = mapping(record.get("author"))
    return [
        *(kind.get("actionI18nKey"), kind.get("action"), author.get("id"), record.get("node")),
        *(touched, changed, extra),
    ]
