"""Whose turn it is: live logs before old ones, and nobody's once a worker is to stop."""

import io
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from billiard.exceptions import SoftTimeLimitExceeded
from pytest_django.fixtures import Settings

from analytics import pipeline
from auditapp import stopping
from auditapp.ingest import intake, queue, tasks, work
from auditapp.ingest.models import Batch
from tests.auditapp.ingest.installation import history

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, settings: Settings) -> None:
    settings.SPOOL = tmp_path / "spool"
    settings.EVENT_STORE_URL = (tmp_path / "lake").as_uri()


@pytest.fixture
def told_to_stop() -> Iterator[None]:
    """This process is to stop; afterwards it is not."""
    stopping.ask()
    yield
    stopping._asked[0] = 0


def accepted(lines: int, start: int, *, backfill: bool) -> Batch:
    label = intake.Label(source="bash_history", host="gpu03", user="asilva")
    batch = intake.accept(io.BytesIO(history(lines, start)), label)
    Batch.objects.filter(id=batch.id).update(backfill=backfill)
    batch.refresh_from_db()
    return batch


def order() -> list[bool]:
    """Whether each batch was a backfill, in the order in which they were done."""
    return list(Batch.objects.order_by("finished").values_list("backfill", flat=True))


def test_live_logs_go_before_a_backfill_that_came_earlier() -> None:
    old = accepted(2, 1_600_000_000, backfill=True)
    live = accepted(2, 1_767_225_600, backfill=False)
    assert queue.waiting(10) == [live.id, old.id]
    assert queue.waiting(10, backfill=False) == [live.id]
    tasks.process_backfill(str(old.id))
    assert order() == [False, True]


def test_live_logs_overtake_a_backfill_that_is_being_taken_in(settings: Settings) -> None:
    old = accepted(pipeline.GATHERED + 10, 1_600_000_000, backfill=True)
    live: list[Batch] = []

    def meanwhile(_: int) -> None:
        if not live:
            live.append(accepted(2, 1_767_225_600, backfill=False))

    assert work.process(old.id, meanwhile)
    assert order() == [False, True]
    old.refresh_from_db()
    assert (old.state, old.stored) == (Batch.State.DONE, pipeline.GATHERED + 10)


def test_a_worker_that_is_to_stop_gives_back_what_it_has_in_hand_untried() -> None:
    batch = accepted(pipeline.GATHERED + 10, 1_767_225_600, backfill=False)
    try:
        assert work.process(batch.id, lambda _: stopping.ask())
    finally:
        stopping._asked[0] = 0
    batch.refresh_from_db()
    assert (batch.state, batch.attempts, batch.lease_owner) == ("waiting", 0, "")
    assert work.process(batch.id)
    batch.refresh_from_db()
    assert (batch.state, batch.stored) == ("done", pipeline.GATHERED + 10)


def test_a_worker_that_is_to_stop_begins_nothing(told_to_stop: None) -> None:
    batch = accepted(2, 1_767_225_600, backfill=False)
    assert not work.process(batch.id)
    assert queue.waiting(1) == [batch.id]


def test_children_hear_that_their_parent_is_to_stop() -> None:
    code = (
        "import os\nfrom auditapp import stopping\n"
        "child = os.fork()\n"
        "if not child:\n"
        "    while not stopping.asked(): pass\n"
        "    os._exit(7)\n"
        "stopping.ask()\n"
        "raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))"
    )
    done = subprocess.run([sys.executable, "-c", code], timeout=30, check=False)
    assert done.returncode == 7


def test_a_batch_whose_time_is_up_counts_as_tried_and_the_task_ends() -> None:
    batch = accepted(2, 1_767_225_600, backfill=False)

    def too_long(_: int) -> None:
        raise SoftTimeLimitExceeded

    with pytest.raises(SoftTimeLimitExceeded):
        work.process(batch.id, too_long)
    batch.refresh_from_db()
    assert (batch.state, batch.attempts) == ("waiting", 1)
    assert batch.errors[0]["error"] == "it took longer than a task may"
