"""Jobs of others cancelled, held, changed, or tried to: from raw lines of Slurm and the shell."""

from pathlib import Path

import pytest

from analytics.governance.isolation.typed import Target, targets_of
from tests.analytics.governance.isolation.raw import judged, open_store, read

HEAD = "JobID|Cluster|User|UID|State|Submit|Start|End|NodeList"
BOBS = "4711|lab|bob|1003|RUNNING|2026-03-10T08:00:00|2026-03-10T08:01:00|Unknown|gpu03"
MALS = "4712|lab|mallory|1002|RUNNING|2026-03-10T08:00:00|2026-03-10T08:01:00|Unknown|gpu04"


def sacct(*rows: str) -> str:
    return "\n".join((HEAD, *rows, ""))


def ctld(*lines: str) -> str:
    return "".join(f"[2026-03-10T09:00:0{n}.000] {line}\n" for n, line in enumerate(lines))


def test_a_job_that_the_controller_killed_is_its_submitters() -> None:
    found = judged(
        [
            read("slurm_sacct", sacct(BOBS, MALS)),
            read(
                "slurmctld",
                ctld(
                    "_slurm_rpc_kill_job: REQUEST_KILL_JOB JobId=4711 uid 1002",
                    "_slurm_rpc_kill_job: REQUEST_KILL_JOB JobId=4712 uid 1002",
                ),
            ),
        ]
    )
    assert found["cancelled_jobs_of_others"].sentence == "cancelled 1 job of another person: 4711"
    assert found["cancelled_jobs_of_others"].owners == (("bob", 1),)
    assert found.keys() == {"cancelled_jobs_of_others"}


def test_accounting_and_controller_tell_of_one_job_once() -> None:
    ended = BOBS.replace("RUNNING", "CANCELLED by 1002").replace("Unknown", "2026-03-10T09:00:00")
    kill = ctld("_slurm_rpc_kill_job: REQUEST_KILL_JOB JobId=4711 uid 1002")
    found = judged([read("slurm_sacct", sacct(ended)), read("slurmctld", kill)])
    assert found["cancelled_jobs_of_others"].observed == 1
    assert len(found["cancelled_jobs_of_others"].events) == 2


def test_holding_and_updating_jobs_of_others_is_told_and_ones_own_is_not() -> None:
    lines = ctld(
        "sched: _hold_job_rec: hold on JobId=4711 by uid 1002",
        "_slurm_rpc_update_job: complete JobId=4711 uid=1002 usec=321",
        "_slurm_rpc_update_job: complete JobId=4712 uid=1002 usec=321",
        "sched: _hold_job_rec: hold on JobId=4712 by uid 1002",
    )
    found = judged([read("slurm_sacct", sacct(BOBS, MALS)), read("slurmctld", lines)])
    (only,) = found.values()
    assert (only.id, only.person, only.observed) == ("changed_jobs_of_others", "mallory", 1)


def test_what_slurm_refused_is_an_attempt_and_no_deed() -> None:
    denied = "_slurm_rpc_update_job: JobId=4711 uid=1002: Access/permission denied"
    found = judged([read("slurm_sacct", sacct(BOBS)), read("slurmctld", ctld(denied))])
    (only,) = found.values()
    assert only.id == "tried_to_touch_jobs_of_others"
    assert only.points == 21


def test_a_job_submitted_weeks_ago_still_has_its_owner(tmp_path: Path) -> None:
    store = open_store((tmp_path / "lake").as_uri())
    store.append(read("slurm_sacct", sacct(BOBS.replace("2026-03-10", "2026-02-20"))))
    store.append(
        read("slurm_sacct", sacct(BOBS.replace("4711|", "4800_7|").replace("03-10", "02-20")))
    )
    kills = ctld(
        "_slurm_rpc_kill_job: REQUEST_KILL_JOB JobId=4711 uid 1002",
        "_slurm_rpc_kill_job: REQUEST_KILL_JOB JobId=4800 uid 1002",
        "_slurm_rpc_kill_job: REQUEST_KILL_JOB JobId=4999 uid 1002",
    )
    found = judged([read("slurmctld", kills)], store=store)
    assert found["cancelled_jobs_of_others"].sentence.endswith(": 4711, 4800")


def test_a_number_that_two_clusters_gave_to_two_people_is_nobodys() -> None:
    elsewhere = BOBS.replace("|lab|bob|1003", "|west|carol|1004")
    kill = ctld("_slurm_rpc_kill_job: REQUEST_KILL_JOB JobId=4711 uid 1002")
    assert judged([read("slurm_sacct", sacct(BOBS, elsewhere)), read("slurmctld", kill)]) == {}


@pytest.mark.parametrize("uid", ["0", "64030"])
def test_root_and_slurm_itself_are_nobody(uid: str) -> None:
    ended = BOBS.replace("RUNNING", f"CANCELLED by {uid}").replace("Unknown", "2026-03-10T09:00:00")
    preempted = "preempted JobId=4711 has been requeued to reclaim resources for JobId=4712"
    assert judged([read("slurm_sacct", sacct(ended)), read("slurmctld", ctld(preempted))]) == {}


def test_typed_commands_against_others_are_attempts_unless_they_worked() -> None:
    history = (
        "#1773136800\nscancel 4711\n#1773136810\nscontrol hold 4711\n#1773136820\nsqueue -u bob\n"
    )
    shell = read("bash_history", history, host="login1", user="mallory")
    (tried,) = judged([read("slurm_sacct", sacct(BOBS)), shell]).values()
    assert tried.id == "tried_to_touch_jobs_of_others"
    assert tried.sentence == "tried to end, change or enter 1 job of another person: 4711"
    kill = ctld("_slurm_rpc_kill_job: REQUEST_KILL_JOB JobId=4711 uid 1002")
    found = judged([read("slurm_sacct", sacct(BOBS)), read("slurmctld", kill), shell])
    assert found.keys() == {"cancelled_jobs_of_others"}


@pytest.mark.parametrize(
    ("end", "check"),
    [
        ("2026-03-10T10:05:00", "changed_jobs_of_others"),  # five minutes after the command
        ("2026-03-10T09:55:00", "tried_to_touch_jobs_of_others"),  # before it
        ("2026-03-10T14:00:00", "tried_to_touch_jobs_of_others"),  # long after
    ],
)
def test_a_job_that_runs_into_its_limit_just_after_somebody_cut_it_was_changed(
    end: str, check: str
) -> None:
    shell = read(
        "bash_history",
        "#1773136800\nscontrol update jobid=4711 timelimit=1\n",
        host="login1",
        user="mallory",
    )
    ran_out = BOBS.replace("RUNNING", "TIMEOUT").replace("Unknown", end)
    (found,) = judged([read("slurm_sacct", sacct(ran_out)), shell]).values()
    assert (found.id, found.owners) == (check, (("bob", 1),))


def test_a_task_of_an_array_that_was_cancelled_is_no_attempt_as_well() -> None:
    ended = BOBS.replace("4711|", "4711_3|").replace("RUNNING", "CANCELLED by 1002")
    ended = ended.replace("Unknown", "2026-03-10T10:00:01")
    shell = read("bash_history", "#1773136800\nscancel 4711_3\n", host="h", user="mallory")
    assert judged([read("slurm_sacct", sacct(ended)), shell]).keys() == {"cancelled_jobs_of_others"}


def test_ones_own_jobs_may_be_typed_at() -> None:
    history = (
        "#1773136800\nscancel 4712\n#1773136810\nscancel -u mallory\n"
        "#1773136820\npkill -u mallory -f train\n"
    )
    shell = read("bash_history", history, host="login1", user="mallory")
    assert judged([read("slurm_sacct", sacct(MALS)), shell]) == {}


@pytest.mark.parametrize(
    ("line", "targets"),
    [
        ("scancel 12 13", [Target("12", None), Target("13", None)]),
        ("scancel --me 12", [Target("12", None)]),
        ("sudo scancel -u bob,carol", [Target(None, "bob"), Target(None, "carol")]),
        ("scancel --user=bob -t PENDING", [Target(None, "bob")]),
        ("scancel -s USR1 12_3", [Target("12", None)]),
        ("scancel -n 55 12", [Target("12", None)]),
        ("cd /x && /usr/bin/scancel 9 # 10", [Target("9", None)]),
        ("for j in 1 2; do scancel $j; done", []),
        ("scontrol update JobId=12 TimeLimit=10", [Target("12", None)]),
        ("scontrol update nodename=gpu03 state=drain", []),
        ("scontrol show job 12", []),
        ("scontrol requeue 12,13", [Target("12", None), Target("13", None)]),
        ("srun --overlap --jobid=12 --pty bash", [Target("12", None)]),
        ("srun -n 4 python train.py", []),
        ("sattach 12.0", [Target("12", None)]),
        ("pkill -9 -u bob python", [Target(None, "bob")]),
        ("killall -u bob", [Target(None, "bob")]),
        ("pkill -f train.py", []),
        ("qdel 77", [Target("77", None)]),
        ("echo scancelled 12", []),
    ],
)
def test_what_a_command_would_touch(line: str, targets: list[Target]) -> None:
    assert targets_of(line) == targets


def test_a_hostile_line_costs_no_time() -> None:
    assert len(targets_of("scancel " + "1 " * 100_000)) <= 200
    assert targets_of("scontrol " + "a " * 100_000) == []
