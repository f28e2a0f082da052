"""Signals, tracing, private files, rights of others, and sign-ins beside the jobs of others."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from analytics.circumstances import Duty
from analytics.governance.isolation.choosing import PRIVATE
from analytics.resources import read_resources
from tests.analytics.governance.isolation.raw import judged, open_store, read
from tests.analytics.laboratory import SITE

AT = 1773136800  # 2026-03-10 10:00:00
HEAD = "JobID|Cluster|User|UID|State|Submit|Start|End|NodeList"


def call(serial: int, number: str, arguments: str, *more: str, who: int = 1002) -> str:
    """An audit event of a system call on x86-64 by somebody's shell."""
    head = f"msg=audit({AT}.000:{serial})"
    ids = "".join(
        f" {name}={who}" for name in ("auid", "uid", "gid", "euid", "suid", "fsuid", "egid")
    )
    called = (
        f"type=SYSCALL {head}: arch=c000003e syscall={number} success=yes exit=0 {arguments}"
        f" items=0 ppid=500 pid=600{ids} sgid={who} fsgid={who} tty=pts0 ses=3"
        ' comm="python3" exe="/usr/bin/python3" key="k"'
    )
    return "\n".join((called, *(record.format(head=head) for record in more))) + "\n"


TARGET = 'type=OBJ_PID {{head}}: opid=777 oauid={0} ouid={0} oses=9 ocomm="python3"'


def opened(serial: int, path: str, owner: int) -> str:
    """A file opened to read."""
    named = (
        f'type=PATH {{head}}: item=0 name="{path}" inode=5 dev=08:01 mode=0100600 ouid={owner}'
        f" ogid={owner} rdev=00:00 nametype=NORMAL"
    )
    return call(serial, "257", "a0=ffffff9c a1=1 a2=0 a3=0", 'type=CWD {head}: cwd="/tmp"', named)


def audit(*events: str) -> list:
    return [read("auditd", "".join(events), host="gpu03")]


def test_tracing_a_process_of_another_is_grave_and_of_oneself_nothing() -> None:
    theirs = call(1, "101", "a0=10 a1=309 a2=0 a3=0", TARGET.format(1003))
    own = call(2, "101", "a0=10 a1=309 a2=0 a3=0", TARGET.format(1002))
    assert judged(audit(own)) == {}
    (found,) = judged(audit(theirs, own)).values()
    assert (found.id, found.points) == ("traced_processes_of_others", 73)
    assert found.owners == (("bob", 1),)


def test_a_killed_process_of_another_is_told_by_the_kernel() -> None:
    (found,) = judged(audit(call(1, "62", "a0=309 a1=9 a2=0 a3=0", TARGET.format(1003)))).values()
    assert found.id == "signalled_processes_of_others"


def test_reading_the_keys_of_another_is_told_and_other_reads_are_not() -> None:
    quiet = audit(
        opened(1, "/home/mallory/.ssh/id_ed25519", 1002), opened(2, "/home/bob/notes.txt", 1003)
    )
    assert judged(quiet) == {}
    (found,) = judged(audit(opened(3, "/home/bob/.ssh/id_ed25519", 1003))).values()
    assert (found.id, found.tactics) == ("read_private_files_of_others", ("credential-access",))


def edited(serial: int, path: str, owner: int, who: int = 1002) -> str:
    """A file opened to write over what it holds."""
    named = (
        f'type=PATH {{head}}: item=0 name="{path}" inode=5 dev=08:01 mode=0100664 ouid={owner}'
        f" ogid={owner} rdev=00:00 nametype=NORMAL"
    )
    folder = 'type=CWD {head}: cwd="/tmp"'
    return call(serial, "257", "a0=ffffff9c a1=1 a2=241 a3=1b6", folder, named, who=who)


def test_one_file_by_hand_where_everything_depends_on_it_is_grave() -> None:
    path = "/opt/env/lib/python3.11/site-packages/ourlib/optim.py"

    def points(criticality: str, who: int = 1002) -> float:
        rows = f"kind,pattern,owner,criticality\npath,/opt/env/*,team:language,{criticality}\n"
        site = replace(SITE, resources=read_resources(rows))
        found = judged(audit(edited(1, path, 1003, who)), site)
        return found["wrote_files_of_others"].points if found else 0

    assert points("extreme") == 73
    assert points("high") == 47
    assert points("extreme", who=1004) == 0  # of the team whose it is


def test_the_memory_of_another_process_is_no_file() -> None:
    (found,) = judged(audit(opened(1, "/proc/777/mem", 1003))).values()
    assert found.id == "traced_processes_of_others"


@pytest.mark.parametrize(
    ("path", "private"),
    [
        ("/home/bob/.cache/huggingface/token", True),
        ("/home/bob/.netrc", True),
        ("/home/bob/.bash_history", True),
        ("/home/bob/.kube/config", True),
        ("/proc/12/environ", True),
        ("/home/bob/.ssh/known_hosts", False),
        ("/home/bob/.ssh/config", False),
        ("/home/bob/project/token.py", False),
        ("/shared/ckpt/model.pt", False),
    ],
)
def test_what_is_private(path: str, private: bool) -> None:
    assert bool(re.search(PRIVATE, path)) is private


def test_becoming_another_person_is_told_and_becoming_root_is_not() -> None:
    log = (
        "2026-03-10T10:00:00+00:00 gpu03 su: (to bob) mallory on pts/1\n"
        "2026-03-10T10:00:01+00:00 gpu03 sudo:  mallory : TTY=pts/1 ; PWD=/tmp ; USER=carol ;"
        " COMMAND=/bin/rm x\n"
        "2026-03-10T10:00:02+00:00 gpu03 sudo:  mallory : TTY=pts/1 ; PWD=/tmp ; USER=root ;"
        " COMMAND=/bin/ls\n"
    )
    (found,) = judged([read("syslog", log)]).values()
    assert (found.id, found.owners) == ("acted_as_others", (("bob", 1), ("carol", 1)))


def sign_in(user: str, host: str = "gpu03", clock: str = "10:00:00") -> str:
    return (
        f"2026-03-10T{clock}+00:00 {host} sshd[100]: Accepted publickey for {user} from 10.0.0.5"
        " port 4022 ssh2: ED25519 SHA256:abc\n"
    )


def jobs(*rows: str) -> str:
    return "\n".join((HEAD, *rows, ""))


BOBS = "7|lab|bob|1003|RUNNING|2026-03-10T08:00:00|2026-03-10T08:01:00|Unknown|gpu[03-04]"
ENDED = (
    "8|lab|mallory|1002|COMPLETED|2026-03-10T05:00:00|2026-03-10T05:01:00|2026-03-10T09:30:00|gpu03"
)


def test_signing_in_where_only_jobs_of_others_run_is_told() -> None:
    log = read("syslog", sign_in("mallory", "gpu03.lab.example") + sign_in("mallory", "login1"))
    (found,) = judged([log, read("slurm_sacct", jobs(BOBS))]).values()
    assert (found.id, found.owners) == ("signed_in_beside_others", (("bob", 1),))
    assert found.sentence == (
        "signed in to 1 node that ran only jobs of another person: gpu03.lab.example"
    )


@pytest.mark.parametrize(
    "innocent",
    [
        jobs(BOBS, BOBS.replace("7|lab|bob|1003", "9|lab|mallory|1002")),  # shares the node
        jobs(BOBS, ENDED),  # looks what became of a job that just ended
        jobs(BOBS.replace("gpu[03-04]", "gpu04")),  # another node
        jobs(BOBS.replace("|RUNNING", "|COMPLETED").replace("Unknown", "2026-03-10T09:00:00")),
        jobs(BOBS.replace("bob|1003", "somebody|4711")),  # nobody knows whose
    ],
)
def test_signing_in_to_a_node_of_ones_own_or_an_empty_one_is_nothing(innocent: str) -> None:
    assert judged([read("syslog", sign_in("mallory")), read("slurm_sacct", innocent)]) == {}


def test_where_people_sign_in_without_jobs_one_more_means_nothing() -> None:
    everybody = "".join(sign_in(who) for who in ("mallory", "alice", "carol"))
    assert judged([read("syslog", everybody), read("slurm_sacct", jobs(BOBS))]) == {}


def test_a_node_that_was_used_in_the_weeks_before_is_no_news(tmp_path: Path) -> None:
    store = open_store((tmp_path / "lake").as_uri())
    store.append(read("syslog", sign_in("mallory").replace("2026-03-10", "2026-02-28")))
    logs = [read("syslog", sign_in("mallory")), read("slurm_sacct", jobs(BOBS))]
    assert judged(logs, store=store) == {}


def test_the_team_that_a_host_belongs_to_is_at_home_there() -> None:
    home = read_resources("kind,pattern,owner\nhost,gpu*,team:vision\n")
    logs = [read("syslog", sign_in("mallory")), read("slurm_sacct", jobs(BOBS))]
    assert judged(logs, replace(SITE, resources=home)) == {}
    elsewhere = read_resources("kind,pattern,owner\nhost,gpu*,team:language\n")
    assert judged(logs, replace(SITE, resources=elsewhere)).keys() == {"signed_in_beside_others"}


def test_being_on_call_at_that_time_explains_and_at_another_does_not() -> None:
    logs = [
        read(
            "slurm_sacct",
            jobs(
                BOBS.replace("RUNNING", "CANCELLED by 1002").replace(
                    "Unknown", "2026-03-10T10:00:00"
                )
            ),
        )
    ]

    def confidence(*duties: Duty) -> float:
        return judged(logs, replace(SITE, duties=duties))["cancelled_jobs_of_others"].confidence

    ten = datetime(2026, 3, 10, 9, tzinfo=UTC), datetime(2026, 3, 10, 11, tzinfo=UTC)
    two = datetime(2026, 3, 10, 13, tzinfo=UTC), None
    alone = confidence()
    assert confidence(Duty(person="mallory", since=ten[0], until=ten[1])) == pytest.approx(
        alone * 0.4
    )
    assert confidence(Duty(person="mallory", since=two[0], until=two[1])) == alone
    assert confidence(Duty(person="olga", since=ten[0], until=ten[1])) == alone
