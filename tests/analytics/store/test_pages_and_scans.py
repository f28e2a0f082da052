"""Searches page by page, scans, and what both give while others write, on both stores."""

from datetime import timedelta

import pytest

from analytics.store import delta
from analytics.store.base import EventStore, Question
from analytics.store.query import All, OneOf, Term
from tests.analytics.store.samples import HARD, LONG, START, event, shell, table
from tests.analytics.store.test_contract import ALL, ids


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


def test_an_impatient_search_gives_what_it_found_and_goes_on_where_it_stopped(
    store: EventStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delta, "STRETCH", 1)
    for hour in (5, 1, 3, 2, 4, 0):  # in files of their own, some of them over each other
        rows = [(n, START + timedelta(hours=hour, minutes=20 * n)) for n in range(5)]
        store.append(
            table([{**event(n), "@timestamp": at, "event.id": f"h{hour}n{n}"} for n, at in rows])
        )
    question = Question(query=Term(None, "line"), until=START + timedelta(hours=6))
    whole = ids(store.search(question).events)
    found, page = [], store.search(question, limit=7, patience=0)
    while page.after is not None:
        assert page.searched is None or page.after == (page.searched, "")
        assert len(ids(page.events)) == 7 or page.searched is not None
        found += ids(page.events)
        page = store.search(question, limit=7, after=page.after, patience=0)
    assert found + ids(page.events) == whole
    assert len(whole) == 28


def test_events_asked_for_by_id_are_found_among_many(store: EventStore) -> None:
    store.append(shell(300))
    question = Question(query=All((OneOf("event.id", ("e0007", "e0290", "none", "e0007")),)))
    page = store.search(question, limit=100)
    assert (ids(page.events), page.after) == (["e0290", "e0007"], None)
    assert ids(store.search(question, limit=1).events) == ["e0290"]


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


def test_pages_during_writes_give_each_event_that_was_there_once(store: EventStore) -> None:
    store.append(shell(120))
    found, page, newer = [], store.search(ALL, limit=25), 120
    while True:
        found += ids(page.events)
        if page.after is None:
            break
        store.append(shell(30, first=newer))  # above what was paged through
        newer += 30
        page = store.search(ALL, limit=25, after=page.after)
    assert found == [f"e{number:04}" for number in range(119, -1, -1)]


def test_a_scan_during_writes_gives_what_was_there_once(store: EventStore) -> None:
    store.append(shell(5_000))
    scan = store.scan(ALL, ["event.id"])
    found = ids(next(scan))
    store.append(shell(300, first=5_000))
    for part in scan:
        found += ids(part)
    assert sorted(found) == [f"e{number:04}" for number in range(5_000)]


def test_scans_give_the_columns_asked_for(store: EventStore) -> None:
    store.append(table(HARD))
    tables = list(store.scan(ALL, ["event.original", "labels", "@timestamp"]))
    assert all(part.column_names == ["event.original", "labels", "@timestamp"] for part in tables)
    assert LONG in [text for part in tables for text in part["event.original"].to_pylist()]
