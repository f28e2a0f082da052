"""What both stores do with a batch before they keep it."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.fields import FIELDS, SCHEMA, Kind
from analytics.store.values import LONGEST_KEYWORD

LONGEST_KEY = 250  # of a label
LONGEST_ID = 500  # bytes, what Elasticsearch takes


def kept(events: pa.Table) -> pa.Table:
    """The batch as it is kept: the columns of `SCHEMA`, one chunk each, keywords cut to 4,000
    characters, decimals that are no number null; the raw line keeps what is cut off.

    Raises ValueError where an event has no time or id, or an id of more than 500 bytes.
    """
    table = events.select(SCHEMA.names).cast(SCHEMA).combine_chunks()
    for name in ("@timestamp", "event.id"):
        if table[name].null_count:
            raise ValueError(f"an event without {name} cannot be stored")
    if table.num_rows and pc.max(pc.binary_length(table["event.id"])).as_py() > LONGEST_ID:
        raise ValueError(f"an event.id has at most {LONGEST_ID} bytes")
    for index, field in enumerate(FIELDS):
        column = _kept(field.kind, table.column(index))
        if column is not None:
            table = table.set_column(index, SCHEMA.field(index), column)
    return table


def firsts(ids: pa.ChunkedArray) -> pa.BooleanArray:
    """For each row, whether its id stands there for the first time."""
    seen: set[str] = set()
    first = []
    for name in ids.to_pylist():
        first.append(name not in seen)
        seen.add(name)
    return pa.array(first, pa.bool_())


def month_of(times: pa.ChunkedArray) -> pa.ChunkedArray:
    """The first day of each time's month, UTC, as date32."""
    months = pc.floor_temporal(pc.cast(times, pa.timestamp("us")), unit="month")
    return pc.cast(months, pa.date32(), safe=False)


def typed(table: pa.Table, names: Sequence[str]) -> pa.Table:
    """The table with these columns in the types of `SCHEMA`."""
    return table.select(names).cast(pa.schema([SCHEMA.field(name) for name in names]))


def _kept(kind: Kind, column: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """The column as it is kept; None where that is what it is."""
    if column.null_count == len(column):
        return None
    if kind is Kind.KEYWORD:
        return _cut(column) if _is_long(column) else None
    if kind is Kind.KEYWORDS:
        return _nested(column) if _is_long(pc.list_flatten(column)) else None
    if kind is Kind.LABELS:
        return _labels(column)
    if kind is Kind.DECIMAL:
        return pc.if_else(pc.is_finite(column), column, pa.scalar(None, column.type))
    return None


def _is_long(texts: pa.ChunkedArray) -> bool:
    longest = pc.max(pc.binary_length(texts)).as_py()
    return longest is not None and longest > LONGEST_KEYWORD


def _cut(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.utf8_slice_codeunits(texts, 0, LONGEST_KEYWORD)


def _nested(lists: pa.ChunkedArray) -> pa.ChunkedArray:
    cut = [
        None if row is None else [value and value[:LONGEST_KEYWORD] for value in row]
        for row in lists.to_pylist()
    ]
    return pa.chunked_array([pa.array(cut, lists.type)])


def _labels(maps: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """Each key once (the last counts), neither empty nor with NUL, keys and values not too long."""
    chunk = maps.chunk(0) if maps.num_chunks == 1 else maps.combine_chunks()
    if _are_plain(chunk):
        return None
    rows = []
    for row in chunk.to_pylist():
        short = {k.replace("\0", "")[:LONGEST_KEY]: v and v[:LONGEST_KEYWORD] for k, v in row or ()}
        rows.append(None if row is None else [(key or "_", value) for key, value in short.items()])
    return pa.chunked_array([pa.array(rows, maps.type)])


def _are_plain(maps: pa.MapArray) -> bool:
    pair = pa.struct([maps.type.key_field, maps.type.item_field])
    lists = maps.cast(pa.list_(pair))
    entries = pc.list_flatten(lists)
    if not len(entries) or _is_long(entries.field(1)):
        return not len(entries)
    keys = entries.field(0).dictionary_encode()
    if not all(_is_plain(key) for key in keys.dictionary.to_pylist()):
        return False
    row, key = np.asarray(pc.list_parent_indices(lists)), np.asarray(keys.indices)
    pairs = pa.array(row * len(keys.dictionary) + key)
    return bool(pc.count_distinct(pairs).as_py() == len(keys))


def _is_plain(key: str) -> bool:
    return 0 < len(key.encode()) <= LONGEST_KEY and "\0" not in key
