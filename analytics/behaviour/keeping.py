"""A day's person-days as they are kept: made anew where touched, written where they differ."""

from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from analytics.behaviour import commands
from analytics.behaviour.commands.typed import KINDS
from analytics.behaviour.person_days import features, of_day
from analytics.identity import Directory
from analytics.store.base import EventStore


def person_days(
    day: date, events: pa.Table, directory: Directory, store: EventStore, *, touched: bool
) -> tuple[pa.Table, frozenset[str]]:
    """The day's person-days, and whose are not as they were kept; see `person_days.of_day`."""
    kept = store.person_days(day, day + timedelta(days=1)).drop_columns(["day"])
    wanted = {*features(), *KINDS}
    if not touched and kept.num_rows and wanted <= set(kept.column_names):
        return kept, frozenset()
    made = commands.added(of_day(events, directory), events, directory)
    changed = differing(kept, made)
    if changed:
        store.put_person_days(day, made)
    return made, changed


def differing(kept: pa.Table, made: pa.Table) -> frozenset[str]:
    """The persons who have a row in one of the tables only, or another one in each."""
    if set(kept.column_names) != set(made.column_names):
        return frozenset([*kept["person"].to_pylist(), *made["person"].to_pylist()])
    places = pc.index_in(kept["person"], value_set=made["person"].combine_chunks())
    gone = kept["person"].filter(pc.is_null(places)).to_pylist()
    come = made["person"].filter(
        pc.invert(pc.is_in(made["person"], value_set=kept["person"].combine_chunks()))
    )
    both = kept.filter(pc.is_valid(places))
    beside = made.take(places.drop_null())
    other = np.zeros(both.num_rows, dtype=bool)
    for name in made.column_names:
        other |= _unlike(both[name].combine_chunks(), beside[name].combine_chunks())
    changed = both["person"].filter(pa.array(other)).to_pylist()
    return frozenset([*gone, *come.to_pylist(), *changed])


def _unlike(one: pa.Array, other: pa.Array) -> npt.NDArray[np.bool_]:
    """Rows in which two columns, of numbers, texts or lists of numbers, have not the same."""
    if pa.types.is_list(one.type):
        lengths = pc.fill_null(pc.list_value_length(one), -1)
        found = np.asarray(pc.not_equal(lengths, pc.fill_null(pc.list_value_length(other), -1)))
        rows = np.flatnonzero(~found)
        ones, others = one.take(pa.array(rows)), other.take(pa.array(rows))
        apart = np.asarray(pc.not_equal(ones.flatten(), others.flatten()))
        found = found.copy()
        found[rows[np.asarray(pc.list_parent_indices(ones))[apart]]] = True
        return found
    same = pc.fill_null(pc.equal(one, other), pc.and_(pc.is_null(one), pc.is_null(other)))
    return np.asarray(pc.invert(same), dtype=bool)
