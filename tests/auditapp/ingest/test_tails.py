"""Bodies of a stream that share records."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from auditapp.ingest import hints, queue, tails, tasks, work
from auditapp.ingest.models import Batch, RejectedLine, Tail
from tests.auditapp.ingest.installation import Installation
from tests.auditapp.ingest.streams import originals, send, stream, wait_a_minute

START = 1_767_225_600


@pytest.fixture
def token(own_feed: str) -> str:
    """The text of a token of a feed of this test's own."""
    return own_feed


def command(number: int, text: str) -> str:
    return f"#{START + number}\n{text}"


def test_a_command_goes_on_in_the_next_body(token: str) -> None:
    first, second = stream(
        token,
        b"#%d\nls\n#%d\nfor a in b; do\nmak" % (START, START + 1),
        b"e\ndone\n#1767225602\nid\n",
    )
    assert originals(token) == [command(0, "ls"), command(1, "for a in b; do\nmake\ndone")]
    tail = Tail.objects.get(batch_id=second)
    assert (bytes(tail.content), tail.at, tail.taken_by) == (b"#1767225602\nid\n", 7, None)
    assert Tail.objects.get(batch_id=first).taken_by == Batch.objects.get(id=second)
    assert not RejectedLine.objects.exists()


def test_what_nobody_goes_on_with_is_read_after_a_minute(token: str) -> None:
    (batch,) = stream(token, b"#1767225600\nls\n#1767225601\nmake\n")
    assert tails.flush() == []
    (alone,) = wait_a_minute()
    assert wait_a_minute() == []
    assert work.process(alone)
    assert originals(token, "batch.id", "batch.line") == [
        [command(0, "ls"), batch, 1],
        [command(1, "make"), alone, 1],
    ]
    made = Batch.objects.get(id=alone)
    assert (made.host, made.user, made.records, made.chain) == ("", "asilva", 1, "")
    stream(token, b"goes on\n#1767225603\nid\n")
    assert originals(token)[1] == command(1, "make")


def test_half_a_record_that_nobody_goes_on_with_is_rejected(token: str) -> None:
    stream(token, b'{"@timestamp":"2026-01-01T00:00:00Z","mess', source="ecs")
    assert not RejectedLine.objects.exists()
    for batch in wait_a_minute():
        assert work.process(batch)
    assert RejectedLine.objects.get().text == '{"@timestamp":"2026-01-01T00:00:00Z","mess'


def test_the_sweeper_flushes(token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    hinted: list[str] = []
    monkeypatch.setattr(hints, "process", lambda batch, **_: hinted.append(str(batch)))
    stream(token, b"#1767225600\nls\n")
    Tail.objects.update(left=timezone.now() - timedelta(seconds=61))
    hinted.clear()
    tasks.sweep()
    assert str(Tail.objects.get().taken_by_id) in hinted


def test_a_tail_is_not_flushed_while_the_next_body_waits(token: str) -> None:
    stream(token, b"#1767225600\nls")
    batch = send(token, b" -l\n")
    assert wait_a_minute() == []
    assert work.process(batch)
    (alone,) = wait_a_minute()
    assert work.process(alone)
    assert originals(token) == [command(0, "ls -l")]


def test_bodies_of_a_chain_are_worked_on_in_the_order_in_which_they_came(token: str) -> None:
    first, second, third = (send(token, text) for text in (b"#1767225600\nm", b"ak", b"e\n"))
    other = send(token, b"#1767225600\nid\n", host="gpu07")
    assert [str(batch) for batch in queue.waiting(10)] == [first, other]
    assert not work.process(third)
    assert not work.process(second)
    assert work.process(first)
    assert str(tails.follower(Batch.objects.get(id=first))) == second
    assert [work.process(batch) for batch in (third, second, third, other)] == [
        *(False, True, True, True)
    ]
    for batch in wait_a_minute():
        assert work.process(batch)
    assert originals(token) == [command(0, "id"), command(0, "make")]


def test_streams_of_two_hosts_do_not_touch(token: str) -> None:
    parts = (b"#1767225600\nls", b" -l\n#1767225601\nmake\n#17672", b"25602\nid\n")
    for part in parts:
        stream(token, part, host="gpu03")
        stream(token, part.replace(b"make", b"test"), host="gpu07")
    for batch in wait_a_minute():
        assert work.process(batch)
    assert sorted(originals(token)) == sorted(
        [
            *[command(0, "ls -l"), command(2, "id")] * 2,
            *(command(1, "make"), command(1, "test")),
        ]
    )
    assert not RejectedLine.objects.exists()


def test_a_body_that_is_sent_again_is_the_same(token: str) -> None:
    bodies = (
        b"#1767225600\nls\n#1767225601\nma",
        b"ke\n#1767225602\nid\n#1767225603\ncd",
        b" /tmp\n",
    )
    stream(token, bodies[0], bodies[1], bodies[1], bodies[0], bodies[2])
    counts = Batch.objects.order_by("received").values_list("records", "stored", "duplicates")
    assert list(counts) == [(1, 1, 0), (2, 2, 0), (2, 0, 2), (1, 0, 1), (0, 0, 0)]
    for batch in wait_a_minute():
        assert work.process(batch)
    assert originals(token) == [
        *(command(0, "ls"), command(1, "make"), command(2, "id"), command(3, "cd /tmp"))
    ]


def test_a_body_that_is_read_again_begins_and_ends_as_it_did(token: str) -> None:
    bodies = (b"#1767225600\nls\n#1767225601\nma", b"ke\n#1767225602\nid\n#1767225603\ncd", b" /\n")
    batches = stream(token, *bodies)
    before = originals(token, "event.id", "batch.line")
    for batch in reversed(batches):
        assert queue.replay(batch)
        assert work.process(batch)
    assert originals(token, "event.id", "batch.line") == before
    assert Tail.objects.count() == 3


def test_a_whole_body_leaves_nothing_open(token: str) -> None:
    stream(token, b"#1767225600\nls", b" -l\n", whole="true")
    assert originals(token)[0] == command(0, "ls")
    assert not Tail.objects.exists()


def test_a_tail_is_taken_by_one(token: str) -> None:
    """The sweeper has made a batch of it when the next body comes."""
    stream(token, b"#1767225600\nls\n")
    (alone,) = wait_a_minute()
    stream(token, b"#1767225601\nid\n#1767225602\ncd\n")
    assert str(Tail.objects.order_by("left")[0].taken_by_id) == alone
    assert work.process(alone)
    assert originals(token) == [command(0, "ls"), command(1, "id")]


def test_a_sender_is_told_what_waits(token: str) -> None:
    first, second = stream(token, b"#1767225600\nls", b" -l\n")
    headers = {"Authorization": f"Bearer {token}"}
    told = [
        Client().get(f"/api/v1/batches/{one}", headers=headers).json() for one in (first, second)
    ]
    assert [one["tail"] for one in told] == [
        {"bytes": 14, "goes_on_in": second},
        {"bytes": 18, "goes_on_in": None},
    ]


KILLS = """
import io, os, sys
from datetime import timedelta
from django.utils import timezone
from auditapp.eventstore import store
from auditapp.ingest import hints, intake, queue, tails, work
hints.process = hints.assess = lambda *_, **__: None

def accept():
    label = intake.Label(source="bash_history", user="asilva", request=True, streamed=True)
    for start in range(0, len(log), 491):
        intake.accept(io.BytesIO(log[start : start + 491]), label)

def killed(owner, name, before):
    own = getattr(owner, name)
    def killing(*arguments, **options):
        if before:
            os.kill(os.getpid(), 9)
        own(*arguments, **options)
        os.kill(os.getpid(), 9)
    setattr(owner, name, killing)
    queue.recover()
    work.process(queue.waiting(1)[0])

def finish():
    queue.recover()
    while queue.waiting(1):
        work.process(queue.waiting(1)[0])
    for batch in tails.flush(timezone.now() + timedelta(minutes=2)):
        work.process(batch)

def apart(does, *arguments):  # in a process of its own, which opens database and store itself
    child = os.fork()
    if not child:
        does(*arguments)
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)

log = b"".join(b"#%d\\nfor a in %d; do\\nmake\\ndone\\n" % (1767225600 + n, n) for n in range(60))
apart(accept)
apart(killed, work, "_keep", False)
apart(killed, queue.Lease, "finish", False)  # in its transaction
apart(killed, tails, "follower", True)  # behind it: the first body is over
apart(killed, work, "_keep", True)  # it has taken what the first one left
apart(killed, tails, "leave", False)
apart(finish)
"""


def test_a_kill_between_any_two_steps_loses_nothing_and_doubles_nothing(
    installation: Installation,
) -> None:
    output, errors = installation.python(KILLS).communicate(timeout=240)
    assert output.split() == [b"0", *[b"-9"] * 5, b"0"], errors.decode()
    assert installation.events() == 60
    assert installation.rows("SELECT count(*) FROM ingest_rejectedline") == [(0,)]
    ends = "SELECT count(*), sum(stored), sum(duplicates) FROM ingest_batch WHERE state = 'done'"
    assert installation.rows(ends) == [(6, 60, 0)]  # five bodies and the last tail


def test_bodies_that_leave_nothing_open_are_worked_on_side_by_side(token: str) -> None:
    def chained(source: str, body: bytes) -> bool:
        address = f"/api/v1/ingest/{source}"
        headers = {"Authorization": f"Bearer {token}"}
        answer = Client().post(address, body, content_type="text/plain", headers=headers)
        return bool(Batch.objects.get(id=answer.json()["batch"]).chain)

    whole = b'{"@timestamp":"2026-03-02T12:00:00Z","message":"%d"}\n'
    assert not chained("ecs", whole % 1 + whole % 2)
    assert chained("ecs", whole % 3 + b'{"@timestamp":"2026-03-02T12:0')
    assert chained("ecs", b'0:00Z","message":"4"}\n' + whole % 5)
    assert chained("bash_history", b"#1772452800\nls\n")
