"""What an event of an Atlassian organisation says: Bitbucket Cloud, and what else is in its log."""

from typing import Any

from analytics.event import Context, account, readable
from analytics.forges.values import (
    Payload,
    email,
    first,
    known,
    labels,
    mapping,
    objects,
    text,
    time_of,
)
from analytics.reading import Document
from analytics.sources.bitbucket_audit.acts import category_of, outcome_of, type_told

# Words of the Cloud's actions and those that all forges share.
SHARED = {
    "bitbucket_repository_created": "repository.created",
    "bitbucket_repository_deleted": "repository.deleted",
    "bitbucket_repository_updated": "repository.edited",
}


def _named(items: Any, *kinds: str) -> str | None:
    """The name of the first item that is of one of these kinds."""
    for item in objects(items):
        if any(kind in (text(item.get("type")) or "").lower() for kind in kinds):
            found = first(item, "attributes.fullName", "attributes.full_name", "attributes.name")
            return found or text(item.get("id"))
    return None


def row_of_cloud(record: Payload, document: Document, context: Context) -> dict[str, Any] | None:
    """The event of a record; None where it has no time."""
    told = mapping(record.get("attributes"))
    time = time_of(told.get("time"))
    if time is None:
        return None
    actor, place = mapping(told.get("actor")), mapping(told.get("location"))
    own = text(told.get("action")) or "event"
    action = SHARED.get(own, own)
    address, identity = email(actor.get("email")), text(record.get("id"))
    number = known(actor.get("id"))
    who = account("git", address) or account("bitbucket", number)
    repository = _named(told.get("context"), "repositor") or _named(
        told.get("container"), "repositor"
    )
    said = first(record, "message.content", "attributes.message.content")
    name = text(actor.get("name"))
    return {
        "@timestamp": time,
        "event.id": context.event_id("atlassian", identity)
        if identity
        else context.line_id(document.offset, document.raw),
        "event.category": category_of(action),
        "event.type": type_told(action),
        "event.action": action,
        "event.outcome": outcome_of(action, None),
        "event.original": readable(document.raw),
        "message": said[:300] if said else f"{name or 'somebody'}: {own.replace('_', ' ')}",
        "actor.account": who,
        "actor.basis": "e-mail of the actor" if address else "Atlassian account" if who else None,
        "user.name": name,
        "user.id": number,
        "user.email": address,
        "user.target.name": _named(told.get("context"), "user"),
        "source.ip": text(place.get("ip")),
        "git.repository": repository,
        "batch.line": document.number,
        "labels": labels(
            {
                "auditType.action": own,
                "context": told.get("context"),
                "container": told.get("container"),
                "location": place.get("geo") or place.get("countryName"),
            }
        ),
    }
