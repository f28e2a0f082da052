"""The past as it is read for a day: the same numbers as the whole table, held small."""

from collections.abc import Sequence
from datetime import date

import pyarrow as pa
import pytest

from analytics.behaviour.lookback import LookBack
from analytics.store.base import StoreUnavailable

ROWS = pa.table(
    {
        "day": pa.array([date(2026, 1, 1), date(2026, 1, 1), date(2026, 1, 2)]),
        "person": ["alice", "bob", "alice"],
        "hosts": pa.array([[1, 2], None, []], pa.list_(pa.int64())),
        "jobs": [0.0, 2.5, None],
        "pushes": [0.0, 0.0, 0.0],
    }
)


def read(columns: Sequence[str]) -> pa.Table:
    """As a store does: only what there is."""
    return ROWS.select(["day", "person", *(name for name in ROWS.column_names if name in columns)])


def test_each_column_is_as_the_store_has_it() -> None:
    past = LookBack(read, ["hosts", "jobs", "pushes", *(f"of_others_{n}" for n in range(20))])
    assert past.num_rows == ROWS.num_rows
    assert sorted(past.column_names) == sorted(ROWS.column_names)
    for name in ROWS.column_names:
        assert past[name].to_pylist() == ROWS[name].to_pylist()


def test_rows_that_change_while_they_are_read_are_asked_for_again() -> None:
    with pytest.raises(StoreUnavailable, match="changed"):
        LookBack(lambda columns: read(columns).slice(len(columns)), ["jobs"])
