"""JSON that is in the Elastic Common Schema already: out of Beats, Elastic Agent or Vector."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa

from analytics.event import (
    EARLIEST,
    LONGEST_REJECTED,
    Batch,
    Context,
    Rejected,
    Source,
    readable,
)
from analytics.fields import SCHEMA
from analytics.reading import Document, sampled
from analytics.sources.ecs.alike import Alike, Forms
from analytics.sources.ecs.columns import of_form
from analytics.sources.ecs.lined import Block, blocks
from analytics.sources.ecs.shapes import Nested, Shape, Shapes, flat, opened
from analytics.sources.ecs.tables import Row, of_rows, of_shape
from analytics.sources.ecs.times import time_of

AT_ONCE = 2_000  # documents: more would fall out of the caches
BYTES_AT_ONCE = 8 << 20
FEW = 16  # documents of one shape that are worth columns of their own
# Escaped, what may not be stored as it is.
UNSTORABLE = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
MARKS = frozenset(
    [
        *("event.kind", "event.category", "event.action", "event.dataset"),
        *("data_stream.dataset", "data_stream.type"),
    ]
)
ACTIONS = frozenset({"index", "create", "update", "delete"})  # of a bulk request
VECTOR = {"timestamp", "source_type", "message"}


class _Gathered:
    """Documents by shape, those that are odd, and those that were rejected."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.latest = context.latest
        self.shapes = Shapes()
        self.action: Document | None = None  # of a bulk request, before its document
        self._begin()

    def _begin(self) -> None:
        self.alike: dict[Shape, list[Row]] = {}
        self.odd: list[tuple[Row, dict[str, Any]]] = []
        self.rejected: list[Rejected] = []
        self.size = self.bytes = 0

    def taken(self, documents: Iterable[Document]) -> Iterator[Batch]:
        """Takes documents, and hands out what they give whenever it is much."""
        for document in documents:
            self.add(document)
            if self.size >= AT_ONCE or self.bytes >= BYTES_AT_ONCE:
                yield self.take()

    def add(self, document: Document) -> None:
        """Takes a document, as an event or as rejected."""
        number, offset, raw, value, *_ = document
        self.size += 1
        self.bytes += len(raw)
        if type(value) is not dict:
            self._reject(document, document.error or "not a JSON object")
            return
        time = time_of(value.get("@timestamp") or value.get("timestamp"))
        if time is None or not EARLIEST <= time <= self.latest:
            self._timeless(document, time)
            return
        if self.action:
            raw = self.action.raw + b"\n" + raw
            self.action = None
        odd = (b"\\u" in raw and UNSTORABLE.search(raw)) or b"\x00" in raw
        known = None if odd else self.shapes.of(value)
        if known is None:
            told = {name: _clean(item) for name, item in flat(value).items()}
            self.odd.append((Row(number, offset, raw, time, ()), told))
        else:
            row = Row(number, offset, raw, time, known[1])
            self.alike.setdefault(known[0], []).append(row)

    def _timeless(self, document: Document, time: datetime | None) -> None:
        """What is around a document of Elasticsearch, or nothing that can be an event."""
        value: dict[str, Any] = document.value
        inner = value.get("_source", value.get("doc"))
        if time is None and type(inner) is dict and time_of(inner.get("@timestamp")):
            own = {"event.id": value["_id"]} if "_id" in value else {}
            self.add(document._replace(value=own | inner))
        elif time is None and _is_action(value):
            if self.action:
                self._reject(self.action, "an action without a document")
            self.action = document
        else:
            reason = time and self.context.implausible(time)
            self._reject(document, reason or "no @timestamp that is a time")

    def _reject(self, document: Document, reason: str) -> None:
        text = readable(document.raw[: 5 * LONGEST_REJECTED])[:LONGEST_REJECTED]
        self.rejected.append(Rejected(line=document.number, reason=reason, text=text))

    def take(self) -> Batch:
        """What was gathered since the last time."""
        tables = []
        for shape, rows in self.alike.items():
            try:
                if len(rows) < FEW:
                    raise Nested
                tables.append(of_shape(shape, rows, self.context, SOURCE))
            except Nested:
                self.odd.extend((row, opened(shape.names, row.values)) for row in rows)
        if self.odd:
            self.odd.sort(key=lambda pair: pair[0].number)
            odd, told = zip(*self.odd, strict=True)
            tables.append(of_rows(odd, told, self.context, SOURCE))
        events = pa.concat_tables(tables or [SCHEMA.empty_table()])
        batch = Batch(events=events, rejected=tuple(self.rejected))
        self._begin()
        return batch

    def rest(self) -> Iterator[Batch]:
        """The last batch, if anything is left."""
        if self.action:
            self._reject(self.action, "an action without a document")
        if self.size:
            yield self.take()


def _clean(value: Any) -> Any:
    """The same without what cannot be stored; what is nested in a list is written out later."""
    if isinstance(value, str):
        return readable(value)
    if isinstance(value, list):
        return [readable(item) if isinstance(item, str) else item for item in value]
    return value


def _is_action(value: Any) -> bool:
    return type(value) is dict and len(value) == 1 and not ACTIONS.isdisjoint(value)


def parse(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    """An event for each document."""
    gathered = _Gathered(context)
    forms = Forms(gathered.latest)
    for part in blocks(stream):
        if isinstance(part, Block):
            yield from _of_block(part, forms, gathered)
        else:
            yield from gathered.taken([part])
    yield from gathered.rest()


def _of_block(block: Block, forms: Forms, gathered: _Gathered) -> Iterator[Batch]:
    """The events of a block, first those whose form is known.

    Where documents belong to the lines before them, all are read in order.
    """
    found = [] if gathered.action else forms.found(block)
    documents = block.documents(_others(block, found))
    if found:
        read = list(documents)
        if any(_is_action(document.value) for document in read):
            documents = block.documents(_others(block, []))
        else:
            documents = iter(read)
            tables = [of_form(alike, gathered.context, SOURCE) for alike in found]
            yield Batch(events=pa.concat_tables(tables))
    yield from gathered.taken(documents)


def _others(block: Block, found: list[Alike]) -> Any:
    """The lines of a block that were not found."""
    others = np.ones(len(block.starts), bool)
    for alike in found:
        others[alike.rows] = False
    return np.flatnonzero(others)


def recognises(head: bytes, path: str) -> float:
    """Fairly sure of a first document with `@timestamp` and what only ECS calls so."""
    for document in sampled(head)[:3]:
        if type(document) is not dict or (len(document) == 1 and not ACTIONS.isdisjoint(document)):
            continue
        inner = document.get("_source", document)
        if type(inner) is dict and time_of(inner.get("@timestamp")):
            told = {"ecs", "ecs.version"} & inner.keys() or MARKS.intersection(flat(inner))
            return 0.8 if told else 0.0
        vector = document.keys() >= VECTOR and time_of(document.get("timestamp"))
        return 0.6 if vector else 0.0
    return 0.0


SOURCE = Source(
    name="ecs",
    family="shell",
    title="ECS JSON lines",
    recognises=recognises,
    parse=parse,
)
