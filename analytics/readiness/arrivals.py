"""What has arrived: which fields came filled, by feed and kind of event."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from analytics.fields import FIELDS, Kind

KIND = ("event.dataset", "event.module", "event.category", "event.type", "event.action")
EVERYWHERE = frozenset(  # of every event, so they say nothing
    {*KIND, "@timestamp", "event.id", "event.ingested", "event.kind", "event.original"}
    | {"feed.id", "batch.id", "batch.line", "message", "labels"}
)
MOST_KINDS = 500  # of one batch; an action may be any text of a log
MOST_LABELS = 200  # of one kind
LONGEST_LABEL = 64
SEPARATOR = "\x1f"

Codes = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Events of one kind that came by a feed: their number, the newest's time (UTC), and the
    fields that at least one of them filled, labels as `labels.name`."""

    feed: str
    dataset: str
    module: str
    category: str
    type: str
    action: str
    fields: frozenset[str]
    last: datetime
    events: int = 0

    @property
    def kind(self) -> dict[str, str]:
        """The values of `KIND`; an event that lacks one has an empty text."""
        values = (self.dataset, self.module, self.category, self.type, self.action)
        return dict(zip(KIND, values, strict=True))


def arrived(events: pa.Table) -> list[Arrival]:
    """What a table with the columns of `SCHEMA` has brought, an entry a feed and kind of event."""
    if not events.num_rows:
        return []
    texts = [pc.fill_null(events[name], "") for name in ("feed.id", *KIND)]
    encoded = pc.dictionary_encode(pc.binary_join_element_wise(*texts, SEPARATOR).combine_chunks())
    encoded = encoded.combine_chunks() if isinstance(encoded, pa.ChunkedArray) else encoded
    codes: Codes = np.asarray(encoded.indices, dtype=np.int64)
    kinds = encoded.dictionary.to_pylist()
    filled: list[set[str]] = [set() for _ in kinds]
    for name, rows in _filled(events):
        for code in np.unique(codes[rows]).tolist():
            filled[code].add(name)
    for code, label in _labels(events, codes):
        if len(filled[code]) < len(FIELDS) + MOST_LABELS:
            filled[code].add(f"labels.{label}")
    counts = np.bincount(codes, minlength=len(kinds))
    times = np.asarray(events["@timestamp"].cast(pa.int64()))
    last = np.zeros(len(kinds), dtype=np.int64)
    np.maximum.at(last, codes, times)
    newest = pa.array(last).cast(pa.timestamp("us", "UTC")).to_pylist()
    found = [
        _arrival(kind, frozenset(fields), int(count), time)
        for kind, fields, count, time in zip(kinds, filled, counts, newest, strict=True)
    ]
    return sorted(found, key=lambda one: -one.events)[:MOST_KINDS]


def _arrival(kind: str, fields: frozenset[str], events: int, last: datetime) -> Arrival:
    parts = kind.split(SEPARATOR)
    feed, dataset, module, category, type_ = parts[:5]
    action = SEPARATOR.join(parts[5:])
    return Arrival(
        feed=feed,
        dataset=dataset,
        module=module,
        category=category,
        type=type_,
        action=action,
        fields=fields,
        events=events,
        last=last,
    )


def _filled(events: pa.Table) -> Iterator[tuple[str, npt.NDArray[np.bool_]]]:
    """Each field that is filled somewhere, and in which rows."""
    for field in FIELDS:
        column = events[field.name] if field.name not in EVERYWHERE else None
        if column is None or column.null_count == len(column):
            continue
        full = pc.is_valid(column)
        if field.kind is Kind.KEYWORDS:
            full = pc.fill_null(pc.greater(pc.list_value_length(column), 0), False)
        yield field.name, np.asarray(full, dtype=bool)


def _labels(events: pa.Table, codes: Codes) -> Iterator[tuple[int, str]]:
    """Each name of a label with the place of the kind whose events have it."""
    labels = events["labels"].combine_chunks()
    labels = pa.concat_arrays(labels.chunks) if isinstance(labels, pa.ChunkedArray) else labels
    names = labels.keys.dictionary_encode()
    sizes = np.diff(np.asarray(labels.offsets)) * np.asarray(labels.is_valid(), dtype=np.int64)
    if int(sizes.sum()) != len(names):  # a null that spans values
        return
    pairs = np.unique(np.repeat(codes, sizes) * len(names.dictionary) + np.asarray(names.indices))
    known = names.dictionary.to_pylist()
    for pair in pairs.tolist():
        name = known[pair % len(known)]
        if len(name) <= LONGEST_LABEL:
            yield pair // len(known), name
