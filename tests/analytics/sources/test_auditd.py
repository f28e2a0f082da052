"""Linux audit logs: joined, decoded, and told as who did what to whose."""

import dataclasses
import io
import json
import random
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from analytics.event import Context, Rejected
from analytics.sources.auditd import SOURCE

CONTEXT = Context(
    feed="audit",
    batch="1",
    origin="first-line",
    received=datetime(2027, 3, 1, tzinfo=UTC),
    host="gpu03",
)
UNSET = "4294967295"
HEADER = re.compile(r"type=[^ ]+ msg=audit\(\d+\.\d+:\d+\)")
Row = dict[str, Any]


def read(log: str | bytes, **changes: Any) -> tuple[list[Row], list[Rejected]]:
    raw = log.encode() if isinstance(log, str) else log
    batches = list(SOURCE.parse(io.BytesIO(raw), dataclasses.replace(CONTEXT, **changes)))
    rows = [row for batch in batches for row in batch.events.to_pylist()]
    for row in rows:
        row["labels"] = dict(row["labels"] or ())
    return rows, [rejected for batch in batches for rejected in batch.rejected]


def one(log: str, **changes: Any) -> Row:
    rows, rejected = read(log, **changes)
    assert len(rows) == 1
    assert not rejected
    return rows[0]


def record(kind: str, body: str, serial: int = 7, node: str = "") -> str:
    return f"{node}type={kind} msg=audit(1767225600.{serial % 1000:03d}:{serial}): {body}\n"


def syscall(number: int, serial: int = 7, node: str = "", **fields: Any) -> str:
    told = {"a0": "ffffff9c", "a1": "0", "a2": "0", "a3": "0", "auid": 1017, "uid": 1017}
    told |= {"pid": 4100, "ppid": 4000, "comm": '"python"', "exe": '"/usr/bin/python"'} | fields
    arguments = " ".join(f"{name}={told[name]}" for name in ("a0", "a1", "a2", "a3"))
    user = told["uid"]
    return record(
        "SYSCALL",
        f"arch=c000003e syscall={number} success=yes exit=0 {arguments} items=1"
        f" ppid={told['ppid']} pid={told['pid']} auid={told['auid']} uid={user} gid={user}"
        f" euid={user} suid={user} fsuid={user} egid={user} sgid={user} fsgid={user} tty=pts0"
        f" ses=3 comm={told['comm']} exe={told['exe']} key=(null)",
        serial,
        node,
    )


def path(name: str, owner: object, kind: str = "NORMAL", serial: int = 7, node: str = "") -> str:
    body = f'item=0 name="{name}" inode=1 dev=fd:00 mode=0100644 ouid={owner} ogid=0 rdev=00:00'
    return record("PATH", f"{body} nametype={kind} cap_fp=0 cap_fi=0 cap_fe=0", serial, node)


# joining


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


# who did it


@pytest.mark.parametrize(
    ("auid", "uid", "account", "basis"),
    [
        ("1017", "0", "uid:site/1017", "auid"),
        ("0", "1017", "uid:site/0", "auid"),
        (UNSET, "1005", "uid:site/1005", "uid"),
        ("-1", "1005", "uid:site/1005", "uid"),
        ("unset", "1005", "uid:site/1005", "uid"),
        ("asilva", "root", "unix:asilva", "auid"),
    ],
)
def test_the_login_id_says_who_did_it_unless_it_is_unset(
    auid: str, uid: str, account: str, basis: str
) -> None:
    row = one(syscall(59, auid=auid, uid=uid))
    assert (row["actor.account"], row["actor.basis"]) == (account, basis)
    assert row["user.effective.id"] == uid


def test_in_a_job_the_user_id_counts_and_root_is_nobody() -> None:
    step = syscall(59, 1, auid=1001, uid=0, pid=50, exe='"/usr/sbin/slurmstepd"')
    script = syscall(59, 2, auid=1001, uid=1017, pid=51, ppid=50)
    child = syscall(59, 3, auid=1001, uid=1017, pid=52, ppid=51)
    root = syscall(59, 4, auid=1001, uid=0, pid=53, ppid=52)
    reused = syscall(59, 5, auid=1001, uid=1001, pid=52, ppid=1)
    rows, _ = read(step + script + child + root + reused)
    assert [(row["actor.account"], row["actor.basis"]) for row in rows] == [
        (None, "unknown"),
        ("uid:site/1017", "uid (job)"),
        ("uid:site/1017", "uid (job)"),
        (None, "unknown"),
        ("uid:site/1001", "auid"),
    ]
    assert rows[1]["user.id"] == "1017"


def test_ids_carry_the_realm_of_the_feed() -> None:
    row = one(syscall(257) + path("/x", 1003), realm="cloud")
    assert row["actor.account"] == "uid:cloud/1017"
    assert row["owner.account"] == "uid:cloud/1003"


def test_what_a_program_writes_never_hides_what_the_kernel_says() -> None:
    body = "pid=9 uid=0 auid=1017 ses=3 msg='op=x acct=\"root\" uid=1004 auid=1004 pid=1 res=1'"
    row = one(record("USER_ACCT", body))
    assert row["actor.account"] == "uid:site/1017"
    assert row["process.pid"] == 9


@pytest.mark.parametrize("separator", ["\x1d", ""])
def test_names_of_an_enriched_log_are_kept_beside_the_numbers(separator: str) -> None:
    log = syscall(257, uid=0).rstrip("\n") + f'{separator}ARCH=x86_64 SYSCALL=openat AUID="asilva"'
    log += ' UID="root" EUID="root"\n' + path("/x", 1004).rstrip("\n")
    row = one(log + '\x1dOUID="mchen" OGID="users"\n')
    assert row["actor.account"] == "uid:site/1017"
    assert row["user.name"] == "asilva"
    assert row["user.effective.name"] == "root"
    assert row["file.owner"] == "mchen"
    assert row["owner.account"] == "uid:site/1004"


# what was done, to whose


@pytest.mark.parametrize(
    ("flags", "kind", "action", "type_"),
    [
        ("80000", "NORMAL", "opened-file", "access"),
        ("241", "NORMAL", "wrote-file", "change"),
        ("241", "CREATE", "wrote-file", "creation"),
        ("402", "NORMAL", "wrote-file", "change"),
        ("O_RDONLY", "NORMAL", "opened-file", "access"),
    ],
)
def test_opening_to_write_is_told_from_opening_to_read(
    flags: str, kind: str, action: str, type_: str
) -> None:
    row = one(syscall(257, a2=flags) + path("/shared/x.pt", 1003, kind))
    assert (row["event.action"], row["event.type"]) == (action, type_)


@pytest.mark.parametrize("owner", ["0", "65534", UNSET])
def test_files_of_root_and_nobody_have_no_owner_account(owner: str) -> None:
    assert one(syscall(257) + path("/etc/passwd", owner))["owner.account"] is None


def test_relative_paths_start_where_they_can_be_known_to() -> None:
    cwd = record("CWD", 'cwd="/scratch/asilva"')
    assert one(syscall(257) + cwd + path("../mchen/./a", 1004))["file.path"] == "/scratch/mchen/a"
    assert one(syscall(257, a0="5") + cwd + path("a", 1004))["file.path"] == "a"
    assert one(syscall(2, a0="5") + cwd + path("a", 1004))["file.path"] == "/scratch/asilva/a"


def test_a_signal_names_its_number_and_the_owner_of_the_process() -> None:
    target = record("OBJ_PID", 'opid=8000 oauid=1003 ouid=1003 oses=4 ocomm="torchrun"')
    row = one(syscall(62, a0="1f40", a1="9") + target)
    assert row["event.action"] == "sent-signal"
    assert row["owner.account"] == "uid:site/1003"
    assert row["labels"]["signal"] == "9"
    assert row["labels"]["target_pid"] == "8000"
    assert row["message"] == "uid 1017 sent signal SIGKILL to torchrun of uid:site/1003"
    row = one(syscall(234, a0="1f40", a1="1f41", a2="f") + target)
    assert row["labels"]["signal"] == "15"


def test_of_many_processes_that_were_signalled_a_stranger_s_is_named() -> None:
    log = syscall(62, a0="ffffffffffffffff", a1="9")
    log += record("OBJ_PID", 'opid=1 oauid=1017 ouid=1017 oses=4 ocomm="mine"')
    log += record("OBJ_PID", f'opid=2 oauid={UNSET} ouid=1004 oses=4 ocomm="theirs"')
    row = one(log)
    assert row["owner.account"] == "uid:site/1004"
    assert row["labels"]["targets"] == "2"


def test_arguments_are_decoded_and_long_ones_put_together() -> None:
    long = "é" * 40
    encoded = long.encode().hex().upper()
    log = syscall(59) + record("EXECVE", 'argc=4 a0="sh" a1=2D6320202778 a2="DEAD"')
    log += record("EXECVE", f"a3_len=160 a3[0]={encoded[:80]} a3[1]={encoded[80:]}")
    row = one(log)
    assert row["process.args"] == ["sh", "-c  'x", "DEAD", long]
    assert row["process.command_line"] == f"sh -c  'x DEAD {long}"


def test_sudo_tells_the_command() -> None:
    told = 'cwd="/home/asilva" cmd=2D75206D6368656E207363616E63656C terminal=pts/2 res=success'
    row = one(record("USER_CMD", f"pid=9 uid=1017 auid=1017 ses=3 msg='{told}'"))
    assert row["process.command_line"] == "-u mchen scancel"
    assert row["process.working_directory"] == "/home/asilva"
    assert row["event.action"] == "ran-command"


def test_an_unknown_architecture_or_call_keeps_its_number() -> None:
    row = one(syscall(9999))
    assert row["event.action"] == "called-syscall"
    assert row["labels"]["syscall"] == "9999"
    assert one(syscall(221).replace("c000003e", "c00000b7"))["event.action"] == "executed"


@pytest.mark.parametrize(
    ("head", "name", "sure"),
    [
        (b"type=SYSCALL msg=audit(1767225600.123:7): arch=c000003e", "x", True),
        (b"node=gpu03 type=UNKNOWN[1420] msg=audit(1767225600.1:7): a=1", "x", True),
        (b"half a line\ntype=EOE msg=audit(1767225600.1:7): \n", "x", True),
        (b'{"type": "SYSCALL"}', "audit.log", False),
        (b"#1767225600\nls\n", "x", False),
    ],
)
def test_it_knows_its_own(head: bytes, name: str, sure: bool) -> None:
    assert (SOURCE.recognises(head, name) > 0.5) is sure


# real logs


def logs_of(folder: Path) -> Iterator[tuple[Path, bytes]]:
    names = ("auditd-benign/Audit", "otrf-auditd", "shell-histories", "go-libaudit-golden")
    places = [folder / name for name in names] + [
        folder / "beats-golden/auditbeat",
        folder / "beats-golden/filebeat/module/auditd",
    ]
    for place in places:
        for log in sorted(place.rglob("*.log")):
            raw = log.read_bytes()
            if SOURCE.recognises(raw[:65536], "") > 0.5:
                yield log, raw


@pytest.mark.shared_data
def test_no_line_of_a_real_log_is_lost(real_logs: Path) -> None:
    seen = 0
    for log, raw in logs_of(real_logs):
        rows, rejected = read(raw)
        lines = [line for line in raw.decode("utf-8", "replace").split("\n") if line.strip("\r")]
        kept = [line for row in rows for line in row["event.original"].split("\n")]
        assert len(kept) + len(rejected) == len(lines), log
        assert len({row["event.id"] for row in rows}) == len(rows), log
        assert not [one for one in rejected if HEADER.search(one.text)], log
        seen += len(lines)
    assert seen > 4000


def cases_of(folder: Path) -> Iterator[tuple[str, Row]]:
    """Lines and expected summary of each case of go-libaudit."""
    yaml = pytest.importorskip("yaml")
    for golden in sorted((folder / "go-libaudit-golden/aucoalesce/testdata").glob("*.golden")):
        source = golden.with_name(golden.name.removesuffix(".json.golden") + ".yaml")
        lines = yaml.safe_load(source.read_text())["tests"]
        for case in json.loads(golden.read_text()):
            event = case["event"]
            yield (
                lines[case["test_name"]],
                {
                    "login": event["user"]["ids"].get("auid"),
                    "user": event["user"]["ids"].get("uid"),
                    "action": event["summary"].get("action"),
                    "object": event["summary"].get("object", {}).get("primary"),
                    "object_type": event["summary"].get("object", {}).get("type"),
                    "outcome": {"fail": "failure"}.get(event["result"], event["result"]),
                },
            )


def expected_actor(case: Row) -> str | None:
    identity = case["login"] if case["login"] not in (None, "unset") else case["user"]
    return f"uid:site/{identity}" if identity else None


@pytest.mark.shared_data
def test_others_see_the_same_actor_action_and_object(real_logs: Path, record_property: Any) -> None:
    agreed = dict.fromkeys(("actor", "action", "file", "outcome"), 0)
    total = dict.fromkeys(agreed, 0)
    for lines, case in cases_of(real_logs):
        rows, _ = read(lines + "\n")
        row = rows[0]
        pairs = {
            "actor": (row["actor.account"], expected_actor(case)),
            "action": (row["event.action"], case["action"] or "called-syscall"),
            "outcome": (row["event.outcome"], case["outcome"]),
        }
        if case["object_type"] == "file" and case["object"]:
            pairs["file"] = (row["file.path"], case["object"])
        for kind, (ours, theirs) in pairs.items():
            total[kind] += 1
            agreed[kind] += ours == theirs
    shares = {kind: count / total[kind] for kind, count in agreed.items()}
    for kind, share in shares.items():
        record_property(kind, f"{share:.3f} of {total[kind]}")
    assert total["actor"] >= 40
    assert shares["actor"] == 1
    assert shares["outcome"] == 1
    assert shares["action"] >= 0.95
    assert shares["file"] >= 0.85  # of a new device they name the directory
