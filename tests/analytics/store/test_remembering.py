"""What is asked of a month for each of its days is read once."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from analytics.store import open_store
from analytics.store import remembering as module
from analytics.store.base import EventStore, Question
from analytics.store.query import OneOf
from analytics.store.remembering import remembering
from tests.analytics.store.samples import event, table

START = datetime(2026, 2, 20, tzinfo=UTC)
COLUMNS = ["event.id", "event.action"]
RUN = OneOf("event.action", ("run",))


def at(number: int, day: int, action: str = "run") -> dict[str, object]:
    """An event of a day, late in the evening."""
    time = START + timedelta(days=day, hours=23, minutes=59, seconds=59)
    return {**event(number), "@timestamp": time, "event.action": action}


def window(first: int, end: int, hours: int = 0) -> Question:
    """Some of the days."""
    shift = timedelta(hours=hours)
    since, until = START + timedelta(days=first), START + timedelta(days=end)
    return Question(since=since + shift, until=until + shift, query=RUN)


def ids(store: EventStore, question: Question) -> list[str]:
    """What the store has of the question."""
    found = list(store.scan(question, COLUMNS))
    assert all(piece.column_names == COLUMNS for piece in found)
    return sorted(pa.concat_tables(found)["event.id"].to_pylist()) if found else []


@pytest.fixture
def store(tmp_path: Path) -> Iterator[EventStore]:
    made = open_store((tmp_path / "lake").as_uri())
    made.append(table([at(n, n // 2, "run" if n % 3 else "look") for n in range(40)]))
    yield made
    made.close()


def test_every_window_has_what_the_store_has(store: EventStore) -> None:
    quick = remembering(store)
    for first, end in [(0, 7), (1, 8), (2, 9), (2, 9), (8, 15), (0, 20), (15, 30), (3, 4), (5, 5)]:
        assert ids(quick, window(first, end)) == ids(store, window(first, end))
    assert ids(quick, window(2, 9, hours=5)) == ids(store, window(2, 9, hours=5))
    assert quick.count(Question()) == 40


def test_a_day_is_read_once_by_windows_that_are_asked_again(store: EventStore) -> None:
    quick = remembering(store)
    ids(quick, window(0, 7))
    known = ids(quick, window(1, 8))
    store.append(table([at(100, 5), at(101, 8)]))
    assert ids(quick, window(1, 8)) == known
    assert set(ids(quick, window(2, 9))) - set(ids(store, window(2, 9))) == set()
    assert event(100)["event.id"] not in ids(quick, window(2, 9))
    assert event(101)["event.id"] in ids(quick, window(2, 9))
    assert event(100)["event.id"] in ids(remembering(store), window(2, 9))


def test_more_than_may_be_kept_is_read_each_time(
    store: EventStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST", 100)
    quick = remembering(store)
    for _ in range(2):
        ids(quick, window(0, 7))
    store.append(table([at(100, 5)]))
    assert event(100)["event.id"] in ids(quick, window(0, 7))
