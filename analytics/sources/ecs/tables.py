"""Documents in the Elastic Common Schema as tables with our columns."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.event import Context, Source, account, assemble, readable
from analytics.fields import BY_NAME, FAMILIES, SCHEMA, Kind
from analytics.sources.ecs.shapes import (
    Nested,
    Shape,
    Values,
    labels_of_columns,
    labels_of_rows,
    plain,
    texts,
)

# Filled in by us, whatever a document says; what it says becomes a label.
OURS = {"event.id", "event.ingested", "event.dataset", "event.original", "feed.id", "batch.id"}
FIELDS = frozenset(BY_NAME) - OURS - {"@timestamp", "batch.line", "labels"}
# Other names of ECS for a field of ours, taken where the field itself is missing.
INSTEAD = {
    "host.hostname": "host.name",
    "url.full": "url.original",
    "source.address": "source.ip",
    "host": "host.name",
}
UNSET = ("4294967295", "unset", "-1")
WHO = ("user.audit.name", "user.audit.id", "user.name", "user.id")

T = TypeVar("T")
Columns = Mapping[str, Sequence[Any]]


class Told(NamedTuple):
    """What a table has of each document beside the fields that are taken as they are."""

    times: pa.Array
    numbers: pa.Array
    originals: pa.Array
    ids: Sequence[str]
    labels: pa.Array
    who: Mapping[str, pa.Array]  # by name, what tells who acted


class Row(NamedTuple):
    """A document on its way into a table."""

    number: int
    offset: int
    raw: bytes
    time: datetime
    values: Sequence[Any]


def _as(convert: Callable[[Any], Any], value: Any) -> Any:
    try:
        return convert(value)
    except (TypeError, ValueError, OverflowError):
        return None


def _value(value: Any, kind: Kind) -> Any:
    """A value as the field's kind wants it; None where it cannot be."""
    if kind is Kind.KEYWORDS:
        items = value if isinstance(value, list) else [value]
        given = [text for item in items if (text := plain(item)) is not None]
        return given if given or value == [] else None
    if isinstance(value, list):
        value = value[0] if value else None
    if kind is Kind.NUMBER:
        number = _as(int, value)
        return number if number is not None and -(1 << 63) <= number < 1 << 63 else None
    if kind is Kind.DECIMAL:
        return _as(float, value)
    if kind is Kind.FLAG:
        return value if isinstance(value, bool) else None
    return plain(value)


def column(name: str, given: Values) -> pa.Array:
    """A field's column; only where a value is no plain one of its kind is each looked at."""
    field, values = BY_NAME[name], given
    if field.kind is Kind.KEYWORDS:
        values = [[item] if type(item) is str else item for item in values]
    elif type(values[0]) is list:  # ECS has many lists of one
        values = [item[0] if type(item) is list and item else item for item in values]
    try:
        return pa.array(values, field.arrow)
    except (ValueError, TypeError, OverflowError):  # Arrow's own errors are of these
        if dict in set(map(type, given)):
            raise Nested from None
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


def _actors(who: Mapping[str, pa.Array], size: int, realm: str) -> tuple[pa.Array, pa.Array]:
    """Accounts and how they are known: each combination of names and ids is looked at once."""
    key, distinct = np.zeros(size, np.int64), 1
    for column in who.values():
        encoded = column.dictionary_encode("encode")
        distinct *= len(encoded.dictionary)
        if distinct >= 1 << 62:
            key, distinct = np.unique(key, return_inverse=True)[1], size * size
        key = key * len(encoded.dictionary) + np.asarray(encoded.indices)
    _, first, which = np.unique(key, return_index=True, return_inverse=True)
    parts = pa.table(dict(who)).take(pa.array(first)).to_pylist() if who else [{}]
    actors = [_actor(realm, *map(part.get, WHO)) for part in parts]
    account_, basis = (pa.array(part, pa.string()) for part in zip(*actors, strict=True))
    return account_.take(pa.array(which)), basis.take(pa.array(which))


def split(told: Mapping[str, T]) -> tuple[dict[str, T], dict[str, T]]:
    """What are fields of ours, and what becomes labels; of rows and of columns alike."""
    fields = {name: value for name, value in told.items() if name in FIELDS}
    labels = {name: value for name, value in told.items() if name and name not in FIELDS}
    for other, name in INSTEAD.items():
        if other in labels and name not in fields:
            fields[name] = labels.pop(other)
    labels.pop("@timestamp", None)
    return fields, labels


def of_shape(shape: Shape, rows: Sequence[Row], context: Context, source: Source) -> pa.Table:
    """A table of documents that have the same names.

    Raises Nested where one of them has an object in place of a value.
    """
    values = zip(*(row.values for row in rows), strict=True)
    told: dict[str, Values] = dict(zip(shape.names, values, strict=True))
    fields, labels = split(told)
    modules = fields.pop("event.module", None)
    if modules is not None:
        fields["event.module"], labels["event.module"] = _modules(modules)
    return _of_values(fields, told, labels_of_columns(labels, len(rows)), rows, (context, source))


def of_rows(
    rows: Sequence[Row], values: Sequence[dict[str, Any]], context: Context, source: Source
) -> pa.Table:
    """A table of documents whose names differ, from the values of each by name."""
    parted = [split(told) for told in values]
    for fields, labels in parted:
        (fields["event.module"],), (labels["event.module"],) = _modules(
            [fields.get("event.module")]
        )
    named: set[str] = set().union(*(fields for fields, _ in parted))
    columns: Columns = {name: [fields.get(name) for fields, _ in parted] for name in named}
    told = {name: [row.get(name) for row in values] for name in (*WHO, "event.id")}
    labels_ = labels_of_rows([labels for _, labels in parted])
    return _of_values(columns, told, labels_, rows, (context, source))


def _modules(modules: Sequence[Any]) -> tuple[list[Any], list[Any]]:
    """Families of ours, and other modules."""
    ours = [module if module in FAMILIES else None for module in map(plain, modules)]
    return ours, [m if o is None else None for m, o in zip(modules, ours, strict=True)]


def _of_values(
    fields: Columns,
    told: Columns,
    labels: pa.Array,
    rows: Sequence[Row],
    of: tuple[Context, Source],
) -> pa.Table:
    """A table from values; `told` has by name what decides on id and actor."""
    raws = [row.raw for row in rows]
    known = Told(
        pa.array([row.time for row in rows], SCHEMA.field("@timestamp").type),
        pa.array([row.number for row in rows], pa.int64()),
        _originals(raws),
        identities([row.offset for row in rows], raws, told.get("event.id"), of[0]),
        labels,
        {name: texts(told[name]) for name in WHO if name in told},
    )
    return table({name: column(name, values) for name, values in fields.items()}, known, of)


def table(columns: dict[str, pa.Array], told: Told, of: tuple[Context, Source]) -> pa.Table:
    """All columns, from the fields that are taken as they are and what is told beside."""
    context, source = of
    size = len(told.ids)
    found, bases = _actors(told.who, size, context.realm)
    own = columns.get("actor.account", pa.nulls(size, pa.string()))
    columns["actor.account"] = pc.coalesce(own, found)
    known = pc.if_else(pc.is_null(own), bases, pa.scalar(None, pa.string()))
    columns["actor.basis"] = _or(columns.get("actor.basis"), known, size)
    columns["host.name"] = _or(columns.get("host.name"), pa.scalar(context.host, pa.string()), size)
    did = _or(columns.get("event.action"), pa.scalar("unnamed event"), size)
    name = _or(columns.get("user.name"), pa.scalar("somebody"), size)
    said = pc.binary_join_element_wise(name, did, ": ")
    columns["message"] = _or(columns.get("message"), said, size)
    columns |= {
        "@timestamp": told.times,
        "event.id": pa.array(told.ids, pa.string()),
        "event.original": told.originals,
        "batch.line": told.numbers,
        "labels": told.labels,
    }
    return assemble(columns, size, context, source)


def _or(column: pa.Array | None, otherwise: pa.Scalar | pa.Array, size: int) -> pa.Array:
    empty = pa.nulls(size, pa.string())
    return pc.coalesce(empty if column is None else column, otherwise)


def _originals(raws: Sequence[bytes]) -> pa.Array:
    try:
        if not any(b"\x00" in raw for raw in raws):
            return pa.array(raws, pa.string())
    except ValueError:  # not UTF-8
        pass
    return pa.array([readable(raw) for raw in raws], pa.string())


def identities(
    offsets: Sequence[int], raws: Sequence[bytes], own: Values | None, context: Context
) -> list[str]:
    """The documents' own ids, told apart by feed so that none can pass for another's."""
    found = context.line_ids(offsets, raws)
    if own is None:
        return found
    return [
        context.event_id("ecs", context.feed, given) if isinstance(given, str) and given else usual
        for given, usual in zip(own, found, strict=True)
    ]
