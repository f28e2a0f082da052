"""JSON that is in the Elastic Common Schema already: out of Beats, Elastic Agent or Vector."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, BinaryIO, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from analytics.event import Batch, Context, Rejected, Source, account, assemble, readable
from analytics.fields import BY_NAME, FAMILIES, Kind
from analytics.reading import documents

BATCH = 2_000
MOST_LABELS = 64
LONGEST_LABEL = 1_024
MOST_NAMES = 5_000  # names kept in memory; a log may invent more
# Filled in by us, whatever a document says; what it says becomes a label.
OURS = {"event.id", "event.ingested", "event.dataset", "event.original", "feed.id", "batch.id"} | {
    "batch.line",
    "labels",
}
FIELDS = {name: name for name in BY_NAME if name not in OURS}
# Other names of ECS for a field of ours, taken where the field itself is missing.
INSTEAD = {"host.hostname": "host.name", "url.full": "url.original", "source.address": "source.ip"}
UNSET = ("4294967295", "unset", "-1")
MARKS = frozenset({"event.kind", "event.category", "event.action", "event.dataset", "ecs.version"})


class _Names(dict[str, str]):
    """Dotted names below a prefix by key, each put together only once."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix

    def __missing__(self, key: str) -> str:
        name = self.prefix + key
        if len(self) < MOST_NAMES:
            self[key] = name
        return name


Values = dict[str, Any]


class Row(NamedTuple):
    """A document on its way into a table; its own objects are gone, so memory stays small."""

    number: int
    offset: int
    raw: bytes
    time: datetime
    fields: Values
    labels: Values


class _Flattener:
    """Turns nested and dotted documents into values by dotted name."""

    def __init__(self) -> None:
        self._names = {"": _Names("")}

    def __call__(self, document: Mapping[str, Any]) -> tuple[Values, Values]:
        """Values of our fields, and all others."""
        fields: Values = {}
        labels: Values = {}
        waiting: list[tuple[str, Mapping[str, Any]]] = [("", document)]
        for prefix, inner in waiting:
            names = self._names.get(prefix)
            if names is None:
                names = _Names(prefix)
                if len(self._names) < MOST_NAMES:
                    self._names[prefix] = names
            for key, value in inner.items():
                name = names[key]
                if name in FIELDS:
                    fields[name] = value
                elif type(value) is dict:
                    waiting.append((name + ".", value))
                else:
                    labels[name] = value
        return fields, labels


def _plain(value: Any) -> str | None:
    """A value as text; of a list its plain values."""
    if type(value) is str:
        return value
    if value is None or value == []:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(filter(None, map(_plain, value[:MOST_LABELS])))
    return json.dumps(value)[:LONGEST_LABEL] if isinstance(value, dict) else str(value)


def _number(value: Any) -> int | None:
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if abs(number) < 1 << 63 else None


def _decimal(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return None


def _value(value: Any, kind: Kind) -> Any:
    """A value as the field's kind wants it; None where it cannot be."""
    if kind is Kind.KEYWORDS:
        items = value if isinstance(value, list) else [value]
        return [text for item in items if (text := _text(item)) is not None] or None
    if isinstance(value, list):
        value = value[0] if value else None
    if kind is Kind.NUMBER:
        return _number(value)
    if kind is Kind.DECIMAL:
        return _decimal(value)
    if kind is Kind.FLAG:
        return value if isinstance(value, bool) else None
    return _text(value)


def _text(value: Any) -> str | None:
    text = _plain(value)
    return None if text is None else readable(text)


def time_of(value: Any) -> datetime | None:
    """An ISO time, or seconds or milliseconds since 1970, as UTC; None for anything else."""
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value / 1000 if value > 1e11 else value, UTC)
        time = datetime.fromisoformat(value) if isinstance(value, str) else None
        return time and time.replace(tzinfo=time.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _cleaned(fields: Values, labels: Values) -> tuple[Values, Values]:
    """The same without what cannot be stored: NUL and lone surrogates."""
    clean = {name: _value(value, BY_NAME[name].kind) for name, value in fields.items()}
    return clean, {readable(name): _text(value) for name, value in labels.items()}


def _settle(fields: Values, labels: Values, context: Context) -> None:
    """Fills in what a document leaves out or says otherwise; changes both."""
    for other, name in INSTEAD.items():
        if other in labels and name not in fields:
            fields[name] = labels.pop(other)
    module = fields.get("event.module")
    if module is not None and module not in FAMILIES:
        labels["event.module"] = fields.pop("event.module")
    if not fields.get("host.name"):
        fields["host.name"] = context.host
    if not fields.get("actor.account"):
        fields["actor.account"], fields["actor.basis"] = _actor(fields, labels, context)
    if not fields.get("message"):
        who, did = _text(fields.get("user.name")), _text(fields.get("event.action"))
        fields["message"] = f"{who or 'somebody'}: {did or 'unnamed event'}"


def _actor(
    fields: Mapping[str, Any], labels: Mapping[str, Any], context: Context
) -> tuple[str | None, str | None]:
    """Account and how it is known: the login's user before the one whose rights were used."""
    login, uid = _plain(labels.get("user.audit.name")), _plain(labels.get("user.audit.id"))
    if uid and uid not in UNSET:
        name = login if login and login not in UNSET else None
        found = account("unix", name) or account("uid", f"{context.realm}/{uid}")
        return found, "user.audit"
    name, uid = _text(fields.get("user.name")), _text(fields.get("user.id"))
    if name:
        return account("unix", name), "user.name"
    if uid and uid.isdigit():
        return account("uid", f"{context.realm}/{uid}"), "user.id"
    return None, None


def _labels(rows: Sequence[Row]) -> pa.Array:
    """What is left of each row, as a map of bounded texts."""
    offsets, names, values = [0], [], []
    for row in rows:
        kept = list(row.labels.items())[:MOST_LABELS]
        for name, value in kept:
            text = value if type(value) is str else _plain(value)
            if text:
                names.append(name)
                values.append(text)
        offsets.append(len(names))
    keys, items = (pa.array(texts, pa.string()) for texts in (names, values))
    short = pc.utf8_slice_codeunits(items, 0, LONGEST_LABEL)
    return pa.MapArray.from_arrays(
        pa.array(offsets, pa.int32()), pc.utf8_slice_codeunits(keys, 0, 256), short
    )


def _column(name: str, rows: Sequence[Row]) -> pa.Array:
    """A field of all rows; only where a value is no plain one of its kind is each looked at."""
    field = BY_NAME[name]
    values = [row.fields.get(name) for row in rows]
    try:
        return pa.array(values, field.arrow)
    except (ValueError, TypeError, OverflowError):  # Arrow's own errors are both of these
        return pa.array([_value(value, field.kind) for value in values], field.arrow)


def _identity(row: Row, context: Context) -> str:
    """The document's own id, told apart by feed so that none can pass for another's."""
    own = row.labels.get("event.id")
    if isinstance(own, str) and own:
        return context.event_id("ecs", context.feed, own)
    return context.line_id(row.offset, row.raw)


def _table(rows: Sequence[Row], context: Context) -> pa.Table:
    named: set[str] = set().union(*(row.fields for row in rows))
    columns = {name: _column(name, rows) for name in named - {"@timestamp"}}
    columns |= {
        "@timestamp": pa.array([row.time for row in rows], BY_NAME["@timestamp"].arrow),
        "event.id": pa.array([_identity(row, context) for row in rows], pa.string()),
        "event.original": pa.array([readable(row.raw) for row in rows], pa.string()),
        "batch.line": pa.array([row.number for row in rows], pa.int64()),
        "labels": _labels(rows),
    }
    return assemble(columns, len(rows), context, SOURCE)


def parse(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    """An event for each document."""
    flatten = _Flattener()
    rows: list[Row] = []
    rejected: list[Rejected] = []
    for document in documents(stream):
        value = document.value
        fields, labels = flatten(value) if type(value) is dict else ({}, {})
        time = time_of(fields.get("@timestamp") or labels.get("timestamp"))
        reason = document.error or (None if time else "no @timestamp that is a time")
        reason = reason or (context.implausible(time) if time else None)
        if time is None or reason:
            text = readable(document.raw[:4096])
            rejected.append(Rejected(line=document.number, reason=reason or "", text=text))
        else:
            if b"\\u" in document.raw:
                fields, labels = _cleaned(fields, labels)
            _settle(fields, labels, context)
            rows.append(Row(document.number, document.offset, document.raw, time, fields, labels))
        if len(rows) >= BATCH or len(rejected) >= BATCH:
            yield Batch(events=_table(rows, context), rejected=tuple(rejected))
            rows, rejected = [], []
    if rows or rejected:
        yield Batch(events=_table(rows, context), rejected=tuple(rejected))


def recognises(head: bytes, path: str) -> float:
    """Fairly sure of a first document with `@timestamp` and what only ECS calls so."""
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n[").decode("utf-8", "replace")
    if not text.startswith("{"):
        return 0.0
    try:
        document, _ = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return 0.0
    fields, labels = _Flattener()(document)
    return 0.8 if time_of(fields.get("@timestamp")) and MARKS & (fields.keys() | labels) else 0.0


SOURCE = Source(
    name="ecs",
    family="shell",
    title="ECS JSON lines",
    recognises=recognises,
    parse=parse,
)
