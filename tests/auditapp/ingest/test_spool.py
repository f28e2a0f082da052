import gzip
import hashlib
import io
import os
import uuid
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from analytics.reading import Unreadable, plain
from auditapp.ingest import spool
from auditapp.ingest.models import Batch, Feed


def test_a_log_is_there_whole_with_its_size_lines_and_hash(tmp_path: Path) -> None:
    path = tmp_path / "2026-01" / "batch"
    spooled = spool.write(io.BytesIO(b"one\ntwo\nthree"), path)
    assert path.read_bytes() == b"one\ntwo\nthree"
    assert (spooled.size, spooled.lines) == (13, 3)
    assert spooled.sha256 == hashlib.sha256(b"one\ntwo\nthree").hexdigest()


def test_a_log_that_cannot_be_read_to_its_end_leaves_nothing(tmp_path: Path) -> None:
    packed = gzip.compress(os.urandom(3 << 20))[: 2 << 20]
    with pytest.raises(Unreadable), plain(io.BytesIO(packed)) as log:
        spool.write(log, tmp_path / "2026-01" / "batch")
    assert list((tmp_path / "2026-01").iterdir()) == []


def test_a_log_over_the_limit_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(spool.TooLarge):
        spool.write(io.BytesIO(b"x" * 11), tmp_path / "2026-01" / "batch", limit=10)
    assert list((tmp_path / "2026-01").iterdir()) == []


def test_staged_bytes_are_gone_afterwards(tmp_path: Path, settings: Settings) -> None:
    settings.SPOOL = tmp_path
    with spool.staged(io.BytesIO(b"bytes"), "name") as file:
        assert file.read() == b"bytes"
        assert len(list(tmp_path.iterdir())) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.django_db
def test_only_old_files_of_no_batch_are_removed(tmp_path: Path, settings: Settings) -> None:
    settings.SPOOL = tmp_path
    feed = Feed.objects.create(name="lab")
    batch = Batch.objects.create(feed=feed, source="auditd", origin="", size=1, sha256="")
    month = tmp_path / "2026-01"
    month.mkdir()
    old = [month / str(batch.id), month / str(uuid.uuid4()), month / "broken.part"]
    fresh = month / str(uuid.uuid4())
    for path in (*old, fresh):
        path.touch()
    for path in old:
        os.utime(path, (0, 0))
    assert spool.remove_forgotten() == 2
    assert set(month.iterdir()) == {old[0], fresh}


@pytest.mark.django_db
def test_there_is_no_room_while_too_much_waits(settings: Settings) -> None:
    settings.SPOOL_LIMIT_BYTES = 100
    feed = Feed.objects.create(name="lab")
    spool.check_room()
    batch = Batch.objects.create(feed=feed, source="auditd", origin="", size=100, sha256="")
    with pytest.raises(spool.SpoolFull):
        spool.check_room()
    Batch.objects.filter(id=batch.id).update(state=Batch.State.DONE)
    spool.check_room()


def test_a_batch_lies_under_the_month_it_came_in(settings: Settings) -> None:
    settings.SPOOL = Path("/spool")
    batch = uuid.uuid4()
    path = spool.path_of(batch, datetime(2026, 3, 31, 23, 59, tzinfo=UTC))
    assert path == Path("/spool/2026-03") / str(batch)
