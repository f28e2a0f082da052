"""Moving house: everything arrives, while more comes in, whatever is killed."""

import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from threading import Event, Thread
from uuid import uuid4

import pyarrow as pa
import pytest

from analytics.store import moving, open_store
from analytics.store.base import EventStore, Question
from analytics.store.moving import Journal, NotTheSame, Proof, Sum, counts, fingerprint, move
from analytics.store.query import OneOf
from tests.analytics.store.conftest import _forget
from tests.analytics.store.samples import HARD, event, shell, table

ALL = Question()
MOVER = """
import sys
from pathlib import Path
from analytics.store import open_store
from analytics.store.moving import Journal, move
print("begun", flush=True)
move(open_store(sys.argv[1]), open_store(sys.argv[2]), Journal(Path(sys.argv[3]), "there"),
     lambda day, held, done, of: print(day, flush=True))
"""


@pytest.fixture
def lake_url(tmp_path: Path) -> str:
    return (tmp_path / "lake").as_uri()


@pytest.fixture
def elastic(elastic_url: str) -> Iterator[str]:
    prefix = f"m{uuid4().hex}"
    yield f"{elastic_url}/{prefix}"
    _forget(elastic_url, prefix)


@pytest.fixture
def here(lake_url: str) -> Iterator[EventStore]:
    store = open_store(lake_url)
    yield store
    store.close()


@pytest.fixture
def there(tmp_path: Path) -> Iterator[EventStore]:
    store = open_store((tmp_path / "other").as_uri())
    yield store
    store.close()


def moved(here: EventStore, there: EventStore, path: Path) -> tuple[Proof, list[date]]:
    """What a run proves, and the days it worked on."""
    days: list[date] = []
    proof = move(here, there, Journal(path, "x"), lambda day, held, done, of: days.append(day))
    return proof, days


def fill(store: EventStore) -> None:
    """Hard events and plain ones of several months, and person-days."""
    store.append(table(HARD))
    store.append(shell(300, first=1_000_000 // 1_000))
    store.append(table([event(60 * 24 * day, host__name="gpu01") for day in range(3, 90, 20)]))
    first = pa.table({"person": ["bob", "alice"], "jobs": [1.0, None], "pushes": [0.5, 2.0]})
    store.put_person_days(date(2026, 1, 5), first)
    store.put_person_days(date(2026, 1, 6), pa.table({"person": ["bob"], "jobs": [3.0]}))


def assert_same(here: EventStore, there: EventStore) -> None:
    days = here.days(ALL)
    assert there.days(ALL) == days
    assert [fingerprint(there, day) for day in days] == [fingerprint(here, day) for day in days]
    ever = (date(2000, 1, 1), date(2100, 1, 1))
    assert there.person_days(*ever).equals(here.person_days(*ever))


def test_everything_is_the_same_there_and_the_proof_says_how_much(
    here: EventStore, there: EventStore, tmp_path: Path
) -> None:
    fill(here)
    proof, days = moved(here, there, tmp_path / "journal")
    assert_same(here, there)
    assert days == here.days(ALL)
    assert (proof.days, proof.sum.count, proof.missing) == (len(days), here.count(ALL), 0)
    assert proof.person_days == 3
    assert proof.sum == Sum.of(fingerprint(there, day) for day in days)


@pytest.mark.elastic
def test_into_elasticsearch_and_back_nothing_changes(
    here: EventStore, there: EventStore, elastic: str, tmp_path: Path
) -> None:
    fill(here)
    middle = open_store(elastic)
    moved(here, middle, tmp_path / "journal")
    assert_same(here, middle)
    moved(middle, there, tmp_path / "back")
    assert_same(here, there)
    middle.close()


def test_a_second_run_moves_only_what_came_in_since(
    here: EventStore, there: EventStore, tmp_path: Path
) -> None:
    fill(here)
    moved(here, there, tmp_path / "journal")
    here.append(table([event(60 * 24 * 23 + 1), event(60 * 24 * 200)]))
    proof, days = moved(here, there, tmp_path / "journal")
    assert days == [date(2026, 2, 22), date(2026, 8, 18)]
    assert proof.missing == 0
    assert_same(here, there)
    assert moved(here, there, tmp_path / "journal")[1] == []


def test_a_run_without_a_journal_or_with_a_torn_one_proves_again_what_is_there(
    here: EventStore, there: EventStore, tmp_path: Path
) -> None:
    fill(here)
    proof, days = moved(here, there, tmp_path / "journal")
    path = tmp_path / "torn"
    path.write_text((tmp_path / "journal").read_text().rstrip()[:-20])
    assert moved(here, there, path) == (proof, days[-1:])
    assert moved(here, there, tmp_path / "none") == (proof, days)
    assert there.count(ALL) == here.count(ALL)


def test_another_target_has_a_journal_of_its_own(tmp_path: Path) -> None:
    first, second = Journal(tmp_path / "journal", "one"), Journal(tmp_path / "journal", "two")
    first.note(date(2026, 1, 1), Sum(1, 2))
    second.read()
    assert second.days == {}
    again = Journal(tmp_path / "journal", "one")
    again.read()
    assert again.days == {date(2026, 1, 1): Sum(1, 2)}


def test_a_target_with_other_events_is_told_apart(
    here: EventStore, there: EventStore, tmp_path: Path
) -> None:
    here.append(shell(5))
    there.append(table([event(1, host__name="elsewhere")]))
    with pytest.raises(NotTheSame, match="2026-01-30: here 5 events"):
        moved(here, there, tmp_path / "journal")


def test_a_sum_does_not_depend_on_order_but_on_every_value(here: EventStore) -> None:
    batch = shell(50)
    whole = moving.summed(batch)
    assert moving.summed(batch.take(pa.array(range(49, -1, -1)))) == whole
    assert moving.summed(batch.slice(0, 20)) + moving.summed(batch.slice(20)) == whole
    rows = batch.to_pylist()
    for name, value in (("job.exit", 9), ("labels", [("a", "b")]), ("process.args", [])):
        changed = [{**rows[0], name: value}, *rows[1:]]
        assert moving.summed(table(changed)) != whole


def test_what_is_erased_here_meanwhile_is_not_taken_for_proved(
    here: EventStore, there: EventStore, tmp_path: Path
) -> None:
    here.append(shell(10))
    moved(here, there, tmp_path / "journal")
    here.erase(Question(query=OneOf("event.id", ("e0003",))))
    with pytest.raises(NotTheSame, match="it holds events of its own"):
        moved(here, there, tmp_path / "journal")


@pytest.mark.elastic
def test_a_killed_mover_goes_on_while_events_come_in(
    here: EventStore, lake_url: str, elastic: str, tmp_path: Path
) -> None:
    for day in range(12):
        here.append(shell(120, first=day * 60 * 24))
    stop, came = Event(), [12 * 60 * 24]

    def ingest() -> None:
        while not stop.is_set():
            here.append(shell(5, first=came[0]))
            here.append(shell(5, first=came[0] % 120 + 200))  # late, into the first day
            came[0] += 5
            time.sleep(0.05)

    ingesting = Thread(target=ingest)
    ingesting.start()
    journal = tmp_path / "journal"
    words = [sys.executable, "-c", MOVER, lake_url, elastic, str(journal)]
    try:
        for lines_before_kill in (2, 4):
            mover = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
            assert mover.stdout is not None
            for _ in range(lines_before_kill):
                mover.stdout.readline()
            mover.kill()
            mover.wait()
            mover.stdout.close()
    finally:
        stop.set()
        ingesting.join()
    proved = Journal(journal, "there")
    proved.read()
    assert len(proved.days) >= 3
    target = open_store(elastic)
    proof = move(here, target, Journal(journal, "there"), lambda *_: None)
    assert proof.missing == 0
    assert proof.sum.count == here.count(ALL) == target.count(ALL)
    assert counts(here) == counts(target)
    assert_same(here, target)
    target.close()
