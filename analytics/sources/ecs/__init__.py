"""JSON that is in the Elastic Common Schema already: out of Beats, Elastic Agent or Vector."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, BinaryIO, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from analytics.event import (
    EARLIEST,
    LATEST_AHEAD,
    Batch,
    Context,
    Rejected,
    Source,
    account,
    assemble,
    merged,
    readable,
)
from analytics.fields import BY_NAME, FAMILIES, SCHEMA, Kind
from analytics.reading import Document, documents
from analytics.sources.ecs.shapes import (
    Shape,
    labels_of_columns,
    labels_of_rows,
    names_of,
    plain,
    shape_of,
    texts,
)

AT_ONCE = 2_000  # documents: more would fall out of the caches
BYTES_AT_ONCE = 8 << 20
FEW = 16  # documents of one shape that are worth columns of their own
# Filled in by us, whatever a document says; what it says becomes a label.
OURS = {"event.id", "event.ingested", "event.dataset", "event.original", "feed.id", "batch.id"}
FIELDS = frozenset(BY_NAME) - OURS - {"@timestamp", "batch.line", "labels"}
# Other names of ECS for a field of ours, taken where the field itself is missing.
INSTEAD = {"host.hostname": "host.name", "url.full": "url.original", "source.address": "source.ip"}
UNSET = ("4294967295", "unset", "-1")
WHO = ("user.audit.name", "user.audit.id", "user.name", "user.id")
MARKS = frozenset({"event.kind", "event.category", "event.action", "event.dataset", "ecs.version"})

Columns = Mapping[str, Sequence[Any]]


class Row(NamedTuple):
    """A document on its way into a table."""

    number: int
    offset: int
    raw: bytes
    time: datetime
    values: list[Any]


def time_of(value: Any) -> datetime | None:
    """An ISO time, or seconds or milliseconds since 1970, as UTC; None for anything else."""
    try:
        if isinstance(value, str):
            time = datetime.fromisoformat(value)
            if time.tzinfo is UTC:
                return time
            return time.replace(tzinfo=time.tzinfo or UTC).astimezone(UTC)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value / 1000 if value > 1e11 else value, UTC)
    except (ValueError, OverflowError, OSError):
        pass
    return None


def _as(convert: Callable[[Any], Any], value: Any) -> Any:
    try:
        return convert(value)
    except (TypeError, ValueError, OverflowError):
        return None


def _value(value: Any, kind: Kind) -> Any:
    """A value as the field's kind wants it; None where it cannot be."""
    if kind is Kind.KEYWORDS:
        items = value if isinstance(value, list) else [value]
        return [text for item in items if (text := plain(item)) is not None] or None
    if isinstance(value, list):
        value = value[0] if value else None
    if kind is Kind.NUMBER:
        number = _as(int, value)
        return number if number is not None and abs(number) < 1 << 63 else None
    if kind is Kind.DECIMAL:
        return _as(float, value)
    if kind is Kind.FLAG:
        return value if isinstance(value, bool) else None
    return plain(value)


def _column(name: str, values: Sequence[Any]) -> pa.Array:
    """A field's column; only where a value is no plain one of its kind is each looked at."""
    field = BY_NAME[name]
    if field.kind is not Kind.KEYWORDS and type(values[0]) is list:  # ECS has many lists of one
        values = [item[0] if type(item) is list and item else item for item in values]
    try:
        return pa.array(values, field.arrow)
    except (ValueError, TypeError, OverflowError):  # Arrow's own errors are of these
        return pa.array([_value(value, field.kind) for value in values], field.arrow)


@lru_cache(maxsize=20_000)
def _actor(realm: str, *who: str | None) -> tuple[str | None, str | None]:
    """Account and how it is known: the login's user before the one whose rights were used."""
    login, login_uid, name, uid = who
    if login_uid and login_uid not in UNSET:
        named = login if login and login not in UNSET else None
        return account("unix", named) or f"uid:{realm}/{login_uid}", "user.audit"
    if name:
        return account("unix", name), "user.name"
    if uid and uid.isdigit():
        return f"uid:{realm}/{uid}", "user.id"
    return None, None


def _split(told: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What are fields of ours, and what becomes labels; of rows and of columns alike."""
    fields = {name: value for name, value in told.items() if name in FIELDS}
    labels = {name: value for name, value in told.items() if name and name not in FIELDS}
    for other, name in INSTEAD.items():
        if other in labels and name not in fields:
            fields[name] = labels.pop(other)
    labels.pop("@timestamp", None)
    return fields, labels


def _of_shape(shape: Shape, rows: Sequence[Row], context: Context) -> pa.Table:
    """A table of documents that have the same names."""
    told = dict(zip(names_of(shape), zip(*(row.values for row in rows), strict=True), strict=True))
    fields, labels = _split(told)
    modules = fields.pop("event.module", None)
    if modules is not None:
        fields["event.module"], labels["event.module"] = _modules(modules)
    return _table(fields, told, labels_of_columns(labels, len(rows)), rows, context)


def _of_rows(rows: Sequence[tuple[Row, dict[str, Any]]], context: Context) -> pa.Table:
    """A table of documents whose names differ."""
    split = [_split(told) for _, told in rows]
    for fields, labels in split:
        (fields["event.module"],), (labels["event.module"],) = _modules(
            [fields.get("event.module")]
        )
    named: set[str] = set().union(*(fields for fields, _ in split))
    columns: Columns = {name: [fields.get(name) for fields, _ in split] for name in named}
    told = {name: [row.get(name) for _, row in rows] for name in (*WHO, "event.id")}
    labels_ = labels_of_rows([labels for _, labels in split])
    return _table(columns, told, labels_, [row for row, _ in rows], context)


def _modules(modules: Sequence[Any]) -> tuple[list[Any], list[Any]]:
    """Families of ours, and other modules."""
    ours = [module if module in FAMILIES else None for module in map(plain, modules)]
    return ours, [m if o is None else None for m, o in zip(modules, ours, strict=True)]


def _table(
    fields: Columns, told: Columns, labels: pa.Array, rows: Sequence[Row], context: Context
) -> pa.Table:
    """All columns; `told` has by name what decides on id and actor."""
    size, nothing = len(rows), [None] * len(rows)
    columns = {name: _column(name, values) for name, values in fields.items()}
    who = (map(plain, told.get(name, nothing)) for name in WHO)
    actors = [_actor(context.realm, *parts) for parts in zip(*who, strict=True)]
    own = columns.get("actor.account", pa.nulls(size, pa.string()))
    found, bases = (pa.array(part, pa.string()) for part in zip(*actors, strict=True))
    columns["actor.account"] = pc.coalesce(own, found)
    if "actor.basis" not in columns:
        columns["actor.basis"] = pc.if_else(pc.is_null(own), bases, pa.scalar(None, pa.string()))
    columns["host.name"] = _or(columns.get("host.name"), pa.scalar(context.host, pa.string()), size)
    did = _or(columns.get("event.action"), pa.scalar("unnamed event"), size)
    name = _or(columns.get("user.name"), pa.scalar("somebody"), size)
    said = pc.binary_join_element_wise(name, did, ": ")
    columns["message"] = _or(columns.get("message"), said, size)
    ids = told.get("event.id", nothing)
    columns |= {
        "@timestamp": pa.array([row.time for row in rows], SCHEMA.field("@timestamp").type),
        "event.id": pa.array(
            [_identity(row, own_id, context) for row, own_id in zip(rows, ids, strict=True)]
        ),
        "event.original": texts([readable(row.raw) for row in rows]),
        "batch.line": pa.array([row.number for row in rows], pa.int64()),
        "labels": labels,
    }
    return assemble(columns, size, context, SOURCE)


def _or(column: pa.Array | None, otherwise: pa.Scalar | pa.Array, size: int) -> pa.Array:
    empty = pa.nulls(size, pa.string())
    return pc.coalesce(empty if column is None else column, otherwise)


def _identity(row: Row, own: Any, context: Context) -> str:
    """The document's own id, told apart by feed so that none can pass for another's."""
    if isinstance(own, str) and own:
        return context.event_id("ecs", context.feed, own)
    return context.line_id(row.offset, row.raw)


class _Gathered:
    """Documents by shape, those that are odd, and those that were rejected."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.latest = context.received + LATEST_AHEAD
        self.shapes: dict[Shape, list[Row]] = {}
        self.rejected: list[Rejected] = []
        self.size = self.bytes = 0

    def add(self, document: Document) -> None:
        """Takes a document, as an event or as rejected."""
        self.size += 1
        self.bytes += len(document.raw)
        value = document.value if type(document.value) is dict else {}
        time = time_of(value.get("@timestamp") or value.get("timestamp"))
        if time is None or not EARLIEST <= time <= self.latest:
            reason = self.context.implausible(time) if time else "no @timestamp that is a time"
            told = {"reason": document.error or reason or "", "text": readable(document.raw[:4096])}
            self.rejected.append(Rejected(line=document.number, **told))
            return
        shape, values = shape_of(value)
        if b"\\u" in document.raw:  # may stand for NUL or half a character
            shape = tuple(key and readable(key) for key in shape)
            values = [_clean(item) for item in values]
        row = Row(document.number, document.offset, document.raw, time, values)
        self.shapes.setdefault(shape, []).append(row)

    def take(self) -> Batch:
        """What was gathered."""
        many = {shape: rows for shape, rows in self.shapes.items() if len(rows) >= FEW}
        tables = [_of_shape(shape, rows, self.context) for shape, rows in many.items()]
        few = [
            (row, dict(zip(names_of(shape), row.values, strict=True)))
            for shape, rows in self.shapes.items()
            if shape not in many
            for row in rows
        ]
        if few or not tables:
            tables.append(_of_rows(few, self.context) if few else SCHEMA.empty_table())
        return Batch(events=pa.concat_tables(tables), rejected=tuple(self.rejected))


def _clean(value: Any) -> Any:
    """The same without what cannot be stored; what is nested in a list is written out later."""
    if isinstance(value, str):
        return readable(value)
    if isinstance(value, list):
        return [readable(item) if isinstance(item, str) else item for item in value]
    return value


def parse(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    """An event for each document."""
    return merged(_batches(stream, context))


def _batches(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    gathered = _Gathered(context)
    for document in documents(stream):
        gathered.add(document)
        if gathered.size >= AT_ONCE or gathered.bytes >= BYTES_AT_ONCE:
            yield gathered.take()
            gathered = _Gathered(context)
    if gathered.size:
        yield gathered.take()


def recognises(head: bytes, path: str) -> float:
    """Fairly sure of a first document with `@timestamp` and what only ECS calls so."""
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n[").decode("utf-8", "replace")
    if not text.startswith("{"):
        return 0.0
    try:
        document, _ = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return 0.0
    named = MARKS.intersection(names_of(shape_of(document)[0]))
    return 0.8 if named and time_of(document.get("@timestamp")) else 0.0


SOURCE = Source(
    name="ecs",
    family="shell",
    title="ECS JSON lines",
    recognises=recognises,
    parse=parse,
)
