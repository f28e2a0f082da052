"""A month moves into a new index while it is read and written."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from uuid import uuid4

import pytest

from analytics.store.base import Question, StoreUnavailable
from analytics.store.elastic import mapping, upgrading
from analytics.store.elastic.address import Cluster
from analytics.store.elastic.store import Elastic
from analytics.store.query import OneOf, Term
from tests.analytics.store.conftest import _forget
from tests.analytics.store.samples import event, shell, table

pytestmark = [pytest.mark.elastic, pytest.mark.slow]
ALL = Question()


@pytest.fixture
def url(elastic_url: str) -> Iterator[str]:
    prefix = f"u{uuid4().hex}"
    yield f"{elastic_url}/{prefix}"
    _forget(elastic_url, prefix)


@pytest.fixture
def old(url: str, monkeypatch: pytest.MonkeyPatch) -> Elastic:
    """A store with events of two months, made when job names were not searched by part and there
    was no field for hosts."""
    with monkeypatch.context() as earlier:
        fields = mapping.properties()
        fields["job.name"] = {"type": "keyword", "index": False}
        del fields["host.name"]
        earlier.setattr(mapping, "properties", lambda: fields)
        store = Elastic(url)
        store.append(shell(2_500))
        store.append(table([event(60 * 24 * 20 + n, job__name=f"Train {n}") for n in range(9)]))
        store.close()
    return store


def quiet(index: str, done: int, of: int) -> None:
    """Tells nobody."""


def test_a_new_field_goes_into_old_months_without_moving_them(old: Elastic, url: str) -> None:
    store = Elastic(url)
    store.append(table([event(60 * 24 * 20 + 99, host__name="gpu01")]))
    assert store.count(Question(query=Term("host.name", "GPU01"))) == 1
    store.close()


def test_months_of_an_older_layout_are_moved_and_found_as_they_should_be(
    old: Elastic, url: str
) -> None:
    store = Elastic(url)
    before = sum(part.num_rows for part in store.scan(ALL, ["event.id"]))
    assert len(store.indices.outdated()) == 2
    told: list[tuple[str, int, int]] = []
    moved = store.upgrade(lambda *news: told.append(news))
    assert [name[-12:] for name in moved] == ["-2026.01-002", "-2026.02-002"]
    assert store.indices.outdated() == []
    assert told[-1][1:] == (told[-1][2], told[-1][2])
    assert store.count(ALL) == before == 2_509
    assert store.count(Question(query=Term("job.name", "rain 3"))) == 1
    again = store.append(shell(2_500))
    assert (again.stored, again.duplicates) == (0, 2_500)
    assert store.upgrade(quiet) == []
    store.close()


def test_what_was_replaced_is_dropped_when_nobody_reads_on_in_it(old: Elastic, url: str) -> None:
    store = Elastic(url)
    scan = store.scan(ALL, ["event.id"])
    found = next(scan).num_rows
    store.upgrade(quiet)
    store.maintain()
    assert found + sum(part.num_rows for part in scan) == 2_509
    held = store.indices.every()
    store.indices.drop_retired(datetime.now(UTC) + timedelta(hours=1))
    assert len(store.indices.every()) == len(held) - len(store.indices.current())
    assert store.count(ALL) == 2_509
    store.close()


def test_writers_and_readers_go_on_and_lose_and_double_nothing(
    old: Elastic, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upgrading, "FEW", 20)
    stop, stored, wrong = Event(), [2_509], []
    writer, reader = Elastic(url), Elastic(url)

    def write() -> None:
        number = 3_000
        while not stop.is_set():
            stored[0] += writer.append(shell(10, first=number)).stored
            number += 10

    def read() -> None:
        last = 0
        while not stop.is_set():
            count = reader.count(ALL)
            if count < last:
                wrong.append((last, count))
            last = count
            time.sleep(0.02)

    threads = [Thread(target=write), Thread(target=read)]
    for thread in threads:
        thread.start()
    store = Elastic(url)
    store.upgrade(quiet)
    time.sleep(0.5)
    stop.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert store.indices.outdated() == []
    ids = [name for part in store.scan(ALL, ["event.id"]) for name in part["event.id"].to_pylist()]
    assert len(ids) == len(set(ids)) == stored[0] == store.count(ALL)
    assert stored[0] > 2_509
    for one in (store, writer, reader):
        one.close()


class Killed(Exception):
    """Stands for the end of the process."""


def test_a_stopped_upgrade_goes_on_where_it_was(old: Elastic, url: str) -> None:
    def killed(index: str, done: int, of: int) -> None:
        raise Killed

    store = Elastic(url)
    for _ in range(2):
        with pytest.raises(Killed):
            store.upgrade(killed)
        assert store.count(ALL) == 2_509
    assert store.append(table([event(60 * 24 * 20 + 50)])).stored == 1
    begun = set(store.indices.every())
    store.upgrade(quiet)
    assert begun <= set(store.indices.every())  # what was begun was gone on with
    assert store.count(ALL) == 2_510
    store.close()


def test_what_is_erased_meanwhile_does_not_come_back(old: Elastic, url: str) -> None:
    store = Elastic(url)
    gone = Question(query=OneOf("event.id", ("e0007", "e0008")))

    def erase(index: str, done: int, of: int) -> None:
        if store.count(gone):
            for name in store.indices.every("2026.01"):
                client = store._connection.client()
                client.options(ignore_status=404).delete(index=name, id="e0007", refresh=True)
            client.options(ignore_status=404).delete(
                index=store.indices.generation("2026.01", 1), id="e0008", refresh=True
            )

    store.upgrade(erase)
    assert store.count(gone) == 0
    assert store.count(ALL) == 2_507
    store.close()


def test_more_shards_are_an_upgrade_too(url: str) -> None:
    store = Elastic(url)
    store.append(shell(500))
    store.close()
    wider = Elastic(url, Cluster(shards=3, replicas=0))
    assert wider.upgrade(quiet) != []
    assert wider.count(ALL) == 500
    assert wider.append(shell(510)).stored == 10
    (index, *_) = wider.indices.current()
    settings = wider._connection.client().indices.get_settings(index=index)
    told = settings[index]["settings"]["index"]
    assert (told["number_of_shards"], told["number_of_replicas"]) == ("3", "0")
    wider.close()


def test_events_that_an_old_month_refuses_wait_for_the_upgrade(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as earlier:
        fields = mapping.properties() | {"job.name": {"type": "long"}}
        earlier.setattr(mapping, "properties", lambda: fields)
        older = Elastic(url)
        older.append(shell(3))
        older.close()
    store = Elastic(url)
    named = table([event(50, job__name="train")])
    with pytest.raises(StoreUnavailable, match="upgrade-events"):
        store.append(named)
    store.upgrade(quiet)
    assert store.append(named).stored == 1
    store.close()


def test_an_index_of_before_there_were_write_aliases_is_taken_over(url: str) -> None:
    store = Elastic(url)
    store.indices.prepare()
    client, readers = store._connection.client(), store.indices.readers
    client.indices.create(index=f"{readers}-2026.01", aliases={readers: {}})
    store.close()
    newer = Elastic(url)
    assert newer.append(shell(5)).stored == 5
    assert list(newer.indices.current()) == [f"{readers}-2026.01"]
    assert newer.count(ALL) == 5
    newer.close()
