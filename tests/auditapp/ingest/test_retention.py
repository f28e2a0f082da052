"""Raw logs leave the spool when their time is over, and never before their batch is."""

import io
import os
from collections import namedtuple
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from auditapp.ingest import deadletters, intake, queue, retention, spool
from auditapp.ingest.models import Batch
from tests.auditapp.ingest.installation import history

pytestmark = pytest.mark.django_db
Usage = namedtuple("Usage", "total used free")


@pytest.fixture(autouse=True)
def own_spool(tmp_path: Path, settings: Settings) -> None:
    settings.SPOOL = tmp_path / "spool"


def batch(state: str, days: int) -> Batch:
    """A batch with its log that came to this state so many days ago."""
    made = intake.accept(io.BytesIO(history(10)), intake.Label(source="bash_history", host="h"))
    finished = timezone.now() - timedelta(days=days)
    Batch.objects.filter(id=made.id).update(state=state, finished=finished)
    return made


def kept(*batches: Batch) -> list[bool]:
    """Which of them still have their log, by file and row alike."""
    files = [spool.path_of(one.id, one.received).exists() for one in batches]
    rows = [Batch.objects.get(id=one.id).kept for one in batches]
    assert files == rows
    return files


def test_old_logs_go_and_those_that_are_not_done_stay(settings: Settings) -> None:
    settings.SPOOL_KEEP_DAYS = 7
    old, new = batch("done", 8), batch("done", 6)
    others = [batch(state, 1000) for state in ("waiting", "working", "failed")]
    discarded = batch("discarded", 8)
    assert retention.remove_old() == 2
    assert kept(old, discarded, new, *others) == [False, False, True, True, True, True]
    assert not queue.replay(old.id)
    assert not deadletters.replay(discarded.id, None)
    assert queue.replay(new.id)


def test_beyond_so_many_bytes_the_oldest_go_first(settings: Settings) -> None:
    settings.SPOOL_KEEP_BYTES = 2 * len(history(10))
    batches = [batch("done", days) for days in (1, 4, 3, 2)]
    waiting = batch("waiting", 9)
    assert retention.remove_old() == 2
    assert kept(*batches, waiting) == [True, False, False, True, True]
    assert retention.remove_old() == 0


def test_on_a_nearly_full_disk_done_logs_go_and_nothing_is_accepted(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SPOOL_RESERVE_BYTES = 1000
    done, waiting = batch("done", 1), batch("waiting", 1)
    monkeypatch.setattr("shutil.disk_usage", lambda _: Usage(9000, 8000, 1000))
    assert spool.room().left == 0
    with pytest.raises(spool.SpoolFull, match="disk"):
        spool.check_room()
    assert retention.remove_old() == 1
    assert kept(done, waiting) == [False, True]


def test_there_is_room_for_what_neither_the_limit_nor_the_disk_forbids(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SPOOL_LIMIT_BYTES, settings.SPOOL_RESERVE_BYTES = 5000, 1000
    batch("waiting", 0)
    monkeypatch.setattr("shutil.disk_usage", lambda _: Usage(9000, 0, 9000))
    assert spool.room().left == 5000 - len(history(10))
    monkeypatch.setattr("shutil.disk_usage", lambda _: Usage(9000, 0, 1100))
    assert spool.room().left == 100


def test_a_file_that_was_left_when_its_batch_was_forgotten_goes_too(tmp_path: Path) -> None:

    gone = batch("done", 1)
    Batch.objects.filter(id=gone.id).update(kept=False)
    path = spool.path_of(gone.id, gone.received)
    os.utime(path, (0, 0))
    assert spool.remove_forgotten() == 1
    assert not path.exists()
