"""Documents as columns: those of one shape together, so that names cost nothing for each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import chain
from operator import itemgetter
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from analytics.event import readable

MOST_LABELS = 64
LONGEST_LABEL = 1_024
LONGEST_NAME = 256
MOST_SHAPES = 256
MOST_NAMES = 512  # of a shape that is kept
MOST_ALIKE = 8  # shapes whose outermost names are the same
# What shippers say of themselves and of the machine with every document; the original has it.
LEFT_OUT = frozenset(
    [
        *("agent", "ecs", "elastic_agent", "fileset", "input", "related", "@metadata"),
        *("host.os", "host.ip", "host.mac", "host.id", "host.architecture", "host.containerized"),
        *("event.created", "event.ingested", "event.timezone", "log.offset"),
    ]
)


Values = Sequence[Any]
TEXT = frozenset({str, type(None)})


class Nested(Exception):
    """An object stands where documents of this shape have none."""


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """Which objects are in a document, with their keys, and the names of what is taken of them.

    `objects` are all but the outermost one: the place of the object that each is in, its key
    there and its own keys. `take` takes the values for `names` from all values of all of them.
    """

    objects: tuple[tuple[int, str, tuple[str, ...]], ...]
    names: tuple[str, ...]
    take: Callable[[list[Any]], Values]

    def values_of(self, document: Mapping[str, Any]) -> Values | None:
        """The values for `names`, or None for a document that has other objects or keys."""
        found = [document]
        values = list(document.values())
        try:
            for outer, key, keys in self.objects:
                inner = found[outer][key]
                if tuple(inner) != keys:
                    return None
                found.append(inner)
                values += inner.values()
        except (AttributeError, TypeError):  # it is no object
            return None
        return self.take(values)


def shape_of(document: Mapping[str, Any]) -> Shape:
    """The shape of a document, without what is `LEFT_OUT`."""
    objects: list[tuple[int, str, tuple[str, ...]]] = []
    names: list[str] = []
    places: list[int] = []
    waiting: list[tuple[str, Mapping[str, Any]]] = [("", document)]
    before = 0
    for number, (prefix, inner) in enumerate(waiting):
        for place, (key, value) in enumerate(inner.items(), before):
            name = f"{prefix}{key}"[:LONGEST_NAME]
            if _is_left_out(name):
                continue
            if type(value) is dict:
                objects.append((number, key, tuple(value)))
                waiting.append((f"{name}.", value))
            else:
                names.append(readable(name))
                places.append(place)
        before += len(inner)
    take = itemgetter(*places) if len(places) > 1 else partial(_few, places)
    return Shape(tuple(objects), tuple(names), take)


def _few(places: Sequence[int], values: Values) -> Values:
    return [values[place] for place in places]


@lru_cache(maxsize=4096)
def _is_left_out(name: str) -> bool:
    parts = name.split(".", 2)
    return parts[0] in LEFT_OUT or ".".join(parts[:2]) in LEFT_OUT


def flat(document: Mapping[str, Any]) -> dict[str, Any]:
    """A document's values by dotted names."""
    shape = shape_of(document)
    return dict(zip(shape.names, shape.values_of(document) or (), strict=True))


def opened(names: Sequence[str], values: Values) -> dict[str, Any]:
    """The values by name, those of objects among them too."""
    told: dict[str, Any] = {}
    for name, value in zip(names, values, strict=True):
        told |= flat({name: value}) if type(value) is dict else {name: value}
    return told


class Shapes:
    """The shapes met so far; so many that no log can fill the memory with them."""

    def __init__(self) -> None:
        self.alike: dict[tuple[str, ...], list[Shape]] = {}
        self.known = 0

    def of(self, document: Mapping[str, Any]) -> tuple[Shape, Values] | None:
        """A document's shape and its values; None where there are too many or too large ones."""
        outermost = tuple(document)
        alike = self.alike.get(outermost, [])
        for shape in alike:
            values = shape.values_of(document)
            if values is not None:
                return shape, values
        if self.known >= MOST_SHAPES or len(alike) >= MOST_ALIKE or len(outermost) > MOST_NAMES:
            return None
        shape = shape_of(document)
        values = shape.values_of(document)
        if values is None or len(values) > MOST_NAMES:
            return None
        self.alike[outermost] = [*alike, shape]
        self.known += 1
        return shape, values


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
    try:
        return ", ".join(value[:MOST_LABELS])
    except (TypeError, KeyError):
        pass
    try:
        return orjson.dumps(value).decode()
    except orjson.JSONEncodeError:
        return "(nested too deeply)"


def texts(values: Values) -> pa.Array:
    """A column of texts; only where some value is no text is each looked at. Raises Nested."""
    try:
        return pa.array(values, pa.string())
    except (ValueError, TypeError):  # Arrow's own errors are both
        return pa.array(_texts(values), pa.string())


def _texts(values: Values) -> Values:
    """The values, of which each is a text or None. Raises Nested."""
    kinds = set(map(type, values))
    if kinds <= TEXT:
        return values
    if dict in kinds:
        raise Nested
    return list(map(str if kinds == {int} else plain, values))


def labels_of_columns(columns: Mapping[str, Values], size: int) -> pa.Array:
    """A map for each row of what its columns hold, without what is empty. Raises Nested."""
    kept = list(columns.items())[:MOST_LABELS]
    if not kept:
        return labels_of_rows([{}] * size)
    row_by_row = zip(*(_texts(column) for _, column in kept), strict=True)
    values = pa.array(list(chain.from_iterable(row_by_row)), pa.string())
    return labels_of_texts([name for name, _ in kept], values)


def labels_of_texts(names: Sequence[str], values: pa.Array, unwanted: Any = None) -> pa.Array:
    """The same from texts, row by row, one for each name; `unwanted` says which are none."""
    size = len(values) // len(names)
    told = np.asarray(pc.fill_null(pc.greater(pc.binary_length(values), 0), False))
    if unwanted is not None:
        told = told & ~unwanted
    keys = np.tile(np.arange(len(names), dtype=np.int32), size)
    offsets = np.concatenate(([0], np.cumsum(told.reshape(size, len(names)).sum(axis=1))))
    if offsets[-1] < len(values):
        keys, values = keys[told], values.filter(pa.array(told))
    cut = pa.array([name[:LONGEST_NAME] for name in names])
    return _map(offsets, cut.take(pa.array(keys)), values)


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
