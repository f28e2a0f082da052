"""The hits of one correlation, by group and time, each with the window that ends at it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.detection.columns import Codes
from analytics.detection.correlations.correlation import Correlation, Kind
from analytics.detection.correlations.gathering import FIELD

MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Windows:
    """Hits in order of group and time; the window of each reaches a timespan back, both ends
    included, and holds all hits of the same moment.

    `rows` are their places in the table of hits, `rules` those of their rules in the correlation,
    `first` and `last` the first place in the window and the one behind its end. `places` grow with
    group and time; `floors` are the least place that still is in the window. `times` are
    microseconds.
    """

    rows: Codes
    rules: Codes
    groups: Codes
    times: Codes
    places: Codes
    floors: Codes
    first: Codes
    last: Codes

    def __len__(self) -> int:
        return len(self.rows)


def windows_of(correlation: Correlation, hits: pa.Table) -> Windows:
    """The windows of all hits that the correlation looks at.

    A hit that lacks a value to group by is left out: two events do not belong together for what
    nobody knows of them.
    """
    rules = _codes(pc.index_in(hits["rule"], pa.array(correlation.rules)))
    rows = np.flatnonzero(rules >= 0)
    groups = _groups(correlation, hits.take(pa.array(rows)), rules[rows])
    rows, groups = rows[groups >= 0], groups[groups >= 0]
    times = np.asarray(hits["time"].cast(pa.int64()), dtype=np.int64)[rows]
    order = np.lexsort((*_ties(correlation, hits, rows, rules), times, groups))
    if len(correlation.rules) > 1 and not correlation.kind.is_temporal:
        order = order[_once(groups[order], hits["event"].take(pa.array(rows[order])))]
    rows = rows[order]
    return _windows(rows, rules[rows], groups[order], times[order], correlation)


def _ties(correlation: Correlation, hits: pa.Table, rows: Codes, rules: Codes) -> tuple[Codes, ...]:
    """What settles the order of hits of one moment, where anything depends on it: which of an
    event's hits stands for it, and in which order numbers are added up."""
    ties: tuple[Codes, ...] = ()
    if len(correlation.rules) > 1:
        ties = (rules[rows],)
    if correlation.kind in (Kind.VALUE_SUM, Kind.VALUE_AVG):
        ties = (*ties, _codes(pc.rank(hits["event"].take(pa.array(rows)), tiebreaker="dense")))
    return ties


def _windows(
    rows: Codes, rules: Codes, groups: Codes, times: Codes, correlation: Correlation
) -> Windows:
    moments, ranks = np.unique(times, return_inverse=True)
    base = groups * (len(moments) + 1)
    span = correlation.timespan // MICROSECOND
    places = base + ranks
    floors = base + np.searchsorted(moments, times - span)
    return Windows(
        rows=rows,
        rules=rules,
        groups=groups,
        times=times,
        places=places,
        floors=floors,
        first=np.searchsorted(places, floors),
        last=np.searchsorted(places, places, side="right"),
    )


def texts_of(name: str, correlation: Correlation, hits: pa.Table, rules: Codes) -> pa.Array:
    """What each hit has under a name, which may stand for another field in each rule's events."""
    nothing = pa.nulls(hits.num_rows, pa.string())
    columns = [_column(correlation.field_of(name, rule), hits) for rule in correlation.rules]
    if len(set(columns)) == 1:
        return nothing if columns[0] is None else _flat(hits[columns[0]])
    found = nothing
    for code, column in enumerate(columns):
        if column is not None:
            found = pc.if_else(pa.array(rules == code), _flat(hits[column]), found)
    return found


def _column(name: str | None, hits: pa.Table) -> str | None:
    column = f"{FIELD}{name}"
    return column if name is not None and column in hits.column_names else None


def _flat(column: pa.ChunkedArray) -> pa.Array:
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)


def _groups(correlation: Correlation, hits: pa.Table, rules: Codes) -> Codes:
    """A number for each group, -1 where a hit belongs to none."""
    names = correlation.group_by
    return numbered((texts_of(name, correlation, hits, rules) for name in names), hits.num_rows)


def numbered(columns: Iterable[pa.Array], rows: int) -> Codes:
    """A number for each different row of these columns of texts, -1 where one of them is null."""
    numbers = np.zeros(rows, dtype=np.int64)
    for column in columns:
        texts = column.dictionary_encode()
        codes = _codes(texts.indices)
        missing = (codes < 0) | (numbers < 0)
        _, both = np.unique(numbers * (len(texts.dictionary) + 1) + codes, return_inverse=True)
        numbers = np.where(missing, -1, both)
    return numbers


def _once(groups: Codes, events: pa.ChunkedArray) -> Codes:
    """Places of the hits without those of an event that another rule has brought already."""
    encoded = _flat(events).dictionary_encode()
    _, first = np.unique(
        groups * len(encoded.dictionary) + _codes(encoded.indices), return_index=True
    )
    return np.sort(first)


def _codes(numbers: pa.Array | pa.ChunkedArray) -> Codes:
    filled = numbers.cast(pa.int64()).fill_null(-1)
    return np.asarray(filled, dtype=np.int64)
