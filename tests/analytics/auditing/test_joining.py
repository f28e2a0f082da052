"""Records of one event become one event, wherever they stand."""

import random

from tests.analytics.auditing.records import one, path, read, record, syscall


def test_records_of_one_event_are_joined_wherever_they_stand() -> None:
    log = (
        syscall(257, 1)
        + syscall(257, 2)
        + syscall(257, 1, node="node=gpu07 ")
        + path("/of-2", 1003, serial=2)
        + path("/of-1-on-gpu07", 1003, serial=1, node="node=gpu07 ")
        + path("/of-1", 1003, serial=1)
    )
    rows, rejected = read(log)
    assert not rejected
    assert {(row["host.name"], row["file.path"]) for row in rows} == {
        ("gpu03", "/of-1"),
        ("gpu03", "/of-2"),
        ("gpu07", "/of-1-on-gpu07"),
    }
    assert all(row["event.original"].count("\n") == 1 for row in rows)


def test_an_event_is_the_same_however_its_records_are_ordered_among_others() -> None:
    events = [
        [syscall(257, serial), path(f"/file-{serial}", 1003, serial=serial)]
        for serial in range(1, 60)
    ]
    straight = "".join(line for event in events for line in event)
    chance = random.Random(3)
    queues = [list(event) for event in events]
    mixed = ""
    while queues:
        queue = chance.choice(queues[:9])
        mixed += queue.pop(0)
        queues = [queue for queue in queues if queue]
    seen = [
        {(row["event.id"], row["file.path"], row["event.original"]) for row in read(log)[0]}
        for log in (straight, mixed)
    ]
    assert seen[0] == seen[1]
    assert len(seen[0]) == 59


def test_the_same_log_keeps_its_ids_and_another_host_has_others() -> None:
    log = syscall(59)
    assert one(log)["event.id"] == one(log, batch="2", feed="other")["event.id"]
    assert one(log)["event.id"] != one(log, host="gpu04")["event.id"]
    named = syscall(59, node="node=gpu04 ")
    assert one(named)["event.id"] == one(log, host="gpu04")["event.id"]


def test_an_event_stays_open_only_so_long() -> None:
    log = syscall(257, 1) + "".join(syscall(257, n) for n in range(2, 400)) + path("/late", 1003)
    late = log + path("/very-late", 1003, serial=1)
    rows, _ = read(late)
    assert rows[0]["event.original"].count("\n") == 0
    part = next(row for row in rows if row["file.path"] == "/very-late")
    assert part["event.action"] == "incomplete"
    assert part["event.id"] != rows[0]["event.id"]


def test_times_are_those_of_the_header() -> None:
    rows, rejected = read(
        "type=A msg=audit(1767225600.123:1): x=1\ntype=A msg=audit(1767225600.5:2): x=1\n"
        "type=A msg=audit(1767225600:3): x=1\ntype=A msg=audit(): x=1\n"
        "type=A msg=audit(99999999999.000:4): x=1\n"
    )
    assert [row["@timestamp"].microsecond for row in rows] == [123_000, 500_000]
    assert [one.line for one in rejected] == [3, 4, 5]
    assert "serial" in rejected[0].reason
    assert "future" in rejected[2].reason


def test_an_end_alone_is_rejected_and_a_monstrous_line_too() -> None:
    log = record("EOE", "", 3) + syscall(59, 4) + "type=A " + "x" * (3 << 20) + "\n" + syscall(59)
    rows, rejected = read(log)
    assert [row["batch.line"] for row in rows] == [2, 4]
    assert [(one.line, one.text[:9]) for one in rejected] == [(1, "type=EOE "), (3, "type=A xx")]


def test_an_event_without_end_does_not_fill_the_memory() -> None:
    long = record("EXECVE", "a" * 9000)
    rows, rejected = read(syscall(59) + long * 200)
    assert len(rows) == 1
    assert {one.reason for one in rejected} == {"the event is too large"}
    assert len(rows[0]["event.original"]) <= 1 << 20


def test_records_that_stand_in_one_line_are_parted_and_lines_counted_as_they_are() -> None:
    login = record("USER_LOGIN", "pid=1 uid=0 auid=1003 ses=1 msg='acct=\"ana\" res=success'", 1)
    enriched = login.replace("\n", '\x1dUID="root" AUID="ana"')
    end = record("USER_END", "pid=1 uid=0 auid=1003 ses=1 msg='res=success'", 2, node="node=gpu07 ")
    log = enriched + end + login[:60] + "\x00\x00" + record("CONFIG_CHANGE", "op=x auid=7", 3)
    rows, rejected = read(log)
    told = {(row["batch.line"], row["host.name"], row["event.action"]) for row in rows}
    assert (1, "gpu03", "logged-in") in told
    assert (1, "gpu07", "ended-session") in told
    assert (2, "gpu03", "changed-audit-configuration") in told
    assert not rejected
    kept = {part for row in rows for part in row["event.original"].split("\n")}
    assert kept == {
        enriched,
        end[:-1],
        login[:60] + "\\x00\\x00",
        log.rpartition("\x00")[2][:-1],
    }
