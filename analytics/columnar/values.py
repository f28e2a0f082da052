"""Columns of values out of texts."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.event import Context
from analytics.fields import BY_NAME

Texts = Sequence[str | None]


def numbers(texts: Texts | pa.Array, digits: int = 18) -> pa.Array:
    """Whole numbers; null for what is none, is below zero or has more digits."""
    found = pa.array(texts, pa.string())
    told = pc.match_substring_regex(found, f"^[0-9]{{1,{digits}}}$")
    return pc.if_else(told, found, None).cast(pa.int64())


def made(
    texts: Texts | pa.Array, names: Sequence[str], make: Callable[[Any], tuple[Any, ...]]
) -> dict[str, pa.Array]:
    """Columns of these fields, by what `make` says of each distinct text, None included."""
    coded = pc.dictionary_encode(pa.array(texts, pa.string()), null_encoding="encode")
    rows = list(map(make, listed(coded.dictionary)))
    columns = zip(*rows, strict=True) if rows else ((),) * len(names)
    return {
        name: pa.array(column, BY_NAME[name].arrow).take(coded.indices)
        for name, column in zip(names, columns, strict=True)
    }


def known(texts: Texts | pa.Array, nothing: str = "") -> pa.Array:
    """Texts, null where they are empty or the sign of nothing."""
    found = pa.array(texts, pa.string())
    empty = pc.or_(pc.equal(found, nothing), pc.equal(found, ""))
    return pc.if_else(empty, pa.scalar(None, pa.string()), found)


def mapped(
    texts: pa.Array, make: Callable[[str], Any], kind: pa.DataType | None = None
) -> pa.Array:
    """What each distinct text means: whole numbers, or values of another kind; null stays null."""
    coded = pc.dictionary_encode(texts)
    return pa.array(map(make, listed(coded.dictionary)), kind or pa.int64()).take(coded.indices)


def ids(context: Context, kind: str, *identity: pa.Array) -> pa.Array:
    """As `Context.event_ids`, of columns; what is null counts as None does."""
    parts = [pc.fill_null(part, "None") for part in identity]
    joined = pc.binary_join_element_wise(*parts, "\x1f")
    return pa.array(context.event_ids(kind, listed(joined)), pa.string())


def listed(array: pa.Array) -> list[Any]:
    """As `to_pylist`, several times as fast for texts."""
    values: list[Any] = array.to_numpy(zero_copy_only=False).tolist()
    return values


def labelled(columns: Mapping[str, pa.Array], nothing: str = "-", longest: int = 1024) -> pa.Array:
    """A map for each row of those of its texts that say something, in the order of the columns."""
    width, size = len(columns), len(next(iter(columns.values())))
    texts = pa.concat_arrays(list(columns.values()))
    empty = pc.or_(pc.equal(texts, ""), pc.equal(texts, nothing))
    kept = ~np.asarray(pc.fill_null(empty, True)).reshape(width, size).T
    places = np.arange(width * size, dtype=np.int32).reshape(width, size).T[kept]
    starts = np.concatenate(([0], np.cumsum(kept.sum(axis=1)))).astype(np.int32)
    names = pa.array(list(columns)).take(pa.array(places // size))
    items = shortened(texts.take(pa.array(places)), longest)
    return pa.MapArray.from_arrays(pa.array(starts), names, items)


def shortened(texts: pa.Array, longest: int) -> pa.Array:
    """At most so many characters of each text."""
    if (pc.max(pc.binary_length(texts)).as_py() or 0) <= longest:
        return texts
    return pc.utf8_slice_codeunits(texts, 0, longest)


def joined(*maps: pa.MapArray) -> pa.MapArray:
    """For each row the labels of the first map, then those of the next; null for none at all."""
    maps = tuple(_plain(one) for one in maps)
    counts = [np.diff(np.asarray(one.offsets)) for one in maps]
    starts = np.concatenate(([0], np.cumsum(np.sum(counts, axis=0))))
    places = np.empty(starts[-1], np.int64)
    begun, before = starts[:-1], 0
    for each in counts:
        own = np.concatenate(([0], np.cumsum(each)))
        inner = np.arange(own[-1]) - np.repeat(own[:-1], each)
        places[np.repeat(begun, each) + inner] = before + np.arange(own[-1])
        begun, before = begun + each, before + own[-1]
    order = pa.array(places)
    names = pa.concat_arrays([one.keys for one in maps]).take(order)
    texts = pa.concat_arrays([one.items for one in maps]).take(order)
    none = np.append(starts[1:] == starts[:-1], False)
    return pa.MapArray.from_arrays(pa.array(starts, pa.int32(), mask=none), names, texts)


def _plain(maps: pa.MapArray) -> pa.MapArray:
    """The same maps; those of a slice, and those behind a null, are no longer among the keys."""
    whole = not maps.offset and len(maps.keys) == maps.offsets[-1].as_py()
    if whole and not maps.null_count:
        return maps
    return maps.take(pa.array(np.arange(len(maps))))
