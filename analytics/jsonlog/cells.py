"""Values as columns of Arrow: what is not fit to be stored is looked for by the column."""

from collections.abc import Mapping, Sequence
from itertools import accumulate, chain, compress
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.event import readable
from analytics.fields import ARROW, BY_NAME, Kind
from analytics.jsonlog.values import LONGEST_LABEL, label

STRING = pa.string()
TIME = ARROW[Kind.TIME]
LABELS = ARROW[Kind.LABELS]
NOTHING = frozenset({type(None)})
TEXT, FLAG = NOTHING | {str}, NOTHING | {bool}
FLAGS = {True: "true", False: "false"}


def column(name: str, values: Sequence[Any] | pa.Array | str, size: int) -> pa.Array:
    """The values of a field of ours; a text is the same for all of so many rows."""
    kind = BY_NAME[name].arrow
    if isinstance(values, str):
        return pa.repeat(pa.scalar(values, kind), size)
    if isinstance(values, pa.Array):
        return values
    return words(values) if kind == STRING else pa.array(values, kind)


def words(values: Sequence[Any]) -> pa.Array:
    """A column of texts fit to be stored, null for what is no text."""
    try:
        found = pa.array(values, STRING)
        if not has_nul(found):
            return found
    except (ValueError, TypeError):  # half of a surrogate pair, or no text
        pass
    fit = [readable(value) if type(value) is str else None for value in values]
    return pa.array(fit, STRING)


def originals(raws: Sequence[bytes]) -> pa.Array:
    """What was read, as text."""
    try:
        found = pa.array(raws, STRING)
        if not has_nul(found):
            return found
    except ValueError:  # not UTF-8
        pass
    return pa.array(list(map(readable, raws)), STRING)


def has_nul(column: pa.StringArray) -> bool:
    """Whether a NUL stands in any text of a column that is no slice of another."""
    _, offsets, data = column.buffers()
    if data is None:
        return False
    end = np.frombuffer(offsets, np.int32, 1, 4 * len(column))[0]
    return not np.frombuffer(data, np.uint8, end).all()


def labels(told: Mapping[str, Sequence[Any]], size: int) -> pa.MapArray:
    """A map for each of so many rows, of columns of values; null and empty ones are left out."""
    plain = {name: _plain(values) for name, values in told.items()}
    some = {readable(name): values for name, values in plain.items() if values}
    if not some:
        return pa.array([{}] * size, LABELS)
    texts = list(chain.from_iterable(zip(*some.values(), strict=True)))
    keys = pa.array(list(compress([*some] * size, texts)), STRING)
    counts = (len(some) - row.count(None) for row in zip(*some.values(), strict=True))
    offsets = pa.array(list(accumulate(counts, initial=0)), pa.int32())
    kept = words(list(filter(None, texts)))
    if (pc.max(pc.binary_length(kept)).as_py() or 0) > LONGEST_LABEL:
        kept = pc.utf8_slice_codeunits(kept, 0, LONGEST_LABEL)
    return pa.MapArray.from_arrays(offsets, keys, kept)


def labels_by_row(rows: Sequence[Mapping[str, str]]) -> pa.MapArray:
    """A map for each row, of texts that are not too long; for labels of ever other names."""
    keys = words(list(chain.from_iterable(rows)))
    texts = words(list(chain.from_iterable(row.values() for row in rows)))
    offsets = pa.array(list(accumulate(map(len, rows), initial=0)), pa.int32())
    return pa.MapArray.from_arrays(offsets, keys, texts)


class Sparse:
    """Columns of what only some of so many rows have."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.columns: dict[str, list[Any]] = {}

    def put(self, row: int, name: str, value: Any) -> None:
        """Takes a value of a row."""
        if name not in self.columns:
            self.columns[name] = [None] * self.size
        self.columns[name][row] = value

    def put_all(self, row: int, told: Mapping[str, Any]) -> None:
        """Takes several values of a row, by name."""
        for name, value in told.items():
            self.put(row, name, value)


def _plain(values: Sequence[Any]) -> Sequence[str | None] | None:
    """Labels' texts, None for those that are empty; None at all where all of them are."""
    kinds = set(map(type, values))
    if kinds == NOTHING:
        return None
    if kinds <= TEXT:
        return values if "" not in values else [value or None for value in values]
    if kinds <= FLAG:
        return list(map(FLAGS.get, values))
    return [value or None if type(value) is str else label(value) for value in values]
