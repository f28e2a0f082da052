import os
import subprocess
import sys
import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from analytics.reading import Unreadable
from analytics.store.base import StoreUnavailable
from auditapp.ingest import owner, queue
from auditapp.ingest.models import Batch, Feed

pytestmark = pytest.mark.django_db


@pytest.fixture
def batch() -> Batch:
    """A batch that waits."""
    feed = Feed.objects.create(name="lab")
    return Batch.objects.create(feed=feed, source="bash_history", origin="", size=1, sha256="")


def claimed(batch: Batch) -> queue.Lease:
    """Its lease, which is free."""
    lease = queue.claim(batch.id)
    assert lease is not None
    return lease


def expire(batch: Batch) -> None:
    """Lets the time run that a lease or a pause lasts."""
    Batch.objects.filter(id=batch.id).update(lease_until=timezone.now() - timedelta(seconds=1))


def fail_with(error: BaseException, batch: Batch) -> Batch:
    """The batch after an attempt that ended with the error."""
    with claimed(batch):
        raise error
    batch.refresh_from_db()
    return batch


def test_a_batch_is_claimed_once(batch: Batch) -> None:
    assert not claimed(batch).again
    assert queue.claim(batch.id) is None
    assert queue.waiting(10) == []


def test_no_batch_no_lease() -> None:
    assert queue.claim(uuid.uuid4()) is None


def test_a_lease_that_ran_out_can_be_taken_and_its_holder_writes_nothing_more(
    batch: Batch,
) -> None:
    late = claimed(batch)
    expire(batch)
    second = claimed(batch)
    assert second.again
    with pytest.raises(queue.LeaseLost), late.writing():
        pass
    with late:
        late.finish(records=1, stored=1, rejected=0)
    batch.refresh_from_db()
    assert batch.state == Batch.State.WORKING
    with second:
        second.finish(records=5, stored=3, rejected=1)
    batch.refresh_from_db()
    assert (batch.state, batch.duplicates, batch.lease_owner) == (Batch.State.DONE, 1, "")
    assert batch.feed.last_seen == batch.finished


def test_a_finished_batch_is_not_taken_again(batch: Batch) -> None:
    with claimed(batch) as lease:
        lease.finish(records=0, stored=0, rejected=0)
    assert queue.claim(batch.id) is None
    assert queue.recover() == 0


def test_a_store_that_is_away_uses_up_no_attempt(batch: Batch) -> None:
    for _ in range(queue.MOST_ATTEMPTS + 2):
        fail_with(StoreUnavailable("no route"), batch)
        assert (batch.state, batch.attempts) == (Batch.State.WAITING, 0)
        assert batch.error == "no route"
        assert batch.lease_until
        assert batch.lease_until > timezone.now()
        assert queue.claim(batch.id) is None
        expire(batch)
    assert claimed(batch).again


def test_five_failures_are_enough(batch: Batch, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(queue.MOST_ATTEMPTS):
        assert batch.state == Batch.State.WAITING
        fail_with(ZeroDivisionError("by\x00zero"), batch)
        expire(batch)
    assert batch.state == Batch.State.FAILED
    assert batch.error == "gave up after 5 attempts: ZeroDivisionError: by\\x00zero"
    assert queue.claim(batch.id) is None
    assert len(caplog.records) == queue.MOST_ATTEMPTS


def test_what_cannot_be_read_fails_at_once(batch: Batch) -> None:
    fail_with(Unreadable("its spooled log is missing"), batch)
    assert (batch.state, batch.error) == (Batch.State.FAILED, "its spooled log is missing")


def test_a_worker_that_is_told_to_stop_gives_its_batch_back(batch: Batch) -> None:
    with pytest.raises(SystemExit):
        fail_with(SystemExit(), batch)
    batch.refresh_from_db()
    assert (batch.state, batch.attempts) == (Batch.State.WAITING, 0)
    assert queue.waiting(10) == [batch.id]


def test_a_replayed_batch_waits_and_knows_that_it_was_tried(batch: Batch) -> None:
    assert not queue.replay(batch.id)
    fail_with(Unreadable("damaged"), batch)
    assert queue.replay(batch.id)
    lease = claimed(batch)
    assert (lease.again, lease.batch.attempts, lease.batch.error) == (True, 1, "")


def test_what_a_dead_process_held_is_free_at_once(batch: Batch) -> None:
    code = "from auditapp.ingest import owner; print(owner.name())"
    name = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    Batch.objects.filter(id=batch.id).update(
        state=Batch.State.WORKING,
        attempts=1,
        started=timezone.now(),
        lease_owner=name.stdout.strip(),
        lease_until=timezone.now() + timedelta(hours=1),
    )
    assert queue.recover() == 1
    assert claimed(batch).again


def test_what_a_living_process_or_another_machine_holds_is_left_alone(batch: Batch) -> None:
    claimed(batch)
    assert queue.recover() == 0
    Batch.objects.update(lease_owner="elsewhere/1/2:1:1:abcd")
    assert queue.recover() == 0


def test_a_number_that_was_given_to_another_process_is_not_the_same_process() -> None:
    machine, process, start, once = owner.name().split(":")
    assert not owner.died(f"{machine}:{process}:{start}:{once}")
    assert owner.died(f"{machine}:{process}:1:{once}")
    assert not owner.died("")
    assert process == str(os.getpid())


def test_a_batch_that_kills_its_workers_fails_in_the_end(batch: Batch) -> None:
    for _ in range(queue.MOST_ATTEMPTS):
        claimed(batch)
        expire(batch)
    queue.recover()
    batch.refresh_from_db()
    assert batch.state == Batch.State.FAILED
    assert "killed" in batch.error
