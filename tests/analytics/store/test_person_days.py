"""The table of person-days, on both stores."""

from datetime import date, timedelta

import pyarrow as pa
import pytest

from analytics.store.base import EventStore


def features(**columns: list[object]) -> pa.Table:
    """Person-days of one day."""
    return pa.table(columns)


def test_person_days_of_a_day_are_replaced_whole(store: EventStore) -> None:
    day, since, until = date(2026, 1, 5), date(2026, 1, 1), date(2026, 2, 1)
    store.put_person_days(day, features(person=["bob", "alice"], jobs=[1.0, 2.5]))
    store.put_person_days(date(2026, 1, 4), features(person=["bob"], jobs=[7.0]))
    store.put_person_days(day, features(person=["carol", "alice"], jobs=[3.0, None]))
    assert store.person_days(since, until).to_pylist() == [
        {"day": date(2026, 1, 4), "person": "bob", "jobs": 7.0},
        {"day": day, "person": "alice", "jobs": None},
        {"day": day, "person": "carol", "jobs": 3.0},
    ]
    assert store.person_days(day, until).num_rows == 2
    assert store.person_days(since, day).num_rows == 1
    store.put_person_days(
        day, features(person=pa.array([], pa.string()), jobs=pa.array([], pa.float64()))
    )
    assert store.person_days(since, until).num_rows == 1
    store.delete_person_days()
    assert store.person_days(since, until).num_rows == 0
    store.put_person_days(day, features(person=["bob"], jobs=[1.0]))
    assert store.person_days(since, until).num_rows == 1


def test_person_days_grow_with_the_features(store: EventStore) -> None:
    store.put_person_days(date(2026, 1, 1), features(person=["bob"], jobs=[1.0]))
    store.put_person_days(date(2026, 1, 2), features(person=["bob"], pushes=[2], jobs=[0.1]))
    table = store.person_days(date(2026, 1, 1), date(2026, 1, 3))
    assert table.schema == pa.schema(
        [
            ("day", pa.date32()),
            ("person", pa.string()),
            ("jobs", pa.float64()),
            ("pushes", pa.float64()),
        ]
    )
    assert table["pushes"].to_pylist() == [None, 2.0]


def test_person_days_of_hundreds_of_days_come_whole(store: EventStore) -> None:
    first = date(2025, 1, 1)
    for number in range(130):
        store.put_person_days(
            first + timedelta(days=number), features(person=["bob"], jobs=[float(number)])
        )
    table = store.person_days(first, date(2026, 1, 1))
    assert table["jobs"].to_pylist() == [float(number) for number in range(130)]


def test_a_person_stands_in_a_day_once(store: EventStore) -> None:
    with pytest.raises(ValueError, match="one row a day"):
        store.put_person_days(date(2026, 1, 1), features(person=["bob", "bob"], jobs=[1.0, 2.0]))


def test_a_feature_may_be_a_list_of_values(store: EventStore) -> None:
    hosts = pa.array([[-(2**63), 7], None, []], pa.list_(pa.int64()))
    store.put_person_days(
        date(2026, 1, 1), features(person=["alice", "bob", "carol"], hosts=hosts, jobs=[1, 2, 3])
    )
    store.put_person_days(date(2026, 1, 2), features(person=["bob"], jobs=[4.0]))
    table = store.person_days(date(2026, 1, 1), date(2026, 1, 3))
    assert table.schema.field("hosts").type == pa.list_(pa.int64())
    assert table["hosts"].to_pylist() == [[-(2**63), 7], None, [], None]
    assert table["jobs"].to_pylist() == [1.0, 2.0, 3.0, 4.0]


def test_only_the_features_asked_for_come(store: EventStore) -> None:
    since, until = date(2026, 1, 1), date(2026, 1, 3)
    store.put_person_days(since, features(person=["bob"], jobs=[1.0]))
    store.put_person_days(date(2026, 1, 2), features(person=["bob"], pushes=[2.0], jobs=[0.1]))
    only = store.person_days(since, until, ["pushes", "unheard"])
    assert only.column_names == ["day", "person", "pushes"]
    assert only["pushes"].to_pylist() == [None, 2.0]
    assert store.person_days(since, until, []).column_names == ["day", "person"]
    assert store.person_days(since, until, []).num_rows == 2
