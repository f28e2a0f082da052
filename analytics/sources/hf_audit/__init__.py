"""The Hugging Face Hub's audit-log export: what was changed in an organisation, and by whom."""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import Any, BinaryIO

from analytics.event import Batch, Context, Source, account
from analytics.jsonlog.cells import labels_by_row
from analytics.jsonlog.columns import Columns, Entries, Form, batches
from analytics.jsonlog.samples import Looks
from analytics.jsonlog.values import Payload, mapping
from analytics.reading import leaves
from analytics.sources.hf_audit.objects import KINDS, REPOSITORY, Kind, first, kind_of, told_by

ITEM = re.compile(rb'"_id"\s*:\s*"[0-9a-f]{24}"')
CREATED = re.compile(rb'"createdAt"\s*:\s*"\d{4}-\d\d-\d\dT')
TYPE = re.compile(rb'"type"\s*:\s*"[a-z][a-z_]*\.[A-Za-z0-9_.]+"')
AUTHOR = re.compile(rb'"author"\s*:\s*\{')

KNOWN = frozenset(
    [
        *("_id", "createdAt", "type", "message", "ip", "userAgent", "data", "author"),
        *("token", "location", "oauth"),
    ]
)
FURTHER = "what else there is"
MOST_LABELS = 64


def _event(value: Any) -> Payload | str:
    """The event in a document, with what is not known of it under `FURTHER`."""
    if not isinstance(value, dict):
        return "not a JSON object"
    kind = value.get("type")
    if not isinstance(kind, str) or not kind:
        return "no type"
    if not isinstance(value.get("createdAt"), str):
        return "no createdAt that is a time"
    if KNOWN.issuperset(value):
        return value
    others = {name: other for name, other in value.items() if name not in KNOWN}
    return value | {FURTHER: leaves(others)}


def _columns(events: Entries) -> Columns:
    texts, values = events.texts, events.values
    names = [name or "" for name in texts("type")]
    kinds, data = list(map(kind_of, names)), values("data")
    acting = map(_actor, texts("author.user"), values("author.type"))
    accounts, bases = zip(*acting, strict=True)
    told = zip(*map(told_by, kinds, map(mapping, data)), strict=True)
    targets, repos, repo_kinds, revisions, paths, jobs = told
    users = texts("author.user")
    said = zip(texts("message"), users, names, strict=True)
    labelled = zip(kinds, *map(values, LABELLED), strict=True)
    return {
        "event.id": events.ids("hf", texts("_id")),
        "event.category": [kind.category for kind in kinds],
        "event.type": [kind.type for kind in kinds],
        "event.action": names,
        "event.outcome": "success",
        "message": [message or f"{who or 'the hub'}: {name}" for message, who, name in said],
        "actor.account": accounts,
        "actor.basis": bases,
        "user.name": users,
        "user.id": texts("author._id"),
        "user.target.name": targets,
        "source.ip": texts("ip"),
        "user_agent.original": texts("userAgent"),
        "hf.event": names,
        "hf.token": texts("token.id"),
        "hf.repo": repos,
        "hf.kind": repo_kinds,
        "hf.revision": revisions,
        "hf.path": paths,
        "job.id": jobs,
        "labels": labels_by_row([_labels(*each) for each in labelled]),
    }


LABELLED = ("author.type", "author.deleted", "token", "location", "oauth", FURTHER, "data")
FORM = Form(
    records=_event,
    paths=(
        *(*LABELLED, "_id", "createdAt", "type", "message", "ip", "userAgent"),
        *("author.user", "author._id", "token.id"),
    ),
    times=lambda events: events.times("createdAt", zone=events.context.timezone),
    timeless="no createdAt that is a time",
    columns=_columns,
    looks=Looks(
        at=("type", "author.type", "data.type", *(f"data.{name}.type" for name in REPOSITORY)),
        words={"data.repoType": "|".join(KINDS)},
        times=("createdAt",),
    ),
)


def parse(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    """Events of an export: a JSON array, or one object a line."""
    return batches(stream, FORM, context, SOURCE)


def _actor(user: str | None, kind: Any) -> tuple[str | None, str | None]:
    """Account and how it is known."""
    if kind == "system":
        return None, "the hub itself"
    return account("hf", user), "audit author" if user else None


def _labels(kind: Kind, author: Any, deleted: Any, *parts: Any) -> dict[str, str]:
    """What the event has beside the fields."""
    *of_parts, further, data = parts
    found = _of_person(author == "system", deleted is True).copy()
    for name, part in zip(("token", "location", "oauth"), of_parts, strict=True):
        if part is not None:
            found |= _of_part(name, part)
    if further:
        found |= further
    if data is not None:
        found |= _of_data(data)
        named = kind.other and first(mapping(data), kind.other[1], ("name", "slug", "title", "id"))
        if kind.other and named:
            found[kind.other[0]] = named[:1024]
    return found if len(found) <= MOST_LABELS else dict(islice(found.items(), MOST_LABELS))


def _of_data(data: Any) -> dict[str, str]:
    """As `leaves` has it; most of it is texts, for which there is a shorter way."""
    if not isinstance(data, dict):
        return leaves(data, "data")
    found: dict[str, str] = {}
    others: dict[str, Any] = {}
    for key, value in islice(data.items(), MOST_LABELS):
        inner = value if type(value) is dict and _is_plain(key, "") else {key: value}
        prefix = f"data.{key}." if inner is value else "data."
        for name, one in islice(inner.items(), MOST_LABELS):
            if _is_plain(name, one):
                found[prefix + name] = one
            elif inner is value:
                others[key] = others.get(key, {}) | {name: one}
            else:
                others[key] = one
    return found | leaves(others, "data") if others else found


def _is_plain(name: str, value: Any) -> bool:
    return type(value) is str and len(value) <= 1024 and len(name) <= 200 and name.isascii()


@lru_cache(maxsize=4)
def _of_person(system: bool, deleted: bool) -> dict[str, str]:
    told = {"author.type": "system" if system else "user"}
    return told | ({"author.deleted": "true"} if deleted else {})


def _of_part(name: str, part: Any) -> dict[str, str]:
    """Token, place or application, which come again and again."""
    try:
        return _of_items(name, tuple(part.items()))
    except (AttributeError, TypeError):  # no object, or not a flat one
        return leaves(part, name)


@lru_cache(maxsize=4096)
def _of_items(name: str, items: tuple[tuple[str, Any], ...]) -> dict[str, str]:
    return leaves(dict(items), name)


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
