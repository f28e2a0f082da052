"""Who did it, by login id, user id and job."""

import pytest

from tests.analytics.auditing.records import UNSET, one, path, read, record, syscall


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
