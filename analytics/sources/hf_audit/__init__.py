"""The Hugging Face Hub's audit-log export: what was changed in an organisation, and by whom."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice
from typing import Any, BinaryIO

import pyarrow as pa

from analytics.event import (
    LONGEST_REJECTED,
    Batch,
    Context,
    Rejected,
    Source,
    account,
    assemble,
    merged,
    readable,
)
from analytics.fields import BY_NAME
from analytics.hubtraffic.lined import Times, unfit
from analytics.hubtraffic.parts import Labels
from analytics.hubtraffic.times import iso
from analytics.hubtraffic.traffic import maps
from analytics.jsonlog.values import mapping, text
from analytics.reading import Document, documents, leaves
from analytics.sources.hf_audit.objects import first, kind_of, told_by

ITEM = re.compile(rb'"_id"\s*:\s*"[0-9a-f]{24}"')
CREATED = re.compile(rb'"createdAt"\s*:\s*"\d{4}-\d\d-\d\dT')
TYPE = re.compile(rb'"type"\s*:\s*"[a-z][a-z_]*\.[A-Za-z0-9_.]+"')
AUTHOR = re.compile(rb'"author"\s*:\s*\{')

AT_ONCE = 1_000  # events
KNOWN = frozenset(
    [
        *("_id", "createdAt", "type", "message", "ip", "userAgent", "data", "author"),
        *("token", "location", "oauth"),
    ]
)
TIME = "@timestamp"
COLUMNS = (
    *(TIME, "event.id", "event.category", "event.type", "event.action"),
    *("event.outcome", "event.original", "message"),
    *("actor.account", "actor.basis", "user.name", "user.id", "user.target.name"),
    *("source.ip", "user_agent.original", "hf.event", "hf.token"),
    *("hf.repo", "hf.kind", "hf.revision", "hf.path", "job.id", "batch.line"),
)
MOST_LABELS = 64


def parse(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    """Events of an export: a JSON array, or one object a line."""
    return merged(_batches(documents(stream), context))


def _batches(waiting: Iterable[Document], context: Context) -> Iterator[Batch]:
    """No document outlives its turn: many objects at once make the collector's work dear."""
    times = Times(iso, context)
    rows: list[tuple[Any, ...]] = []
    labels: list[Labels] = []
    rejected: list[Rejected] = []
    for document in waiting:
        item = document.value
        wrong = document.error or _wrong(item, times, context)
        if wrong is None:
            rows.append(_row(document, item, times, context))
            labels.append(_labels(item))
        else:
            text_of = readable(document.raw)[:LONGEST_REJECTED]
            rejected.append(Rejected(line=document.number, reason=wrong, text=text_of))
        if len(rows) >= AT_ONCE or len(rejected) >= AT_ONCE:
            yield Batch(events=_table(rows, labels, context), rejected=tuple(rejected))
            rows, labels, rejected = [], [], []
    yield Batch(events=_table(rows, labels, context), rejected=tuple(rejected))


def _table(rows: list[tuple[Any, ...]], labels: list[Labels], context: Context) -> pa.Table:
    values = zip(*rows, strict=True) if rows else [()] * len(COLUMNS)
    columns = {
        name: pa.array(column, pa.int64() if name == TIME else BY_NAME[name].arrow)
        for name, column in zip(COLUMNS, values, strict=True)
    }
    columns[TIME] = columns[TIME].cast(BY_NAME[TIME].arrow)
    columns["labels"] = maps(labels)
    return assemble(columns, len(rows), context, SOURCE)


def _wrong(item: Any, times: Times, context: Context) -> str | None:
    """Why a value is no event of the audit log, or None where it is one."""
    if not isinstance(item, dict):
        return "not a JSON object"
    kind, created = item.get("type"), item.get("createdAt")
    if not isinstance(kind, str) or not kind:
        return "no type"
    if not isinstance(created, str):
        return "no createdAt that is a time"
    if times[created[:64]] is None:
        reason = unfit(iso, readable(created[:64]), context)
        return "no createdAt that is a time" if reason.endswith("cannot be read") else reason
    return None


def _row(
    document: Document, item: dict[str, Any], times: Times, context: Context
) -> tuple[Any, ...]:
    """A value for each of `COLUMNS`."""
    name, identity, data = text(item["type"]) or "", item.get("_id"), mapping(item.get("data"))
    kind, author = kind_of(name), mapping(item.get("author"))
    acting = _actor(text(author.get("user")), text(author.get("_id")), author.get("type"))
    target, repo, *rest = told_by(kind, data)
    return (
        times[item["createdAt"][:64]],
        context.event_id("hf", identity)
        if identity and isinstance(identity, str)
        else context.line_id(document.offset, document.raw),
        kind.category,
        kind.type,
        name,
        "success",
        readable(document.raw),
        text(item.get("message")) or f"{acting[2] or 'the hub'}: {name}",
        *acting,
        target,
        text(item.get("ip")),
        text(item.get("userAgent")),
        name,
        text(mapping(item.get("token")).get("id")),
        repo,
        *rest,
        document.number,
    )


Acting = tuple[str | None, str | None, str | None, str | None]


def _actor(user: str | None, identity: str | None, kind: Any) -> Acting:
    """Account, how it is known, name and id."""
    if kind == "system":
        return None, "the hub itself", user, identity
    return account("hf", user), "audit author" if user else None, user, identity


def _labels(item: dict[str, Any]) -> Labels:
    """What the event has beside the fields."""
    author, data = mapping(item.get("author")), item.get("data")
    found = dict(_of_person(author.get("type") == "system", author.get("deleted") is True))
    for name in ("token", "location", "oauth"):
        if name in item:
            found |= _of_part(name, item[name])
    if not KNOWN.issuperset(item):
        found |= leaves({name: value for name, value in item.items() if name not in KNOWN})
    if data is not None:
        found |= _of_data(data)
        other = kind_of(text(item["type"]) or "").other
        named = other and first(mapping(data), other[1], ("name", "slug", "title", "id"))
        if other and named:
            found[other[0]] = named[:1024]
    kept = found if len(found) <= MOST_LABELS else dict(islice(found.items(), MOST_LABELS))
    return tuple(kept), tuple(kept.values())


def _of_data(data: Any) -> dict[str, str]:
    """As `leaves` has it; most of it is texts, for which there is a shorter way."""
    if not isinstance(data, dict):
        return leaves(data, "data")
    found: dict[str, str] = {}
    others: dict[str, Any] = {}
    for key, value in islice(data.items(), MOST_LABELS):
        if type(value) is str and len(value) <= 1024 and len(key) <= 200 and key.isascii():
            found[f"data.{text(key) or ''}"] = text(value) or ""
        else:
            others[key] = value
    return found | leaves(others, "data") if others else found


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
