"""One row of numbers a person and day: what each feature makes of that person's events."""

from functools import cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from analytics.behaviour import features as folder
from analytics.behaviour.feature import Feature, Measure
from analytics.identity import Directory
from analytics.identity.directory import ON_BEHALF_OF
from analytics.plugins import discover
from analytics.selection import OBJECTS, encoded

Numbers = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]


@cache
def features() -> dict[str, Feature]:
    """Every behaviour feature by name, in alphabetical order."""
    return discover(folder, "FEATURE", Feature)


JOINED = frozenset(["person", "owner"])  # what the directory adds to events
REPETITIVE: tuple[str, ...] = (
    *("event.action", "event.category", "event.module", "event.outcome", "event.type"),
    *("git.branch", "hf.format", "process.command_line", "process.name"),
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
    return events.filter(pc.fill_null(pc.not_equal(events["event.kind"], "state"), True))


def of_day(events: pa.Table, directory: Directory) -> pa.Table:
    """`person`, sorted, and a float64 for each feature, of all persons that have events.

    `events` are one day's, with at least `COLUMNS`; those of unknown actors are left out.
    """
    told = directory.joined(events.select(COLUMNS))
    persons = sorted(pc.unique(told["person"].drop_null()).to_pylist())
    codes = codes_of(told["person"], persons)
    columns: dict[str, pa.Array] = {"person": pa.array(persons, pa.string())}
    asked = encoded(told, REPETITIVE)
    for name, feature in features().items():
        columns[name] = pa.array(_measured(feature, told, asked, codes, len(persons)))
    return pa.table(columns)


def codes_of(values: pa.ChunkedArray, persons: list[str]) -> Codes:
    """The place of each value in the list, -1 where it is not there."""
    places = pc.index_in(values, value_set=pa.array(persons, pa.string()))
    return np.asarray(pc.fill_null(places, -1), dtype=np.int64)


def _measured(
    feature: Feature, told: pa.Table, asked: pa.Table, codes: Codes, people: int
) -> Numbers:
    """The feature's number for each person, by code; `asked` are the same events, encoded."""
    chosen = np.asarray(feature.select(asked), dtype=bool) & (codes >= 0)
    if feature.measure is Measure.EVENTS:
        return np.bincount(codes[chosen], minlength=people).astype(np.float64)
    columns = [name for name in told.column_names if name in feature.reads | JOINED]
    values = feature.values(told.select(columns).filter(pa.array(chosen)))
    present = np.asarray(pc.is_valid(values), dtype=bool)
    who, values = codes[chosen][present], values.drop_null()
    if feature.measure is Measure.TOTAL:
        amounts = np.asarray(values, dtype=np.float64)
        return np.bincount(who, weights=amounts, minlength=people).astype(np.float64)
    return _distinct(who, values, people)


def _distinct(who: Codes, values: pa.ChunkedArray, people: int) -> Numbers:
    encoded = pc.dictionary_encode(values.combine_chunks())
    pairs = np.unique(who * (len(encoded.dictionary) + 1) + np.asarray(encoded.indices))
    return np.bincount(pairs // (len(encoded.dictionary) + 1), minlength=people).astype(np.float64)
