"""What every event store does, tried on both."""

import multiprocessing
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
import pytest

from analytics.fields import FACETS, SCHEMA
from analytics.store import open_store
from analytics.store.base import EventStore, Question, StoreUnavailable
from analytics.store.query import OneOf, Term
from tests.analytics.store.conftest import Opener
from tests.analytics.store.samples import HARD, LONG, START, event, shell, table

ALL = Question()


def ids(events: pa.Table) -> list[str]:
    found: list[str] = events["event.id"].to_pylist()
    return found


def test_an_empty_store_answers_everything(store: EventStore) -> None:
    store.ready()
    store.maintain()
    assert store.count(ALL) == 0
    assert store.search(ALL).events.schema == SCHEMA
    assert store.search(ALL).after is None
    assert store.histogram(ALL, interval="hour", by="event.module").num_rows == 0
    assert store.facets(ALL, ["event.module", "process.args"]) == {
        "event.module": [],
        "process.args": [],
    }
    assert list(store.scan(ALL, ["event.id"])) == []
    assert store.get("nothing") is None
    assert store.get("nothing", date(2026, 1, 31)) is None
    assert store.days(ALL) == []
    assert store.person_days(date(2026, 1, 1), date(2026, 2, 1)).column_names == ["day", "person"]
    store.delete_person_days()


def test_an_empty_batch_stores_nothing(store: EventStore) -> None:
    answer = store.append(SCHEMA.empty_table())
    assert (answer.stored, answer.duplicates, answer.new.to_pylist()) == (0, 0, [])


def test_the_same_batch_twice_stores_nothing_twice(store: EventStore) -> None:
    batch = shell(50)
    assert store.append(batch).stored == 50
    again = store.append(batch)
    assert (again.stored, again.duplicates) == (0, 50)
    assert not any(again.new.to_pylist())
    assert store.count(ALL) == 50


def test_a_batch_that_overlaps_stores_what_is_missing(store: EventStore) -> None:
    store.append(shell(10))
    answer = store.append(shell(10, first=5))
    assert answer.new.to_pylist() == [False] * 5 + [True] * 5
    assert (answer.stored, answer.duplicates) == (5, 5)
    assert store.count(ALL) == 15


def test_doubles_within_a_batch_are_stored_once(store: EventStore) -> None:
    batch = pa.concat_tables([shell(3), shell(5), shell(2)])
    answer = store.append(batch)
    assert answer.new.to_pylist() == [True] * 3 + [False] * 3 + [True] * 2 + [False] * 2
    assert (answer.stored, answer.duplicates) == (5, 5)
    assert store.count(ALL) == 5


@pytest.mark.parametrize("missing", ["event.id", "@timestamp"])
def test_an_event_without_id_or_time_is_refused(store: EventStore, missing: str) -> None:
    with pytest.raises(ValueError, match=missing):
        store.append(table([{**event(1), missing: None}]))
    assert store.count(ALL) == 0


def test_threads_that_append_the_same_store_each_event_once(store: EventStore) -> None:
    batches = [shell(40, first=20 * number) for number in range(4)] * 2
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(store.append, batches))
    assert sum(answer.stored for answer in answers) == store.count(ALL) == 100
    assert all(answer.stored + answer.duplicates == 40 for answer in answers)


def append_in_another_process(url: str, first: int) -> int:
    store = open_store(url)
    try:
        return store.append(shell(40, first=first)).stored
    finally:
        store.close()


def test_processes_that_append_the_same_store_each_event_once(
    opener: Opener, store_url: str
) -> None:
    with multiprocessing.get_context("spawn").Pool(3) as processes:
        firsts = [0, 20, 40, 0, 20, 40]
        stored = processes.starmap(append_in_another_process, [(store_url, n) for n in firsts])
    store = opener()
    assert sum(stored) == store.count(ALL) == 80
    assert sum(part.num_rows for part in store.scan(ALL, ["event.id"])) == 80
    store.close()


def test_a_search_gives_the_newest_first_page_by_page(store: EventStore) -> None:
    same_time = [{**event(7), "event.id": f"tie{number}"} for number in (3, 1, 2)]
    store.append(table([event(1), event(20), *same_time, event(3)]))
    page = store.search(ALL, limit=3)
    assert ids(page.events) == ["e0020", "tie3", "tie2"]
    page = store.search(ALL, limit=3, after=page.after)
    assert ids(page.events) == ["tie1", "e0003", "e0001"]
    page = store.search(ALL, limit=3, after=page.after)
    assert (ids(page.events), page.after) == ([], None)


def test_a_page_that_is_not_full_is_the_last(store: EventStore) -> None:
    store.append(shell(5))
    assert store.search(ALL, limit=6).after is None
    assert store.search(ALL, limit=0).events.num_rows == 0


def test_pages_tell_microseconds_apart(store: EventStore) -> None:
    times = [START + timedelta(microseconds=step) for step in (1, 999, 0, 500, 1001)]
    rows = [{**event(n), "@timestamp": time} for n, time in enumerate(times)]
    store.append(table(rows))
    found, page = [], store.search(ALL, limit=1)
    while page.after is not None:
        found += ids(page.events)
        page = store.search(ALL, limit=1, after=page.after)
    assert found == ["e0004", "e0001", "e0003", "e0000", "e0002"]
    assert store.count(Question(since=times[3], until=times[1])) == 1
    assert store.count(Question(since=times[4])) == 1


def test_a_large_page_comes_whole(store: EventStore) -> None:
    store.append(shell(10_050))
    page = store.search(ALL, limit=10_040, columns=["event.id"])
    assert ids(page.events) == [f"e{number:04}" for number in range(10_049, 9, -1)]
    assert page.events.column_names == ["event.id"]
    assert len(ids(store.search(ALL, limit=20, after=page.after).events)) == 10
    assert sorted(n for part in store.scan(ALL, ["event.id"]) for n in ids(part)) == sorted(
        f"e{number:04}" for number in range(10_050)
    )
    store.maintain()
    assert store.count(ALL) == 10_050


def test_time_is_since_up_to_but_not_until(store: EventStore) -> None:
    store.append(shell(10))
    since, until = START + timedelta(minutes=2), START + timedelta(minutes=5)
    question = Question(since=since, until=until)
    assert sorted(ids(store.search(question).events)) == ["e0002", "e0003", "e0004"]
    assert store.count(question) == 3
    assert sorted(n for part in store.scan(question, ["event.id"]) for n in ids(part)) == [
        "e0002",
        "e0003",
        "e0004",
    ]
    elsewhere = Question(since=since.astimezone(), until=until.astimezone())
    assert store.count(elsewhere) == 3


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


def test_scans_give_the_columns_asked_for(store: EventStore) -> None:
    store.append(table(HARD))
    tables = list(store.scan(ALL, ["event.original", "labels", "@timestamp"]))
    assert all(part.column_names == ["event.original", "labels", "@timestamp"] for part in tables)
    assert LONG in [text for part in tables for text in part["event.original"].to_pylist()]


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


def test_a_closed_store_opens_anew(store: EventStore) -> None:
    store.append(shell(3))
    store.close()
    assert store.count(ALL) == 3


def test_what_one_process_stored_another_finds(opener: Opener) -> None:
    writer, reader = opener(), opener()
    for number in range(3):
        assert reader.count(ALL) == 2 * number
        writer.append(shell(2, first=2 * number))
    writer.close()
    reader.close()


def test_a_store_that_is_not_there_says_so() -> None:
    store = open_store("http://127.0.0.1:9/none")
    for call in (store.ready, lambda: store.count(ALL), lambda: store.append(shell(1))):
        with pytest.raises(StoreUnavailable):
            call()
    store.close()


@pytest.mark.parametrize(
    "url", ["ftp://x", "http://host/UPPER", "http://host/a b", "file:///a%5Bb"]
)
def test_an_address_that_cannot_be_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"index names|event store|folder"):
        open_store(url)
