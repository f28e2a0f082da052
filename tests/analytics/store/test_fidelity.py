"""What was stored comes back as it was, whatever its size, on both stores."""

from datetime import UTC, date, datetime

import pytest

from analytics.fields import SCHEMA
from analytics.store.base import EventStore, Question
from analytics.store.query import Exists, Term
from tests.analytics.store.samples import HARD, event, shell, table
from tests.analytics.store.test_contract import ALL, ids


def test_every_event_comes_back_as_it_was(store: EventStore) -> None:
    batch = table(HARD)
    store.append(batch)
    for row in batch.to_pylist():
        found = store.get(row["event.id"])
        assert found is not None
        assert found.schema == SCHEMA
        assert found.to_pylist() == [row]
    assert ids(store.search(ALL).events) == [row["event.id"] for row in reversed(HARD)]


def test_a_raw_line_of_a_megabyte_comes_back_byte_for_byte(store: EventStore) -> None:
    line = "".join(f"{number} é🦆\t'\"\\ " for number in range(80_000)) + "the-very-end"
    store.append(table([event(1, event__original=line), event(2, event__original=line[::-1])]))
    found = store.get("e0001")
    assert found is not None
    assert found["event.original"][0].as_py() == line
    assert store.count(Question(query=Term("event.original", "79999 É🦆"))) == 0
    assert store.count(Question(query=Term("event.original", "79999 é🦆"))) == 1
    assert store.count(Question(query=Term(None, "THE-VERY-END"))) == 1


def test_keywords_too_long_to_search_are_cut_alike(store: EventStore) -> None:
    long = "k" * 100_000
    row = event(1, user__name=long, process__args=["a", long], labels={"x" * 999: long})
    store.append(table([row]))
    found = store.get("e0001")
    assert found is not None
    assert found["user.name"][0].as_py() == "k" * 4_000
    assert found["process.args"][0].as_py() == ["a", "k" * 4_000]
    assert found["labels"][0].as_py() == [("x" * 250, "k" * 4_000)]
    assert store.count(Question(query=Term("user.name", "kk*"))) == 1
    assert store.facets(ALL, ["user.name"]) == {"user.name": [("k" * 4_000, 1)]}


def test_numbers_that_are_none_come_back_as_null(store: EventStore) -> None:
    numbers = [float("nan"), float("inf"), 0.1, -0.0, 1e300]
    store.append(table([event(n, job__gpu_hours=number) for n, number in enumerate(numbers)]))
    found = store.search(ALL, columns=["job.gpu_hours"]).events
    assert found["job.gpu_hours"].to_pylist() == [1e300, 0.0, 0.1, None, None]


def test_an_event_is_found_on_its_own_day_only(store: EventStore) -> None:
    store.append(shell(200))
    assert store.get("e0000", date(2026, 1, 30)) is not None
    assert store.get("e0000", date(2026, 1, 31)) is None
    assert store.get("e0000", date(2026, 3, 1)) is None
    assert store.get("e0199", date(2026, 1, 31)) is not None
    assert store.get("e9999") is None
    assert store.get("") is None
    assert store.get("x" * 600) is None


def test_what_cannot_be_kept_is_refused_with_a_reason_and_the_rest_is_stored(
    store: EventStore,
) -> None:
    early, late = datetime(1969, 12, 31, tzinfo=UTC), datetime(2300, 1, 1, tzinfo=UTC)
    rows = [
        event(0),
        {**event(1), "@timestamp": early},
        event(2),
        {**event(3), "event.id": "é" * 251},
        {**event(4), "@timestamp": late},
        event(2),
    ]
    answer = store.append(table(rows))
    assert answer.new.to_pylist() == [True, False, True, False, False, False]
    assert (answer.stored, answer.duplicates) == (2, 1)
    assert answer.refused == {
        1: "@timestamp is not from 1970 to 2261",
        3: "an event.id has at most 500 bytes",
        4: "@timestamp is not from 1970 to 2261",
    }
    assert ids(store.search(ALL).events) == ["e0002", "e0000"]


def test_an_object_of_ten_thousand_fields_comes_back_whole_and_is_found(store: EventStore) -> None:
    labels = {f'field.{number}\t"é{"x" * (number % 200)}': f"v{number}" for number in range(10_000)}
    store.append(table([event(1, labels=labels), event(2, labels=dict(reversed(labels.items())))]))
    found = store.get("e0001")
    assert found is not None
    assert dict(found["labels"][0].as_py()) == labels
    last = list(labels)[-1]
    assert store.count(Question(query=Term(f"labels.{last}", "v9999", exact=True))) == 2
    assert store.count(Question(query=Term(f"labels.{last}", "v9998", exact=True))) == 0
    store.append(table([event(3, labels={"another": "one"})]))
    assert store.count(ALL) == 3


@pytest.mark.parametrize("size", [8_000, 8_001, 32_766, 32_767, 200_000])
def test_values_of_any_length_come_back_whole_and_are_found_by_their_ends(
    store: EventStore, size: int
) -> None:
    value = "<" + "é" * (size - 2) + ">"
    store.append(table([event(1, event__original=value, process__command_line=value)]))
    found = store.get("e0001")
    assert found is not None
    assert found["event.original"][0].as_py() == found["process.command_line"][0].as_py() == value
    for part in ("<éé", "éé>", "é" * 200):
        assert store.count(Question(query=Term("event.original", part, exact=True))) == 1
    assert store.count(Question(query=Exists("process.command_line"))) == 1
