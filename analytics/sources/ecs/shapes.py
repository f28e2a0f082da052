"""Documents as columns: those of one shape together, so that names cost nothing for each."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

MOST_LABELS = 64
LONGEST_LABEL = 1_024
LONGEST_NAME = 256

# The keys of an object, None, the keys of those that are objects, None; then the same of each of
# these in turn. Documents of one shape have the same names in the same order.
Shape = tuple[str | None, ...]


def shape_of(document: Mapping[str, Any]) -> tuple[Shape, list[Any]]:
    """The shape of a document, and its values in that order."""
    shape: list[str | None] = []
    values: list[Any] = []
    objects = [document]
    for inner in objects:
        shape.extend(inner)
        shape.append(None)
        found = inner.values()
        if dict in map(type, found):
            for key, value in inner.items():
                if type(value) is dict:
                    shape.append(key)
                    objects.append(value)
                    values.append(None)  # kept objects would slow the garbage collector down
                else:
                    values.append(value)
        else:
            values.extend(found)
        shape.append(None)
    return tuple(shape), values


@lru_cache(maxsize=1_024)
def names_of(shape: Shape) -> tuple[str, ...]:
    """A dotted name for each value, empty where it is an object, whose own values follow."""
    names: list[str] = []
    prefixes = [""]
    at = 0
    for prefix in prefixes:
        end = shape.index(None, at)
        last = shape.index(None, end + 1)
        objects = set(shape[end + 1 : last])
        names.extend("" if key in objects else f"{prefix}{key}" for key in shape[at:end])
        prefixes.extend(f"{prefix}{key}." for key in shape[end + 1 : last])
        at = last + 1
    return tuple(names)


def plain(value: Any) -> str | None:
    """A value as text; of a list its values; None for nothing at all."""
    if type(value) is str:
        return value
    if value is None or value == []:
        return None
    if isinstance(value, list | dict):
        return _written(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _written(value: Any) -> str:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ", ".join(value[:MOST_LABELS])
    try:
        return orjson.dumps(value).decode()
    except orjson.JSONEncodeError:
        return "(nested too deeply)"


def texts(values: Sequence[Any]) -> pa.Array:
    """A column of texts; only where some value is no text is each looked at."""
    try:
        return pa.array(values, pa.string())
    except (ValueError, TypeError):  # Arrow's own errors are both
        return pa.array([plain(value) for value in values], pa.string())


def labels_of_columns(columns: Mapping[str, Sequence[Any]], size: int) -> pa.Array:
    """A map for each row of what its columns hold, without what is empty."""
    kept = list(columns.items())[:MOST_LABELS]
    if not kept:
        return labels_of_rows([{}] * size)
    count = len(kept)
    row_by_row = np.arange(count * size).reshape(count, size).T.ravel()
    values = pa.concat_arrays([texts(column) for _, column in kept]).take(pa.array(row_by_row))
    names = pa.array([name[:LONGEST_NAME] for name, _ in kept])
    keys = names.take(pa.array(np.tile(np.arange(count), size)))
    told = pc.fill_null(pc.not_equal(values, ""), False)
    filled = np.asarray(told).reshape(size, count).sum(axis=1)
    offsets = np.concatenate(([0], np.cumsum(filled)))
    return _map(offsets, keys.filter(told), values.filter(told))


def labels_of_rows(rows: Sequence[Mapping[str, Any]]) -> pa.Array:
    """The same, from rows whose names differ."""
    offsets, keys, values = [0], [], []
    for row in rows:
        for name, value in list(row.items())[:MOST_LABELS]:
            if text := plain(value):
                keys.append(name[:LONGEST_NAME])
                values.append(text)
        offsets.append(len(keys))
    return _map(np.array(offsets), pa.array(keys, pa.string()), pa.array(values, pa.string()))


def _map(offsets: Any, keys: pa.Array, values: pa.Array) -> pa.Array:
    if (pc.max(pc.binary_length(values)).as_py() or 0) > LONGEST_LABEL:
        values = pc.utf8_slice_codeunits(values, 0, LONGEST_LABEL)
    return pa.MapArray.from_arrays(pa.array(offsets, pa.int32()), keys, values)
