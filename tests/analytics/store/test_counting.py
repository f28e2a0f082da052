"""Facets, histograms and days, exact on both stores."""

from datetime import UTC, date, datetime

import pytest

from analytics.fields import FACETS
from analytics.store.base import EventStore, Question
from analytics.store.query import OneOf, Term
from tests.analytics.store.samples import event, shell, table
from tests.analytics.store.test_contract import ALL


def test_facets_are_exact_however_many_values_a_month_has(store: EventStore) -> None:
    rows = []
    for number in range(12_000):
        minute = 60 * 24 * 40 if number % 2 else 0
        often = {"host__name": f"often{number % 3}"} if number % 50 == 0 else {}
        once = {"host__name": f"a{number // 2:05}"}  # once in each of two months
        rows.append({**event(minute, **(often or once)), "event.id": f"x{number}"})
    store.append(table(rows))
    (counts,) = store.facets(ALL, ["host.name"], size=5).values()
    assert counts[:3] == [("often0", 80), ("often1", 80), ("often2", 80)]
    assert [count for _, count in counts[3:]] == [2, 2]


def test_a_histogram_counts_hours_and_days(store: EventStore) -> None:
    store.append(shell(180))
    hours = store.histogram(ALL, interval="hour").to_pylist()
    assert [(row["time"].hour, row["value"], row["count"]) for row in hours] == [
        (22, None, 60),
        (23, None, 60),
        (0, None, 60),
    ]
    assert hours[2]["time"] == datetime(2026, 1, 31, tzinfo=UTC)
    days = store.histogram(ALL, interval="day", by="event.module").to_pylist()
    assert [(row["time"].day, row["value"], row["count"]) for row in days] == [
        (30, "git", 40),
        (30, "shell", 40),
        (30, None, 40),
        (31, "git", 20),
        (31, "shell", 20),
        (31, None, 20),
    ]
    only = Question(query=OneOf("event.module", ("git",)))
    assert store.histogram(only, interval="day")["count"].to_pylist() == [40, 20]


def test_facets_count_values_and_those_of_lists(store: EventStore) -> None:
    store.append(shell(10))
    store.append(table([event(100, process__args=["python", "python"], event__module="")]))
    facets = store.facets(ALL, ["process.args", "event.module", "host.name"], size=2)
    assert facets == {
        "process.args": [("python", 11), ("train_0.py", 5)],
        "event.module": [("shell", 4), ("git", 3)],
        "host.name": [],
    }
    assert list(store.facets(ALL, FACETS)) == list(FACETS)
    wide = store.facets(Question(query=Term("event.id", "e0001")), ["actor.account"])
    assert wide == {"actor.account": [("unix:user1", 1)]}


@pytest.mark.parametrize("field", ["event.original", "job.exit", "nothing", '"; DROP'])
def test_facets_and_histograms_are_of_keywords_only(store: EventStore, field: str) -> None:
    store.append(shell(1))
    with pytest.raises(ValueError, match="no field of kind"):
        store.facets(ALL, [field])
    with pytest.raises(ValueError, match="no field of kind"):
        store.histogram(ALL, interval="day", by=field)


def test_days_are_those_with_such_events(store: EventStore) -> None:
    store.append(table([event(0), event(60 * 24 * 3), event(60 * 24 * 40, user__name="bob")]))
    assert store.days(ALL) == [date(2026, 1, 30), date(2026, 2, 2), date(2026, 3, 11)]
    assert store.days(Question(query=Term("user.name", "BOB"))) == [date(2026, 3, 11)]
