"""Events as the lines of a bulk body, made a column at a time: what takes Python's encoders tens of
microseconds an event takes Arrow two. A column that says the same in all rows is made once.

An event's lines are its action, `{"create":{"_id":…}}`, and its document, without what is null.
"""

from collections.abc import Iterable, Sequence
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

EMPTY = pa.scalar("", pa.string())

Piece = Any  # a pa.Array or a str; a text is the same in every row


def lines(events: pa.Table) -> pa.Array:
    """The lines of each event, in order, as UTF-8 text."""
    columns = {name: _whole(events[name]) for name in events.column_names}
    ids, time = _escaped(columns["event.id"]), _iso(columns.pop("@timestamp"))
    pieces = ['{"create":{"_id":"', ids, '"}}\n{"@timestamp":"', time, '"']
    for name, column in columns.items():
        if column.null_count < len(column):
            pieces += _once(name, column) if _is_constant(column) else _members(name, column)
    return _joined([*pieces, "}\n"])


def _whole(column: pa.ChunkedArray) -> pa.Array:
    """The column as one array, copied only where it is several."""
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def _is_constant(column: pa.Array) -> bool:
    """Whether all rows say the same: most columns of a log do."""
    return bool(column.slice(1).equals(column.slice(0, len(column) - 1)))


def _once(name: str, column: pa.Array) -> list[Piece]:
    """The members of a column that says the same in all rows, made for one of them."""
    texts: list[Piece] = _joined(_members(name, column.slice(0, 1))).to_pylist()
    return texts


def _members(name: str, column: pa.Array) -> list[Piece]:
    """Pieces of a column's member, and of its windows where it has some."""
    kind = BY_NAME[name].kind
    pieces = _member(name, *_json(kind, column))
    return pieces + _windows(name, column) if kind is Kind.TEXT else pieces


def _member(name: str, before: str, values: pa.Array, after: str) -> list[Piece]:
    """Pieces of the member of that name, which are left out where the value is null."""
    pieces = [f',"{name}":{before}', values, after]
    return [_joined(pieces, "emit_null")] if values.null_count else pieces


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
    return pc.replace_substring(_joined([plain, "Z"], "emit_null"), " ", "T", max_replacements=1)


def _escaped(texts: pa.Array) -> pa.Array:
    """The texts as JSON has them between its quotes."""
    held = _buffer(texts).to_pybytes()
    for byte, plain, escaped in ESCAPED:
        if byte in held:
            texts = pc.replace_substring(texts, plain, escaped)
    if len(held) and np.frombuffer(_buffer(texts), np.uint8).min() < ord(" "):
        texts = pa.array([_without_controls(text) for text in texts.to_pylist()], pa.string())
    return texts


def _buffer(texts: pa.Array) -> pa.Buffer:
    """The bytes of the texts, one behind the other."""
    _, starts, held = texts.buffers()
    if held is None or not len(texts):
        return pa.py_buffer(b"")
    ends = np.frombuffer(starts, np.int32)[texts.offset : texts.offset + len(texts) + 1]
    return held.slice(ends[0], ends[-1] - ends[0])


def _without_controls(text: str | None) -> str | None:
    """A text in which only the rarer control characters are still to be escaped."""
    if text is None or text.isprintable():
        return text
    return "".join(c if c >= " " else f"\\u{ord(c):04x}" for c in text)


def _lists(lists: pa.Array) -> tuple[str, pa.Array, str]:
    values = pc.list_flatten(lists)
    if values.null_count:
        return "", _one_by_one(lists.to_pylist()), ""
    quoted = _joined(['"', _escaped(values), '"'])
    return "[", pc.binary_join(_as_lists(lists, quoted), ","), "]"


def _maps(maps: pa.Array) -> tuple[str, pa.Array, str]:
    pairs = maps.cast(pa.list_(pa.struct([maps.type.key_field, maps.type.item_field])))
    entries = pc.list_flatten(pairs)
    keys, values = entries.field(0), entries.field(1)
    if values.null_count:
        rows = [row if row is None else dict(row) for row in maps.to_pylist()]
        return "", _one_by_one(rows), ""
    escaped = _joined(['"', _escaped(keys), '":"', _escaped(values), '"'])
    return "{", pc.binary_join(_as_lists(pairs, escaped), ","), "}"


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


def _joined(pieces: Iterable[Piece], null_handling: str = "skip") -> pa.Array:
    """The pieces of each row in one text; those that are null are left out, or make it null."""
    merged: list[Piece] = []
    for piece in pieces:
        if isinstance(piece, str) and merged and isinstance(merged[-1], str):
            merged[-1] += piece
        else:
            merged.append(piece)
    whole = [pa.scalar(one, pa.string()) if isinstance(one, str) else one for one in merged]
    return pc.binary_join_element_wise(*whole, EMPTY, null_handling=null_handling)
