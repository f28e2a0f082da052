"""What both stores do with a batch before they keep it."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.fields import FIELDS, SCHEMA, Kind
from analytics.store.base import Appended
from analytics.store.values import LONGEST_KEYWORD

LONGEST_KEY = 250  # of a label
LONGEST_ID = 500  # bytes, what Elasticsearch takes
EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2262, 1, 1, tzinfo=UTC)  # likewise


def screened(events: pa.Table, append: Callable[[pa.Table], Appended]) -> Appended:
    """What becomes of a batch of which `append` gets what can be kept, as it is kept; the rest is
    refused. Raises ValueError where an event has no time or id."""
    batch = kept(events)
    refused = unfit(batch)
    if not refused:
        return append(batch)
    places = [row for row in range(batch.num_rows) if row not in refused]
    appended = append(batch.take(pa.array(places, pa.int64())))
    new = [False] * batch.num_rows
    for place, is_new in zip(places, appended.new.to_pylist(), strict=True):
        new[place] = is_new
    return Appended(
        stored=appended.stored,
        duplicates=appended.duplicates,
        new=pa.array(new, pa.bool_()),
        refused=refused | {places[row]: why for row, why in appended.refused.items()},
    )


def unfit(batch: pa.Table) -> dict[int, str]:
    """Why events cannot be kept, by row: an id that is too long, a time that is out of range."""
    reasons = dict.fromkeys(
        _where(pc.greater(pc.binary_length(batch["event.id"]), LONGEST_ID)),
        f"an event.id has at most {LONGEST_ID} bytes",
    )
    for field in FIELDS:
        if field.kind is Kind.TIME:
            times = batch[field.name]
            first, end = (pa.scalar(bound, times.type) for bound in (EARLIEST, LATEST))
            odd = pc.or_(pc.less(times, first), pc.greater_equal(times, end))
            reason = f"{field.name} is not from {EARLIEST.year} to {LATEST.year - 1}"
            reasons |= dict.fromkeys(_where(odd), reason)
    return reasons


def _where(mask: pa.ChunkedArray) -> list[int]:
    rows: list[int] = pc.indices_nonzero(pc.fill_null(mask, False)).to_pylist()
    return rows


def kept(events: pa.Table) -> pa.Table:
    """The batch as it is kept: the columns of `SCHEMA`, one chunk each, keywords cut to 4,000
    characters, decimals that are no number null; the raw line keeps what is cut off.

    Raises ValueError where an event has no time or id.
    """
    table = events.select(SCHEMA.names).cast(SCHEMA).combine_chunks()
    for name in ("@timestamp", "event.id"):
        if table[name].null_count:
            raise ValueError(f"an event without {name} cannot be stored")
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
        whole = pc.add(column, 0.0)  # there is no zero below zero
        return pc.if_else(pc.is_finite(column), whole, pa.scalar(None, column.type))
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
