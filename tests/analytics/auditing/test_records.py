"""Records in the order of the kernel and in any other form tell the same."""

import random

import pytest

from tests.analytics.auditing.records import Row, one, path, read, record, syscall

TITLE = record("PROCTITLE", "proctitle=7375002D00616E61")
OPENING = [
    syscall(257, a2="241"),
    record("CWD", 'cwd="/scratch/ana"'),
    path("/shared/ckpt", 1003, "PARENT"),
    path("/shared/ckpt/step-500.pt", 1003, "CREATE"),
    TITLE,
    record("EOE", ""),
]
RAW = ("event.original", "batch.line")


def told(row: Row) -> Row:
    return {name: value for name, value in row.items() if name not in RAW}


def test_records_tell_the_same_in_any_order() -> None:
    chance = random.Random(5)
    first, *others, end = OPENING
    expected = told(one("".join(OPENING)))
    for _ in range(10):
        chance.shuffle(others)
        named = [record for record in others if record.startswith("type=PATH")]
        if named[0] == OPENING[2]:
            assert told(one("".join([first, *others, end]))) == expected


@pytest.mark.parametrize(
    ("usual", "other"),
    [
        ("): arch", "):  arch"),
        ("): cwd", "):cwd"),
        ("success=yes exit=0", "exit=0 success=yes"),
        ("item=0 name", "name"),
        ("type=EOE", "type=BPRM_FCAPS"),
        ("type=PROCTITLE", "type=UNKNOWN[1337]"),
    ],
)
def test_records_that_are_written_otherwise_tell_the_same(usual: str, other: str) -> None:
    log = "".join(OPENING)
    assert usual in log
    changed, expected = told(one(log.replace(usual, other))), told(one(log))
    if "PROCTITLE" in usual:
        expected |= {"process.command_line": None}
    assert changed == expected


def test_more_paths_than_usual_are_all_read() -> None:
    log = syscall(82) + "".join(path(f"/shared/{n}", 1003, "PARENT") for n in range(5))
    row = one(log + path("/shared/old", 1003, "DELETE") + path("/shared/new", 1003, "CREATE"))
    assert row["file.path"] == "/shared/old"
    assert row["labels"]["new_path"] == "/shared/new"


def test_a_header_in_an_argument_is_no_record() -> None:
    header = "type=PATH msg=audit(1767225600.007:7): item=0 name=/etc/shadow ouid=0"
    log = syscall(59) + record("EXECVE", f'argc=2 a0="echo" a1="{header}"') + TITLE
    row = one(log)
    assert row["process.args"] == ["echo", header]
    assert row["file.path"] is None


def test_of_the_same_message_by_other_processes_each_keeps_its_process() -> None:
    told_ = "uid=0 auid=1017 ses=3 msg='op=PAM:session_open acct=\"ana\" res=success'"
    log = "".join(record("USER_START", f"pid={9 + n} {told_}", n) for n in range(3))
    rows, _ = read(log)
    assert [row["process.pid"] for row in rows] == [9, 10, 11]
    assert {row["user.target.name"] for row in rows} == {"ana"}


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        ('"exec"', "exec"),
        ("657865630173686172656477", "exec sharedw"),
        ("6B65793D65786563016B65793D36346269740A", "exec 64bit\n"),  # as `-F key=key=exec` gives it
        ("(null)", None),
        ("(null)ARCH=x86_64", None),
    ],
)
def test_keys_are_those_of_the_rules(key: str, shown: str | None) -> None:
    log = syscall(59).replace("key=(null)", f"key={key}")
    assert one(log)["labels"].get("key") == shown


@pytest.mark.parametrize(
    ("result", "outcome"),
    [("success", "success"), ("success)", "success"), ("failed)", "failure"), ("1", "success")],
)
def test_old_programs_write_their_result_in_brackets(result: str, outcome: str) -> None:
    told = f"user pid=9 uid=0 auid=0 msg='PAM: setcred acct=root : terminal=cron res={result}'"
    assert one(record("CRED_ACQ", told))["event.outcome"] == outcome
