"""What programs say, across their versions and implementations."""

import pytest

from analytics.syslogging.messages import told


def fields(program: str, message: str) -> dict[str, object]:
    """What the message of a program tells, its labels among the fields."""
    row = told(program.encode(), message.encode(), (), "site")
    return {**row, **dict(row.get("labels") or ())}


SSHD = "203.0.113.9 port 40022"


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (f"Accepted publickey for ana from {SSHD} ssh2: RSA SHA256:x", ("success", "ana")),
        (f"Accepted keyboard-interactive/pam for ana from {SSHD} ssh2", ("success", "ana")),
        (f"Accepted gssapi-with-mic for ana from {SSHD} ssh2: ana@LAB.EXAMPLE", ("success", "ana")),
        (f"Failed none for invalid user a from b from {SSHD} ssh2", ("failure", "a from b")),
        (f"Failed password for ana from {SSHD} ssh2", ("failure", "ana")),
        ("Invalid user  from 203.0.113.9 port 40022", ("failure", "")),
        ("Invalid user ana from 203.0.113.9", ("failure", "ana")),
        (f"error: maximum authentication attempts exceeded for ana from {SSHD} ssh2 [preauth]",
         ("failure", "ana")),
        ("User ana from 203.0.113.9 not allowed because not listed in AllowUsers",
         ("failure", "ana")),
        (f"Disconnected from user ana {SSHD}", ("unknown", "ana")),
        (f"Connection closed by authenticating user ana {SSHD} [preauth]", ("unknown", "ana")),
        (f"Received disconnect from {SSHD}:11: disconnected by user", ("unknown", None)),
        ("error: Received disconnect from 203.0.113.9: 14: No more methods [preauth]",
         ("unknown", None)),
        (f"Disconnecting authenticating user ana {SSHD}: Too many authentication failures "
         "[preauth]", ("failure", "ana")),
    ],
)  # fmt: skip
def test_sshd_tells_who_came_from_where(message: str, expected: tuple[str, str | None]) -> None:
    found = fields("sshd", message)
    assert (found["event.outcome"], found.get("user.name")) == expected
    assert found["source.ip"] == "203.0.113.9"
    assert ("actor.account" in found) is message.startswith("Accepted")


@pytest.mark.parametrize(
    "message",
    [
        "input_userauth_request: invalid user ana [preauth]",
        "Disconnecting: Too many authentication failures for ana [preauth]",
        "Disconnecting: Too many authentication failures for invalid user ana",
    ],
)
def test_old_sshd_tells_a_failed_login_without_its_address(message: str) -> None:
    found = fields("sshd", message)
    assert (found["event.outcome"], found["user.name"]) == ("failure", "ana")


def test_old_pam_modules_stand_beside_the_program() -> None:
    found = fields(
        "sshd(pam_unix)",
        "authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.9  user=ana",
    )
    assert (found["event.outcome"], found["user.name"]) == ("failure", "ana")
    assert (found["source.ip"], found["process.name"]) == ("203.0.113.9", "sshd")
    opened = fields("su(pam_unix)", "session opened for user root by asilva(uid=1017)")
    assert (opened["actor.account"], opened["user.effective.name"]) == ("unix:asilva", "root")
    unknown = fields("sshd(pam_unix)", "check pass; user unknown")
    assert unknown["event.outcome"] == "failure"
    assert fields("sshd(pam_unix)", "something else")["event.action"] == "logged-message"


@pytest.mark.parametrize(
    ("program", "message", "actor", "effective"),
    [
        ("su", "(to root) asilva on pts/0", "unix:asilva", "root"),
        ("su", "FAILED SU (to root) asilva on pts/0", "unix:asilva", "root"),
        ("su", "Successful su for root by asilva", "unix:asilva", "root"),
        ("su", "FAILED su for root by asilva", "unix:asilva", "root"),
        ("su", "+ /dev/pts/0 asilva:root", "unix:asilva", "root"),
        ("su", "- /dev/pts/0 asilva:root", "unix:asilva", "root"),
        ("su", "asilva to root on /dev/ttyp0", "unix:asilva", "root"),
        ("su", "BAD SU asilva to root on /dev/ttyp0", "unix:asilva", "root"),
        ("su", "pam_unix(su-l:session): session opened for user root(uid=0) by asilva(uid=1017)",
         "unix:asilva", "root"),
        ("su", "pam_unix(su:session): session opened for user root by (uid=1017)",
         "uid:site/1017", "root"),
        ("su", "pam_unix(su:auth): authentication failure; logname=asilva uid=1017 euid=0 "
         "tty=pts/0 ruser=asilva rhost=  user=root", "unix:asilva", "root"),
    ],
)  # fmt: skip
def test_su_tells_who_became_whom(program: str, message: str, actor: str, effective: str) -> None:
    found = fields(program, message)
    assert found["actor.account"] == actor
    assert found["user.effective.name"] == effective


@pytest.mark.parametrize(
    ("program", "message", "actor"),
    [
        ("sshd", "pam_unix(sshd:session): session opened for user ana(uid=9) by (uid=0)", "ana"),
        ("login", "pam_unix(login:session): session opened for user ana by LOGIN(uid=0)", "ana"),
        ("CRON", "pam_unix(cron:session): session closed for user ana", "ana"),
        ("sudo", "pam_unix(sudo:session): session opened for user root by ana(uid=0)", "ana"),
    ],
)
def test_a_session_is_that_of_who_opened_it(program: str, message: str, actor: str) -> None:
    assert fields(program, message)["actor.account"] == f"unix:{actor}"


@pytest.mark.parametrize(
    ("message", "action", "target"),
    [
        ("new user: name=t, UID=1102, GID=1102, home=/home/t, shell=/bin/sh", "added-user", "t"),
        ("add 't' to group 'wheel'", "added-to-group", "t"),
        ("add 't' to shadow group 'wheel'", "added-to-group", "t"),
        ("delete 't' from group 'wheel'", "removed-from-group", "t"),
        ("delete user 't'", "deleted-user", "t"),
        ("change user 't' UID from '1102' to '0'", "modified-user", "t"),
        ("lock user 't' password", "modified-user", "t"),
        ("user t added by ana to group wheel", "changed-members", "t"),
        ("changed password expiry for t", "changed-password", "t"),
        ("failed adding user 't', data deleted", "added-user", "t"),
    ],
)
def test_account_tools_tell_whom_they_changed(message: str, action: str, target: str) -> None:
    found = fields("usermod", message)
    assert str(found["event.action"]).startswith(action)
    assert (found["event.category"], found["user.target.name"]) == ("iam", target)


@pytest.mark.parametrize(
    ("message", "fault"),
    [
        ("NVRM: Xid (PCI:0000:3b:00): 79, pid=7, GPU has fallen off the bus.", "GPU Xid"),
        ("[ 12.5] NVRM: Xid (0000:3b:00): 31, Ch 00000010, engmask 0000", "GPU Xid"),
        ("NVRM: GPU at PCI:0000:3b:00: GPU-1a2b", None),
        ("Out of memory: Kill process 77 (python3) score 9 or sacrifice child", "out of memory"),
        ("Out of memory: Killed process 77 (python3), UID 1017", "out of memory"),
        ("oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null)", "out of memory"),
        ("[Hardware Error]: Corrected error, no action required.", "machine check"),
        ("{1}[Hardware Error]: event severity: corrected", "machine check"),
        ("EDAC MC1: 2 UE memory read error on DIMM_A1", "ECC"),
        ("eth0: link becomes ready", None),
    ],
)
def test_the_kernel_tells_of_faults(message: str, fault: str | None) -> None:
    found = fields("kernel", message)
    assert found.get("fault") == fault
    assert found.get("event.module") == ("context" if fault else None)


@pytest.mark.parametrize(
    ("message", "actor"),
    [
        ("[login:ana ssh:((undefined)) sid:4 tty:/dev/pts/4 (0/root) "
         "uid:root(0)/root(0) cwd:/]: id", "unix:ana"),
        ("[uid:1017 sid:4 tty:(none) cwd:/a b filename:/usr/bin/id]: id", "uid:site/1017"),
        ("[uid:0 sid:4 tty:(none) cwd:/ filename:/usr/bin/id]: id", None),
        ("[cwd:/ filename:/usr/bin/id uid:1017]: id", "uid:site/1017"),
    ],
)  # fmt: skip
def test_snoopy_tells_what_ran(message: str, actor: str | None) -> None:
    found = fields("snoopy", message)
    assert (found["event.action"], found["process.command_line"]) == ("executed", "id")
    assert found.get("actor.account") == actor


def test_systemd_names_units_with_and_without_their_file() -> None:
    found = fields("systemd", "Started nightly.timer - Nightly backup.")
    assert (found["unit"], found["name"]) == ("nightly.timer", "Nightly backup")
    assert fields("systemd", "Stopped Slurm node daemon.")["name"] == "Slurm node daemon"
    assert fields("systemd-logind", "New session c1 of user ana.")["actor.account"] == "unix:ana"
    quoted = "New session '7' of user 'ana' with class 'user' and type 'tty'."
    assert fields("systemd-logind", quoted)["session"] == "7"


@pytest.mark.parametrize(
    ("program", "message", "outcome", "command"),
    [
        ("pkexec", "ana: Executing command [USER=root] [TTY=/dev/pts/0] [CWD=/tmp] "
         "[COMMAND=/bin/id]",
         "success", "/bin/id"),
        ("pkexec", "ana: Error executing command as another user: Not authorized [USER=root] "
         "[TTY=/dev/pts/0] [CWD=/tmp] [COMMAND=/bin/id]", "failure", "/bin/id"),
        ("doas", "ana ran command id -u as root from /home/ana", "success", "id -u"),
        ("doas", "command not permitted for ana: id -u", "failure", "id -u"),
        ("doas", "failed auth for ana", "failure", None),
    ],
)  # fmt: skip
def test_pkexec_and_doas_tell_who_used_other_rights(
    program: str, message: str, outcome: str, command: str | None
) -> None:
    found = fields(program, message)
    assert found["actor.account"] == "unix:ana"
    assert (found["event.outcome"], found.get("process.command_line")) == (outcome, command)
