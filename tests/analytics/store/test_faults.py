"""The lake under what goes wrong: many writers, killed ones, files that vanish, forks."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import pytest

from analytics.store import delta
from analytics.store.base import Question, StoreUnavailable
from analytics.store.lake import Lake
from analytics.store.query import Term
from tests.analytics.store.samples import event, shell, table

ALL = Question()
WRITER = """
import sys
from pathlib import Path
from analytics.store.lake import Lake
from tests.analytics.store.samples import shell
lake = Lake(Path(sys.argv[1]))
print("ready", flush=True)
for first in range(0, 6_000, 20):
    lake.append(shell(40, first=first))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "a läke"


@pytest.fixture
def lake(folder: Path) -> Iterator[Lake]:
    lake = Lake(folder)
    yield lake
    lake.close()


def all_ids(lake: Lake) -> list[str]:
    parts = lake.scan(ALL, ["event.id"])
    return sorted(name for part in parts for name in part["event.id"].to_pylist())


def append_overlapping(folder: Path, seed: int) -> int:
    lake = Lake(folder)
    firsts = [(seed * 70 + step * 130) % 600 for step in range(12)]
    return sum(lake.append(shell(100, first=first)).stored for first in firsts)


def test_many_writers_store_exactly_the_distinct_events(folder: Path, lake: Lake) -> None:
    with multiprocessing.get_context("spawn").Pool(3) as processes:
        stored = processes.starmap(append_overlapping, [(folder, seed) for seed in range(3)])
    ids = all_ids(lake)
    assert len(ids) == len(set(ids)) == sum(stored) == lake.count(ALL)


def test_a_killed_writer_loses_nothing_and_leaves_nothing_half(folder: Path, lake: Lake) -> None:
    for wait in (0.0, 0.05, 0.1, 0.17, 0.3):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(folder)], stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(wait)
        writer.kill()
        writer.wait()
        writer.stdout.close()
        ids = all_ids(lake)
        assert len(ids) == len(set(ids))
    before = lake.count(ALL)
    stored = sum(lake.append(shell(400, first=first)).stored for first in range(0, 2_000, 400))
    missing = 2_000 - len([name for name in ids if name < "e2000" and len(name) == 5])
    assert stored == missing
    assert lake.count(ALL) == before + stored


def test_readers_never_fail_while_files_are_compacted_away(
    lake: Lake, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delta, "KEPT_HOURS", 0)  # vacuum takes files while they are read
    monkeypatch.setattr(delta, "MANY_A_MONTH", 2)
    lake.append(shell(50))
    stop, wrong = Event(), []

    def read() -> None:
        reader = Lake(folder)
        while not stop.is_set():
            page = reader.search(Question(query=Term("user.name", "nobody")))
            count = reader.count(ALL)
            if page.events.num_rows or count < 50 or len(reader.search(ALL).events) < 50:
                wrong.append(count)

    readers = [Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for step in range(1, 25):
        lake.append(shell(10, first=40 + 10 * step))
        lake.maintain()
    stop.set()
    for reader in readers:
        reader.join()
    assert wrong == []
    assert lake.count(ALL) == len(all_ids(lake)) == 290


def test_maintenance_makes_many_files_few(lake: Lake) -> None:
    for step in range(delta.MANY_A_MONTH + 1):
        lake.append(shell(5, first=60 * 24 * 2 + 5 * step))
    before = all_ids(lake)
    lake.maintain()
    assert len(lake._files.live()) == 1
    assert all_ids(lake) == before
    assert lake.append(shell(100, first=60 * 24 * 2)).stored == 0


def test_what_was_appended_is_on_disk_before_append_returns(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    fsync = os.fsync

    def recorded(descriptor: int) -> None:
        synced.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", recorded)
    lake.append(table([event(0), event(60 * 24 * 40)]))
    assert sum(name.endswith(".parquet") for name in synced) == 2
    assert {"00000000000000000000.json", "_delta_log", "events"} <= set(synced)


def test_a_lake_of_an_older_release_gains_the_new_columns(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = shell(5)
    with monkeypatch.context() as older:
        older.setattr("analytics.store.rows.kept", lambda events: batch.drop_columns("host.name"))
        lake.append(batch)
    assert lake.search(ALL).events["host.name"].null_count == 5
    assert lake.count(Question(query=Term("host.name", "gpu*"))) == 0
    lake.append(table([event(9, host__name="gpu01")]))
    assert lake.count(Question(query=Term("host.name", "gpu*"))) == 1
    assert lake.search(ALL).events["host.name"].null_count == 5


def test_a_lake_whose_folder_cannot_be_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    lake = Lake(tmp_path / "file")
    for call in (lake.ready, lambda: lake.append(shell(1))):
        with pytest.raises(StoreUnavailable):
            call()


def test_a_lock_that_others_hold_too_long_says_so(
    folder: Path, lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delta, "WAIT", 0.2)
    waiting = Lake(folder)
    with lake._files.writing():
        outcome: list[str] = []

        def append() -> None:
            try:
                waiting.append(shell(1))
            except StoreUnavailable as error:
                outcome.append(str(error))

        thread = Thread(target=append)
        thread.start()
        thread.join()
    assert "other writers" in outcome[0]


def test_a_forked_process_is_told_to_open_the_lake_itself(lake: Lake) -> None:
    lake.append(shell(5))
    child = os.fork()
    if child == 0:
        try:
            lake.count(ALL)
            os._exit(0)
        except StoreUnavailable as error:
            os._exit(7 if "forked" in str(error) else 1)
        finally:
            os._exit(1)
    deadline = time.monotonic() + 20
    while (ended := os.waitpid(child, os.WNOHANG))[0] == 0 and time.monotonic() < deadline:
        time.sleep(0.05)
    if ended[0] == 0:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(ended[1]) == 7
    assert lake.count(ALL) == 5
