"""Syslog: who did it, what year it was, and lines in the states in which they arrive."""

import dataclasses
import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from analytics.event import Context, Rejected
from analytics.sources.auditd import SOURCE as AUDITD
from analytics.sources.syslog import SOURCE

CONTEXT = Context(
    feed="login",
    batch="1",
    origin="first-line",
    received=datetime(2026, 3, 1, tzinfo=UTC),
    host="gpu03",
)
FAILED = ("logged-in", None)
KEPT_OUT = ("was-not-authorized", None)
SUDO = b"sudo: asilva : TTY=pts/0 ; PWD=/home/asilva ; USER=root ; COMMAND="


def read(log: bytes, context: Context = CONTEXT) -> tuple[list[dict[str, Any]], list[Rejected]]:
    batches = list(SOURCE.parse(io.BytesIO(log), context))
    rows = [row for batch in batches for row in batch.events.to_pylist()]
    return rows, [rejected for batch in batches for rejected in batch.rejected]


def one(message: bytes) -> dict[str, Any]:
    """The only event of a message."""
    rows, rejected = read(b"Feb 21 21:54:44 login1 " + message + b"\n")
    assert len(rows) == 1
    assert not rejected
    rows[0]["labels"] = dict(rows[0]["labels"] or ())
    return rows[0]


def test_the_invoking_user_of_sudo_is_the_actor() -> None:
    row = one(SUDO + b"/usr/bin/sh -c 'kill 1 ; USER=ana ; id'")
    assert row["actor.account"] == "unix:asilva"
    assert row["user.effective.name"] == "root"
    assert row["process.command_line"] == "/usr/bin/sh -c 'kill 1 ; USER=ana ; id'"


def test_a_directory_that_looks_like_sudos_fields_is_pointed_out() -> None:
    row = one(
        b"sudo: ana : PWD=/x ; USER=bkim ; COMMAND=/bin/a ; USER=root ; COMMAND=/bin/rm -rf /"
    )
    assert "ambiguous" in row["labels"]


@pytest.mark.parametrize(
    ("reason", "outcome"),
    [
        (b"3 incorrect password attempts", "failure"),
        (b"command not allowed", "failure"),
        (b"user NOT in sudoers", "failure"),
        (b"a password is required", "failure"),
    ],
)
def test_a_refused_command_says_why(reason: bytes, outcome: str) -> None:
    row = one(b"sudo:  ana : " + reason + b" ; TTY=pts/1 ; PWD=/ ; USER=root ; COMMAND=/usr/bin/id")
    assert (row["event.type"], row["event.outcome"]) == ("denied", outcome)
    assert row["labels"]["reason"] == reason.decode()


def test_who_ran_an_account_tool_is_known_from_sudo_just_before() -> None:
    start = b"Feb 21 21:54:44 login1 "
    tool = b"useradd[7]: new user: name=temp1, UID=1102, GID=1102, home=/home/t, shell=/bin/sh"
    rows, _ = read(start + tool + b"\n")
    assert (rows[0]["actor.account"], rows[0]["actor.basis"]) == (None, "root session, not told")
    rows, _ = read(start + SUDO + b"/usr/sbin/useradd temp1\n" + start + tool + b"\n")
    assert rows[1]["actor.account"] == "unix:asilva"
    by_two = start + SUDO.replace(b"asilva", b"ana") + b"/usr/sbin/useradd temp2\n"
    rows, _ = read(start + SUDO + b"/usr/sbin/useradd temp1\n" + by_two + start + tool + b"\n")
    assert rows[2]["actor.account"] is None
    elsewhere = start.replace(b"login1", b"gpu03") + tool
    rows, _ = read(start + SUDO + b"/usr/sbin/useradd temp1\n" + elsewhere + b"\n")
    assert rows[1]["actor.account"] is None


@pytest.mark.parametrize(
    ("received", "stamp", "expected"),
    [
        (datetime(2026, 3, 1, tzinfo=UTC), b"Dec 31 23:59:59", "2025-12-31T23:59:59"),
        (datetime(2026, 1, 1, 0, 5, tzinfo=UTC), b"Jan  1 00:00:01", "2026-01-01T00:00:01"),
        (datetime(2025, 12, 31, 23, 59, tzinfo=UTC), b"Jan  1 00:00:01", "2026-01-01T00:00:01"),
        (datetime(2026, 3, 1, tzinfo=UTC), b"Mar  4 00:00:00", "2025-03-04T00:00:00"),
        (datetime(2027, 3, 1, tzinfo=UTC), b"Feb 29 12:00:00", "2024-02-29T12:00:00"),
        (datetime(2026, 3, 1, tzinfo=UTC), b"Feb 28 23:59:60", "2026-02-28T23:59:59"),
    ],
)
def test_a_time_without_a_year_is_of_the_last_that_fits(
    received: datetime, stamp: bytes, expected: str
) -> None:
    context = dataclasses.replace(CONTEXT, received=received)
    rows, _ = read(stamp + b" gpu03 app[1]: x\n", context)
    assert rows[0]["@timestamp"].isoformat() == expected + "+00:00"


@pytest.mark.parametrize(
    ("stamp", "expected"),
    [
        (b"Jul 21 12:00:00", "2025-07-21T10:00:00"),
        (b"Feb 21 12:00:00", "2026-02-21T11:00:00"),
        (b"Oct 26 02:30:00", "2025-10-26T00:30:00"),
        (b"Mar 30 02:30:00", "2025-03-30T01:30:00"),
    ],
)
def test_daylight_saving_is_the_feeds(stamp: bytes, expected: str) -> None:
    context = dataclasses.replace(CONTEXT, timezone=ZoneInfo("Europe/Berlin"))
    rows, _ = read(stamp + b" gpu03 app[1]: x\n", context)
    assert rows[0]["@timestamp"].isoformat() == expected + "+00:00"


def test_a_log_that_grew_keeps_its_events_ids() -> None:
    log = b"Feb 21 21:54:44 gpu03 app[1]: first\n\tand more\nFeb 21 21:54:45 gpu03 app[1]: next\n"
    short, _ = read(log[:41])
    whole, _ = read(log)
    assert short[0]["event.id"] == whole[0]["event.id"]
    assert whole[0]["event.original"].endswith("first\n\tand more")


def test_a_line_of_every_batch_may_go_on() -> None:
    line = b"Feb 21 21:54:44 gpu03 app[1]: text\n\tmore\n"
    rows, rejected = read(line * 5_000)
    assert len(rows) == 5_000
    assert {row["message"] for row in rows} == {"text\n\tmore"}
    assert len({row["event.id"] for row in rows}) == 5_000
    assert not rejected


def test_a_clock_of_twelve_hours_is_told_from_a_host() -> None:
    log = b"Jan 21 12:30:00 AM gpu03 sshd[1]: a\nFeb 21 11:59:59 PM gpu03 sshd[1]: a\n"
    rows, _ = read(log)
    assert [(row["@timestamp"].hour, row["host.name"]) for row in rows] == [
        (0, "gpu03"),
        (23, "gpu03"),
    ]


def test_what_dmesg_prints_is_the_kernels_and_what_a_web_server_does_is_not() -> None:
    log = b"[Sat Feb 21 21:54:44 2026] NVRM: Xid (PCI:0000:01:00): 79, GPU has fallen off\n"
    rows, _ = read(log)
    assert (rows[0]["event.action"], rows[0]["process.name"]) == ("gpu-fault", "kernel")
    assert SOURCE.recognises(log, "x") > 0.5
    assert SOURCE.recognises(log.replace(b"NVRM:", b"[error]"), "x") == 0


def test_what_dmesg_prints_with_iso_times_is_the_kernels_without_a_host() -> None:
    log = (
        b"2026-02-21T21:54:44,123456+01:00 NVRM: Xid (PCI:0000:01:00): 79, GPU has fallen off\n"
        b"2026-02-21T21:54:45,000001+01:00 usb 1-1: new high-speed USB device number 2\n"
        b"2026-02-21T21:54:46,000001+01:00 systemd[1]: Mounted /scratch.\n"
        b"2026-02-21T21:54:47,000001+01:00 Out of memory\n"
    )
    rows, rejected = read(log)
    assert not rejected
    assert rows[0]["event.action"] == "gpu-fault"
    assert {(row["host.name"], row["process.name"]) for row in rows} == {("gpu03", "kernel")}
    assert rows[1]["@timestamp"] == datetime(2026, 2, 21, 20, 54, 45, 1, UTC)
    assert SOURCE.recognises(log, "x") > 0.5


def test_a_host_and_a_process_behind_a_time_like_that_of_dmesg_are_told() -> None:
    row, _ = read(b"2026-02-21T21:54:44,123456+01:00 gpu03 sshd[7]: Connection closed by ::1\n")
    assert (row[0]["host.name"], row[0]["process.name"]) == ("gpu03", "sshd")


def test_a_quoted_line_stays_within_its_message() -> None:
    row = one(b'app[1]: read "Feb 21 21:54:44 login1 sudo: ana : USER=root ; COMMAND=/bin/id" ok')
    assert row["process.name"] == "app"


def test_a_stream_without_line_ends_is_parted_also_behind_a_message_of_two_lines() -> None:
    log = (
        b"<14>Feb 21 21:54:44 gpu03 note one<14>Feb 21 21:54:45 gpu03 note two\n"
        b"and more<86>Feb 21 21:54:46 gpu03 sshd[7]: Accepted password for ana from ::1 port 9\n"
    )
    rows, rejected = read(log)
    actions = [row["event.action"] for row in rows]
    assert actions == ["logged-message", "logged-message", "logged-in"]
    assert [one.text for one in rejected] == ["and more"]


@pytest.mark.parametrize("label", ["facility", "severity"])
def test_a_priority_beyond_all_facilities_is_kept_as_it_is(label: str) -> None:
    rows, _ = read(b"<999>Feb 21 21:54:44 gpu03 app[1]: x\n<13>Feb 21 21:54:44 gpu03 app: y\n")
    assert dict(rows[0]["labels"]) == {"priority": "999"}
    assert label in dict(rows[1]["labels"])


def test_hardware_faults_explain_rather_than_accuse() -> None:
    row = one(b"kernel: [1.5] NVRM: Xid (PCI:0000:3b:00): 48, pid=7, DBE (double bit error)")
    assert (row["event.module"], row["actor.account"]) == ("context", None)
    assert row["labels"]["xid"] == "48"


@pytest.mark.parametrize(
    ("head", "sure"),
    [
        (b"Feb 21 21:54:44 gpu03 sshd[1]: Server listening on :: port 22.\n", True),
        (b"<13>1 2026-02-21T21:54:44Z gpu03 app - - - x\n", True),
        (b"2026-02-21 21:54:44,123 INFO trainer: step 1\n", False),
        (b"2026-02-21 21:54:44 UTC [77] LOG: checkpoint starting\n", False),
        (b"Feb 21 21:54:44 : asilva : TTY=pts/0 ; COMMAND=/bin/id\n", False),
        (b"May the force be with you\n", False),
    ],
)
def test_it_knows_its_own(head: bytes, sure: bool) -> None:
    assert (SOURCE.recognises(head, "upload") > 0.5) is sure


@pytest.mark.shared_data
def test_real_files_of_all_forms_are_read_whole(real_logs: Path) -> None:
    read_lines = 0
    for path in sorted((real_logs / "shell-histories/syslog").iterdir()):
        rows, rejected = read(path.read_bytes())
        read_lines += len(rows)
        assert len(rejected) <= 3, path.name
        assert len(rows) > len(rejected), path.name
    assert read_lines == 93


@pytest.mark.parametrize("month", [" 3月", " 3월"])
def test_a_month_that_is_padded_with_a_blank_begins_an_entry(month: str) -> None:
    line = f"{month} 21 21:54:44 gpu03 sshd[1]: Server listening on :: port 22.\n"
    rows, rejected = read(line.encode() * 2)
    assert [len(rows), len(rejected)] == [2, 0]
    assert rows[1]["event.original"] == line[:-1]


@pytest.mark.parametrize(
    ("message", "action", "actor", "user"),
    [
        (b"sshd[1]: error: PAM: Authentication failure for eve from 192.0.2.9", *FAILED, "eve"),
        (
            b"sshd[1]: fatal: PAM: User not known for illegal user eve from 192.0.2.9",
            *FAILED,
            "eve",
        ),
        (b"sshd[1]: User bob not allowed because account is locked", *FAILED, "bob"),
        (
            b"sshd[1]: drop connection #3 from [192.0.2.9]:42 on [10.0.0.1]:22 past MaxStartups",
            *("broke-off-connection", None, None),
        ),
        (
            b"sudo: pam_unix(sudo:auth): auth could not identify password for [bob]",
            *("authenticated", None, "bob"),
        ),
        (b"sshd[1]: ROOT LOGIN REFUSED FROM 192.0.2.9 port 4242 [preauth]", *FAILED, "root"),
        (b"login[1]: FAILED LOGIN (1) on '/dev/tty1' FOR 'bob', Permission denied", *FAILED, "bob"),
        (b"login[1]: FAILED LOGIN 2 FROM tty1 FOR bob, Permission denied", *FAILED, "bob"),
        (b"login[1]: LOGIN ON tty1 BY ana", "logged-in", "unix:ana", "ana"),
        (b"login[1]: ROOT LOGIN  on '/dev/tty1'", "logged-in", None, "root"),
        (
            b"atd[1]: Starting job 3 (a0001) for user 'ana' (1003)",
            *("ran-job", "unix:ana", "ana"),
        ),
        (
            b"polkitd[1]: Operator of unix-session:3 successfully authenticated as unix-user:root"
            b" to gain TEMPORARY authorization for action org.x for unix-process:1:2 [sh]"
            b" (owned by unix-user:ana)",
            *("authenticated", "unix:ana", "ana"),
        ),
        (b"pam_slurm[1]: access denied for user bob (uid=1004)", *KEPT_OUT, "bob"),
        (
            b"pam_slurm_adopt[1]: send_user_msg: Access denied by pam_slurm_adopt: no active jobs",
            *KEPT_OUT,
            None,
        ),
        (
            b"pam_slurm_adopt[1]: From 192.0.2.9 port 5 as ana: member of job 4711",
            *("joined-job", "unix:ana", "ana"),
        ),
    ],
)
def test_logins_tell_who_came_and_who_did_not(
    message: bytes, action: str, actor: str | None, user: str | None
) -> None:
    row = one(message)
    assert (row["event.action"], row["actor.account"], row["user.name"]) == (action, actor, user)
    assert row["actor.basis"]


def test_audit_records_are_joined_and_have_the_ids_that_they_have_in_the_audit_log() -> None:
    records = [
        b'type=SYSCALL msg=audit(1771711200.001:7): arch=c000003e syscall=59 auid=1017 exe="a"',
        b'type=EXECVE msg=audit(1771711200.001:7): argc=2 a0="a" a1="-b"',
    ]
    lines = b"\n".join(b"Feb 21 22:00:00 login1 audispd: " + record for record in records) + b"\n"
    rows, rejected = read(lines)
    assert not rejected
    assert [row["process.command_line"] for row in rows] == ["a -b"]
    assert rows[0]["event.original"] == lines.decode().rstrip()
    raw = b"\n".join(b"node=login1 " + record for record in records) + b"\n"
    (batch,) = AUDITD.parse(io.BytesIO(raw), CONTEXT)
    assert batch.events["event.id"].to_pylist() == [rows[0]["event.id"]]


def test_a_record_after_the_end_of_its_event_is_another_event_or_rejected() -> None:
    head = b"Feb 21 22:00:00 login1 audispd: "
    record = head + b"type=USER_CMD msg=audit(1771711200.001:7): pid=1 uid=0 auid=1017 msg='x'\n"
    end = head + b"type=EOE msg=audit(1771711200.001:7): \n"
    rows, rejected = read(record + end + record + end + end)
    assert [row["batch.line"] for row in rows] == [1, 3]
    assert [one.text.rstrip() for one in rejected] == [end.decode().rstrip()]
