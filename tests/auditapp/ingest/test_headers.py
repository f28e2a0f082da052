"""Bodies below a header that came in an earlier one."""

from typing import Any

import pytest

from auditapp.ingest import queue, tails, work
from auditapp.ingest.models import Batch, RejectedLine, Tail
from tests.auditapp.ingest.streams import originals, stream, wait_a_minute


@pytest.fixture
def token(own_feed: str) -> str:
    """The text of a token of a feed of this test's own."""
    return own_feed


# Jobs are the same in all feeds: each test has its own.
JOBS = b"JobID|User|State|Submit|Start|End\n"
JOB = "%d|asilva|COMPLETED|2026-01-01T00:00:00|2026-01-01T00:00:00|2026-01-01T00:00:%02d\n"


def jobs(*numbers: int) -> bytes:
    return b"".join((JOB % (number, number % 60)).encode() for number in numbers)


def told_jobs(token: str) -> list[Any]:
    return [name for _, name in originals(token, "job.id")]


def test_a_header_holds_for_the_bodies_behind_it(token: str) -> None:
    row = jobs(13)
    bodies = (JOBS + jobs(11), jobs(12) + row[:20], row[20:] + jobs(14), jobs(15)[:-1], jobs(16))
    batches = stream(token, *bodies, source="slurm_sacct")
    assert not RejectedLine.objects.exists()
    assert told_jobs(token) == ["11", "12", "13", "14", "15", "16"]
    assert wait_a_minute() == []
    framings = [Batch.objects.get(id=batch).framing for batch in batches]
    assert framings == [[{"line": 1, "text": JOBS.decode().strip(), "times": 1}], [], [], [], []]


def test_a_header_holds_until_the_next_one(token: str) -> None:
    names = b"JobID    User      State      End\n"
    rule = b"-------- --------- ---------- -------------------\n"
    rows = b"%-8d asilva    FAILED     2026-01-01T00:00:%02d\n"
    bodies = (JOBS + jobs(21) + names + rule, rows % (22, 22), JOBS, jobs(23))
    stream(token, *bodies, source="slurm_sacct")
    assert not RejectedLine.objects.exists()
    assert originals(token, "job.id", "job.state") == [
        [jobs(21).decode().strip(), "21", "COMPLETED"],
        [(rows % (22, 22)).decode().strip("\n"), "22", "FAILED"],
        [jobs(23).decode().strip(), "23", "COMPLETED"],
    ]


def test_half_a_row_that_nobody_goes_on_with_is_read_below_its_header(token: str) -> None:
    stream(token, JOBS + jobs(31) + jobs(32)[:-1], source="slurm_sacct")
    (alone,) = wait_a_minute()
    assert work.process(alone)
    assert told_jobs(token) == ["31", "32"]
    stream(token, jobs(33), source="slurm_sacct")
    assert told_jobs(token) == ["31", "32", "33"]


def test_headers_of_two_hosts_do_not_touch(token: str) -> None:
    stream(token, JOBS + jobs(41), source="slurm_sacct", host="login01")
    stream(token, jobs(42), source="slurm_sacct", host="login02")
    assert RejectedLine.objects.get().text == jobs(42).decode().strip()


def test_a_body_below_a_header_is_the_same_when_it_is_read_or_sent_again(token: str) -> None:
    first, second = stream(token, JOBS + jobs(51), jobs(52), source="slurm_sacct")
    for batch in (second, first):
        assert queue.replay(batch)
        assert work.process(batch)
    stream(token, jobs(52), source="slurm_sacct")
    assert told_jobs(token) == ["51", "52"]
    assert not RejectedLine.objects.exists()


def test_a_header_outlives_the_log_that_it_came_in(token: str) -> None:
    stream(token, JOBS + jobs(61), jobs(62), jobs(63), source="slurm_sacct")
    Batch.objects.update(kept=False)
    tails.forget()
    assert Tail.objects.count() == 1
    stream(token, jobs(64), source="slurm_sacct")
    assert told_jobs(token) == ["61", "62", "63", "64"]
