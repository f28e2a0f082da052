"""The past as it is read for a day: the same numbers as the whole table, held small."""

from collections.abc import Sequence
from datetime import date

import pyarrow as pa
import pytest

from analytics.behaviour.lookback import AT_ONCE, LookBack, has_column
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


FIRST = ["day", "person"]
NAMES = ["hosts", "jobs", "pushes", *(f"of_others_{n}" for n in range(20))]


def test_each_column_is_as_the_store_has_it() -> None:
    past = LookBack(read, NAMES, lists=["hosts"])
    assert past.num_rows == ROWS.num_rows
    for name in ROWS.column_names:
        assert past[name].to_pylist() == ROWS[name].to_pylist()


def test_what_no_row_has_is_not_there() -> None:
    for past in (LookBack(read, NAMES), ROWS):
        assert [name for name in NAMES if has_column(past, name)] == ["hosts", "jobs", "pushes"]


def test_a_few_columns_are_read_at_a_time_and_each_once() -> None:
    asked: list[list[str]] = []

    def told(columns: Sequence[str]) -> pa.Table:
        asked.append(list(columns))
        return ROWS.select(["day", "person"]) if not columns else wide.select([*FIRST, *columns])

    wide = ROWS.select(["day", "person", "hosts"])
    for name in NAMES[1:]:
        wide = wide.append_column(name, ROWS["jobs"])
    past = LookBack(told, NAMES, lists=["hosts"])
    for name in sorted(NAMES):
        assert len(past[name]) == ROWS.num_rows
    assert sorted(name for columns in asked for name in columns) == sorted(NAMES)
    assert ["hosts"] in asked and max(map(len, asked)) == AT_ONCE


def test_rows_that_change_while_they_are_read_are_asked_for_again() -> None:
    past = LookBack(lambda columns: read(columns).slice(len(columns)), ["jobs"])
    with pytest.raises(StoreUnavailable, match="changed"):
        past["jobs"]
