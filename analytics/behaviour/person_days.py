"""One row a person and day: what each feature makes of that person's events."""

from functools import cache
from hashlib import blake2b

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from analytics.behaviour import features as folder
from analytics.behaviour.feature import Feature, Measure
from analytics.identity import Directory
from analytics.identity.directory import ON_BEHALF_OF
from analytics.plugins import discover
from analytics.selection import OBJECTS, encoded, has, kept

Numbers = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]

KEPT = 256  # values a person, day and feature


@cache
def features() -> dict[str, Feature]:
    """Every behaviour feature by name, in alphabetical order."""
    return discover(folder, "FEATURE", Feature)


JOINED = frozenset(["person", "owner"])  # what the directory adds to events
REPETITIVE: tuple[str, ...] = (
    *("event.action", "event.category", "event.dataset", "event.module", "event.outcome"),
    *("event.type", "git.branch", "hf.format", "hf.kind", "process.command_line", "process.name"),
)
"""What features ask by its value, again and again: worth encoding once."""
COLUMNS: tuple[str, ...] = tuple(
    sorted(
        {"@timestamp", "event.id", "actor.account", ON_BEHALF_OF, "owner.account", *OBJECTS}.union(
            *(feature.reads - JOINED for feature in features().values())
        )
    )
)


def timed(events: pa.Table) -> pa.Table:
    """The events without those of kind `state`, which may be of any earlier day."""
    return kept(events, pc.invert(has(events, "event.kind", "state")))


def of_day(events: pa.Table, directory: Directory) -> pa.Table:
    """`person`, sorted, and a column for each feature, of all persons that have events: a float64,
    or the values themselves (list of int64, sorted) where the feature compares them.

    `events` are one day's, with at least `COLUMNS`; those of unknown actors are left out.
    """
    told = directory.joined(events.select(COLUMNS))
    persons = sorted(pc.unique(told["person"].drop_null()).to_pylist())
    codes = codes_of(told["person"], persons)
    columns: dict[str, pa.Array] = {"person": pa.array(persons, pa.string())}
    asked = encoded(told, REPETITIVE)
    for name, feature in features().items():
        columns[name] = measured(feature, told, asked, codes, len(persons))
    return pa.table(columns)


def codes_of(values: pa.ChunkedArray, persons: list[str]) -> Codes:
    """The place of each value in the list, -1 where it is not there."""
    places = pc.index_in(values, value_set=pa.array(persons, pa.string()))
    return np.asarray(pc.fill_null(places, -1), dtype=np.int64)


def measured(
    feature: Feature, told: pa.Table, asked: pa.Table, codes: Codes, people: int
) -> pa.Array:
    """The feature's number, or its values, for each person, by code; `asked` are the same events,
    encoded."""
    chosen = np.asarray(feature.select(asked), dtype=bool) & (codes >= 0)
    if feature.measure is Measure.EVENTS:
        return pa.array(np.bincount(codes[chosen], minlength=people).astype(np.float64))
    if feature.measure is Measure.HOURS:
        hours = np.asarray(pc.hour(told["@timestamp"]), dtype=np.int64)
        return _lists(*_pairs(codes[chosen], hours[chosen]), people)
    rows, values = values_of(feature, told, chosen)
    if feature.measure is Measure.TOTAL:
        amounts = np.asarray(values, dtype=np.float64)
        return pa.array(np.bincount(codes[rows], amounts, minlength=people).astype(np.float64))
    if feature.measure is Measure.DISTINCT:
        places = np.asarray(pc.dictionary_encode(values).indices, dtype=np.int64)
        who, _ = _pairs(codes[rows], places)
        return pa.array(np.bincount(who, minlength=people).astype(np.float64))
    return _lists(*_pairs(codes[rows], hashes_of(values)), people)


def values_of(
    feature: Feature, told: pa.Table, chosen: npt.NDArray[np.bool_]
) -> tuple[Codes, pa.Array]:
    """The values that are not null, and the row of each; a list gives each of its values."""
    columns = [name for name in told.column_names if name in feature.reads | JOINED]
    made = feature.values(told.select(columns).filter(pa.array(chosen)))
    values = made.combine_chunks() if isinstance(made, pa.ChunkedArray) else made
    rows = np.flatnonzero(chosen)
    if pa.types.is_list(values.type):
        rows = rows[np.asarray(pc.list_parent_indices(values), dtype=np.int64)]
        values = pc.list_flatten(values)
    return rows[np.asarray(pc.is_valid(values), dtype=bool)], values.drop_null()


def hashes_of(values: pa.Array) -> Codes:
    """A number for each value, stable over processes and versions."""
    different = pc.dictionary_encode(values)
    names = different.dictionary.cast(pa.string()).to_pylist()
    hashes = np.fromiter(map(_hashed, names), np.int64, len(names))
    return hashes[np.asarray(different.indices, dtype=np.int64)]


def _pairs(who: Codes, values: Codes) -> tuple[Codes, Codes]:
    """The different pairs, in order."""
    order = np.lexsort((values, who))
    who, values = who[order], values[order]
    first = np.ones(len(who), dtype=bool)
    first[1:] = (who[1:] != who[:-1]) | (values[1:] != values[:-1])
    return who[first], values[first]


def _lists(who: Codes, values: Codes, people: int) -> pa.Array:
    """A list a person, of no more than `KEPT` values: the smallest hashes, so that a value that
    comes again is kept again."""
    counts = np.bincount(who, minlength=people)
    ends = np.cumsum(counts)
    place = np.arange(len(who)) - (ends - counts)[who]
    offsets = np.concatenate([[0], np.cumsum(np.minimum(counts, KEPT))])
    return pa.ListArray.from_arrays(
        pa.array(offsets, pa.int32()), pa.array(values[place < KEPT], pa.int64())
    )


def _hashed(value: str) -> int:
    """Stable over processes and versions; two of a site's values hardly ever share one."""
    digest = blake2b(value.encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True)
