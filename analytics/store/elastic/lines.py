"""Events as the lines of a bulk body, made a column at a time: what takes Python's encoders tens of
microseconds an event takes Arrow a few.

An event's lines are its action, `{"create":{"_id":…}}`, and its document, without what is null.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from analytics.fields import BY_NAME, Kind
from analytics.store.elastic.mapping import WINDOWS
from analytics.store.meaning import WINDOW, windows

ESCAPED = (
    (b"\\", "\\", "\\\\"),
    (b'"', '"', '\\"'),
    (b"\n", "\n", "\\n"),
    (b"\t", "\t", "\\t"),
    (b"\r", "\r", "\\r"),
)

Piece = Any  # a pa.Array or a pa.Scalar


def lines(events: pa.Table) -> pa.Array:
    """The lines of each event, in order, as UTF-8 text."""
    ids = _escaped(events["event.id"].combine_chunks())
    time = _iso(events["@timestamp"].combine_chunks())
    pieces = [_text('{"create":{"_id":"'), ids, _text('"}}\n{"@timestamp":"'), time, _text('"')]
    for name in events.column_names:
        column = events[name].combine_chunks()
        if name != "@timestamp" and column.null_count < len(column):
            kind = BY_NAME[name].kind
            pieces += _member(name, *_json(kind, column))
            if kind is Kind.TEXT:
                pieces += _windows(name, column)
    return _joined([*pieces, _text("}\n")])


def _member(name: str, before: str, values: pa.Array, after: str) -> list[Piece]:
    """Pieces of the member of that name, which are left out where the value is null."""
    pieces = [_text(f',"{name}":{before}'), values, _text(after)]
    if values.null_count:
        return [pc.binary_join_element_wise(*pieces, _text(""), null_handling="emit_null")]
    return pieces


def _json(kind: Kind, column: pa.Array) -> tuple[str, pa.Array, str]:
    """Each value as JSON, null where it is null, and what stands before and after it."""
    if kind is Kind.TIME:
        return '"', _iso(column), '"'
    if kind in (Kind.KEYWORD, Kind.TEXT):
        return '"', _escaped(column), '"'
    if kind is Kind.KEYWORDS:
        return _lists(column)
    if kind is Kind.LABELS:
        return _maps(column)
    return "", pc.cast(column, pa.string()), ""


def _iso(times: pa.Array) -> pa.Array:
    """Times as they stand in documents: UTC, microseconds."""
    plain = pc.cast(pc.cast(times, pa.timestamp("us")), pa.string())
    zoned = pc.binary_join_element_wise(plain, _text("Z"), _text(""))
    return pc.replace_substring(zoned, " ", "T", max_replacements=1)


def _escaped(texts: pa.Array) -> pa.Array:
    """The texts as JSON has them between its quotes."""
    held = _bytes(texts)
    for byte, plain, escaped in ESCAPED:
        if byte in held:
            texts = pc.replace_substring(texts, plain, escaped)
    if len(held) and np.frombuffer(_bytes(texts), np.uint8).min() < ord(" "):
        texts = pa.array([_without_controls(text) for text in texts.to_pylist()], pa.string())
    return texts


def _bytes(texts: pa.Array) -> bytes:
    """The bytes of the texts, and perhaps more of what lies beside them."""
    buffer = texts.buffers()[2]
    return b"" if buffer is None else buffer.to_pybytes()


def _without_controls(text: str | None) -> str | None:
    """A text in which only the rarer control characters are still to be escaped."""
    if text is None or text.isprintable():
        return text
    return "".join(c if c >= " " else f"\\u{ord(c):04x}" for c in text)


def _lists(lists: pa.Array) -> tuple[str, pa.Array, str]:
    values = pc.list_flatten(lists)
    if values.null_count:
        return "", _one_by_one(lists.to_pylist()), ""
    quoted = _joined([_text('"'), _escaped(values), _text('"')])
    return "[", pc.binary_join(_as_lists(lists, quoted), ","), "]"


def _maps(maps: pa.Array) -> tuple[str, pa.Array, str]:
    pairs = maps.cast(pa.list_(pa.struct([maps.type.key_field, maps.type.item_field])))
    entries = pc.list_flatten(pairs)
    keys, values = entries.field(0), entries.field(1)
    if values.null_count:
        rows = [row if row is None else dict(row) for row in maps.to_pylist()]
        return "", _one_by_one(rows), ""
    escaped = (_text('"'), _escaped(keys), _text('":"'), _escaped(values), _text('"'))
    return "{", pc.binary_join(_as_lists(pairs, _joined(escaped)), ","), "}"


def _as_lists(lists: pa.Array, values: pa.Array) -> pa.Array:
    """These values in the place of those that the lists hold."""
    lengths = pc.fill_null(pc.list_value_length(lists), 0).to_numpy(zero_copy_only=False)
    offsets = pa.array([0, *lengths.cumsum().tolist()], pa.int32())
    mask = pc.is_null(lists)
    return pa.ListArray.from_arrays(offsets, values, mask=mask)


def _one_by_one(values: Sequence[object]) -> pa.Array:
    return pa.array([None if v is None else orjson.dumps(v).decode() for v in values], pa.string())


def _windows(name: str, texts: pa.Array) -> list[Piece]:
    """The windows of texts that are too long to be indexed whole, where there are any."""
    if pc.max(pc.binary_length(texts)).as_py() <= WINDOW:
        return []
    cut = [
        None if text is None or len(text) <= WINDOW else list(windows(text))
        for text in texts.to_pylist()
    ]
    return _member(WINDOWS + name, "", _one_by_one(cut), "") if any(cut) else []


def _text(text: str) -> pa.Scalar:
    return pa.scalar(text, pa.string())


def _joined(pieces: Sequence[Piece]) -> pa.Array:
    """The pieces of each row in one text; those that are null are left out."""
    return pc.binary_join_element_wise(*pieces, _text(""), null_handling="skip")
