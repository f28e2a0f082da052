"""What was done, and to whose file, process or account."""

import pytest

from tests.analytics.auditing.records import UNSET, one, path, record, syscall


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
