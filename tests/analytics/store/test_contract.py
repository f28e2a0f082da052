"""What every event store does, tried on both."""

import multiprocessing
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pyarrow as pa
import pytest

from analytics.fields import SCHEMA
from analytics.store import open_store
from analytics.store.base import EventStore, Question, StoreUnavailable
from tests.analytics.store.conftest import Opener
from tests.analytics.store.samples import event, shell, table

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
