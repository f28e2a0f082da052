"""Documents of one form as tables: their values never become objects of Python."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from analytics.event import Context, Source
from analytics.fields import BY_NAME, FAMILIES, Kind
from analytics.sources.ecs.alike import Alike
from analytics.sources.ecs.forms import NOTHING, Leaf
from analytics.sources.ecs.shapes import (
    MOST_LABELS,
    Values,
    labels_of_rows,
    labels_of_texts,
    texts,
)
from analytics.sources.ecs.tables import WHO, Told, column, identities, split, table

BETWEEN = '","'  # the texts of a list
OURS = pa.array(FAMILIES)
Texts = Mapping[int, pa.Array]  # by piece


def of_form(alike: Alike, context: Context, source: Source) -> pa.Table:
    """A table of documents that have the same form."""
    leaves, block, size = alike.form.leaves, alike.block, alike.size
    fields, labels = split(leaves)
    wanted = [*fields.values(), *(leaves[name] for name in (*WHO, "event.id") if name in leaves)]
    pieces = sorted({leaf.piece for leaf in wanted} - {NOTHING})
    texts = dict(zip(pieces, alike.by_column(pieces), strict=True)) if pieces else {}
    module = fields.pop("event.module", None)
    columns = {name: _column(name, leaf, texts, size) for name, leaf in fields.items()}
    foreign = None
    if module:
        modules = texts[module.piece]
        foreign = pc.invert(pc.is_in(modules, OURS))
        columns["event.module"] = pc.if_else(foreign, pa.scalar(None, pa.string()), modules)
        labels["event.module"] = module
    offsets = (block.offset + block.starts[alike.rows]).tolist()
    own = leaves.get("event.id")
    told = Told(
        alike.times(),
        pa.array(block.number + 1 + alike.rows),
        alike.lines(),
        identities(
            offsets, block.lines(alike.rows), _values(own, texts, size) if own else None, context
        ),
        _labels(alike, labels, foreign),
        {name: _plain(leaves[name], texts, size) for name in WHO if name in leaves},
    )
    return table(columns, told, (context, source))


def _values(leaf: Leaf, texts: Texts, size: int) -> Values:
    """A value's column as the reader of JSON has it."""
    if leaf.kind == "text":
        return texts[leaf.piece].to_pylist()  # type: ignore[no-any-return]
    if leaf.kind == "number":
        return [orjson.loads(text) for text in texts[leaf.piece].to_pylist()]
    if leaf.kind == "list":
        return pc.split_pattern(texts[leaf.piece], BETWEEN).to_pylist()  # type: ignore[no-any-return]
    return [leaf.same] * size


def _plain(leaf: Leaf, told: Texts, size: int) -> pa.Array:
    if leaf.kind in ("text", "number"):
        return told[leaf.piece]
    return texts(_values(leaf, told, size))


def _column(name: str, leaf: Leaf, texts: Texts, size: int) -> pa.Array:
    """A field's column, from texts where nothing has to be turned into something else."""
    kind = BY_NAME[name].kind
    if leaf.kind == "number" and kind is Kind.NUMBER:
        try:
            return texts[leaf.piece].cast(pa.int64())
        except pa.ArrowInvalid:
            pass
    if leaf.kind in ("text", "number"):
        if kind in (Kind.KEYWORD, Kind.TEXT):
            return texts[leaf.piece]
        if kind is Kind.KEYWORDS:
            ends = pa.array(np.arange(size + 1, dtype=np.int32))
            return pa.ListArray.from_arrays(ends, texts[leaf.piece])
    if leaf.kind == "list":
        if kind in (Kind.KEYWORD, Kind.TEXT):
            return pc.list_element(pc.split_pattern(texts[leaf.piece], BETWEEN, max_splits=1), 0)
        if kind is Kind.KEYWORDS:
            return pc.split_pattern(texts[leaf.piece], BETWEEN)
    return column(name, _values(leaf, texts, size))


def _labels(alike: Alike, labels: Mapping[str, Leaf], foreign: pa.Array | None) -> pa.Array:
    """The labels; a module that is a family of ours is none."""
    kept = [(n, leaf) for n, leaf in list(labels.items())[:MOST_LABELS] if leaf.piece != NOTHING]
    if not kept:
        return labels_of_rows([{}] * alike.size)
    values = alike.by_row(np.array([leaf.piece for _, leaf in kept]))
    shape = alike.size, len(kept)
    lists = np.array([leaf.kind == "list" for _, leaf in kept])
    if lists.any():
        mask = pa.array(np.broadcast_to(lists, shape).ravel())
        values = pc.replace_with_mask(values, mask, _joined(values.filter(mask)))
    unwanted: Any = None
    names = [name for name, _ in kept]
    if foreign is not None and "event.module" in names:
        unwanted = np.zeros(shape, bool)
        unwanted[:, names.index("event.module")] = ~np.asarray(foreign)
        unwanted = unwanted.ravel()
    return labels_of_texts(names, values, unwanted)


def _joined(lists: pa.Array) -> pa.Array:
    if pc.max(pc.count_substring(lists, BETWEEN)).as_py() < MOST_LABELS:
        return pc.replace_substring(lists, BETWEEN, ", ")
    first = pc.list_slice(pc.split_pattern(lists, BETWEEN), 0, MOST_LABELS)
    return pc.binary_join(first, ", ")
