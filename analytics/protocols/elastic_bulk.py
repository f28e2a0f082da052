"""Elasticsearch's bulk requests: a line with an action, a line with its document, and so on."""

import re
from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple

from analytics.protocols.protocol import Carried, Protocol, Told, said, text_in
from analytics.reading import LARGEST_DOCUMENT
from analytics.reading.loading import NotJson, loaded

ADDING = ("index", "create")
OTHERS = ("update", "delete")
MALFORMED = "a malformed action"  # nothing behind it can be trusted
BAD_DOCUMENT, OTHER_ACTION = "no JSON object", "an action that adds nothing"
INDEX = re.compile(r"(?:foureyes-)?([a-z0-9_]+)(?:-[0-9.-]+)?")
SOURCE = ("foureyes.source", "fields.foureyes.source")
USER = ("foureyes.user", "fields.foureyes.user")
PATH = ("log.file.path", "path")
HOST = ("host.name", "host.hostname", "host", "hostname")


class Item(NamedTuple):
    """One action of a request: which, on what, the record or what is wrong with it, and the
    number of its line."""

    action: str
    into: str
    id: str
    record: Carried
    line: int


def items(stream: BinaryIO) -> Iterator[Item]:
    """Every action of a request. After a malformed one only the rest of its lines is skipped."""
    number = at = 0
    while line := _line(stream):
        at += 1
        if not line.strip():
            continue
        number += 1
        action, meta = _action(line)
        index, named = said(meta.get("_index")), said(meta.get("_id"), 512)
        begun = at
        if has_document := action not in ("", "delete"):
            at += 1
        document = _line(stream).strip() if has_document else b""
        if not action:
            record = Carried(number, line.strip(), error=MALFORMED)
        elif action in OTHERS:
            record = Carried(number, document or line.strip(), error=OTHER_ACTION)
        else:
            record = _record(number, document, index)
        yield Item(action, index, named, record, begun)


def _line(stream: BinaryIO) -> bytes:
    """The next line with its end; of one that is too long only so much that it is no JSON."""
    line = stream.readline(LARGEST_DOCUMENT + 1)
    part = line
    while part and not part.endswith(b"\n"):
        part = stream.readline(LARGEST_DOCUMENT + 1)
    return line


def _action(line: bytes) -> tuple[str, dict[str, Any]]:
    """Its name and what it says; an empty name where it is none."""
    try:
        value = loaded(line)
    except NotJson:
        return "", {}
    if type(value) is not dict or len(value) != 1:
        return "", {}
    name, meta = next(iter(value.items()))
    return (name, meta) if name in ADDING + OTHERS and isinstance(meta, dict) else ("", {})


def _record(number: int, document: bytes, index: str) -> Carried:
    try:
        value = loaded(document)
    except NotJson:
        value = None
    if type(value) is not dict or len(document) > LARGEST_DOCUMENT:
        return Carried(number, document, error=BAD_DOCUMENT)
    told = Told(
        source=_first(value, SOURCE) or source_of(index),
        kind=index,
        path=_first(value, PATH),
        host=_first(value, HOST),
        user=_first(value, USER),
    )
    return Carried(number, text_in(value), document, told)


def _first(document: dict[str, Any], names: tuple[str, ...]) -> str:
    return next(filter(None, (said(_at(document, name), 1000) for name in names)), "")


def _at(document: dict[str, Any], name: str) -> Any:
    """What stands under a dotted name, be it one name or nested ones."""
    if name in document:
        return document[name]
    outer, _, rest = name.partition(".")
    inner = document.get(outer)
    return _at(inner, rest) if rest and isinstance(inner, dict) else None


def source_of(index: str) -> str:
    """The source that an index may name: `auditd`, `foureyes-auditd`, `auditd-2026.11.29`."""
    match = INDEX.fullmatch(index)
    return match[1] if match else ""


def records(stream: BinaryIO) -> Iterator[Carried]:
    """A record for each action."""
    return (item.record for item in items(stream))


PROTOCOL = Protocol(
    name="elastic_bulk",
    title="Elasticsearch bulk requests",
    records=records,
    usual=lambda index: Told(source=source_of(index), kind=index),
)
