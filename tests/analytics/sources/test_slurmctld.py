"""Slurm's controller: what it says of jobs and nodes, and who asked for it."""

import io
from datetime import UTC, datetime
from typing import Any

import pytest

from analytics.event import Context
from analytics.sources.slurmctld import SOURCE

CONTEXT = Context(
    feed="f", batch="b", origin="o", received=datetime(2026, 3, 1, tzinfo=UTC), host="ctl1"
)
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def events(*lines: str) -> list[dict[str, Any]]:
    (batch,) = SOURCE.parse(io.BytesIO("\n".join(lines).encode()), CONTEXT)
    assert not batch.rejected
    found: list[dict[str, Any]] = batch.events.to_pylist()
    return found


@pytest.mark.parametrize(
    "stamp",
    [
        "[2026-01-05T12:00:00]",
        "[2026-01-05T12:00:00.000]",
        "[2026-01-05T12:00:00.000000]",
        "[2026-01-05T13:00:00.000+01:00]",
        "[2026-01-05T12:00:00Z]",
        "[Jan 05 12:00:00]",
        "[2026-01-05T12:00:00.000] [4711.batch]",
        "[2026-01-05T12:00:00.000] debug2: ",
    ],
)
def test_each_time_format_is_read(stamp: str) -> None:
    (event,) = events(f"{stamp} _slurm_rpc_kill_job: REQUEST_KILL_JOB JobId=4711 uid 1020")
    assert event["@timestamp"] == NOON
    assert event["actor.account"] == "uid:site/1020"
    assert event["job.id"] == "4711"


def said(text: str) -> dict[str, Any]:
    return events(f"[2026-01-05T12:00:00.000] {text}")[0]


@pytest.mark.parametrize(
    ("text", "action", "actor"),
    [
        ("_hold_job_rec: hold on JobId=4 by uid 1020", "job-held", "1020"),
        ("sched: _release_job: release hold on JobId=4 by uid 7", "job-released", "7"),
        ("_slurm_rpc_update_job: complete JobId=4 uid=1020 usec=1", "job-updated", "1020"),
        ("_slurm_rpc_suspend(suspend) for 4 usec=20", "job-suspended", None),
        ("_slurm_rpc_requeue: 4: usec=9", "job-requeued", None),
        ("Requeuing JobId=4", "job-requeued", None),
        ("drain_nodes: node gpu03 state set to DRAIN", "node-drained", None),
        ("error: Nodes gpu[03-04] not responding, setting DOWN", "node-failed", None),
        ("node gpu03 returned to service", "node-returned", None),
        ("error: Security violation, UPDATE_NODE RPC from uid=1020", "security-violation", "1020"),
        ("Killing JobId=4 on failed node gpu03", "job-killed-by-node-failure", None),
        ("a sentence of a later version", "controller-said", None),
        ("debug:  crontab_submit: updating crontab for uid=1020", "crontab-changed", "1020"),
        ("Added JobId=9 from crontab entry from uid=7, next start is 1", "job-submitted", "7"),
        ("sched: Created reservation=r1 users=anna nodes=gpu03", "reservation-created", None),
        ("_slurm_rpc_delete_reservation complete for r1 usec=9", "reservation-deleted", None),
        ("_slurm_rpc_delete_partition complete for gpu usec=9", "partition-deleted", None),
        (
            "preempted JobId=4 has been killed to reclaim resources for JobId=5",
            "job-preempted",
            None,
        ),
        ("Time limit exhausted for JobId=4", "job-timed-out", None),
        ("Set debug level to 'quiet'", "logging-changed", None),
    ],
)
def test_sentences_say_what_was_done_and_by_whom(text: str, action: str, actor: str | None) -> None:
    event = said(text)
    assert event["event.action"] == action
    assert event["actor.account"] == (actor and f"uid:site/{actor}")
    assert event["actor.basis"]


@pytest.mark.parametrize(
    ("text", "action", "actor"),
    [
        ("_slurm_rpc_suspend(suspend) for 4 Access/permission denied", "job-suspended", None),
        ("_slurm_rpc_requeue: 4: Invalid job id specified", "job-requeued", None),
        ("_slurm_rpc_top_job for 4 Access/permission denied", "job-moved-to-top", None),
        ("_slurm_rpc_update_job: JobId=4, uid=7: Job is pending", "job-updated", "7"),
        ("_slurm_rpc_update_node for gpu03: Invalid node state", "node-updated", None),
        ("_slurm_rpc_update_partition partition=gpu: Invalid time", "partition-updated", None),
        ("_slurm_rpc_update_reservation reservation=r1: Busy", "reservation-updated", None),
        ("error: set debug level request from non-super user uid=7", "security-violation", "7"),
        ("A non superuser 7 tried to complete batch JobId=4", "security-violation", "7"),
        (
            "Security violation, uid=7 account=lab attempt to use reservation r1",
            "security-violation",
            "7",
        ),
        (
            "_slurm_rpc_auth_token: attempt to retrieve a token for a different user=anna by UID=7",
            "token-refused",
            "7",
        ),
    ],
)
def test_what_was_refused_did_not_happen(text: str, action: str, actor: str | None) -> None:
    event = said(text)
    assert (event["event.action"], event["event.outcome"]) == (action, "failure")
    assert event["actor.account"] == (actor and f"uid:site/{actor}")
    assert event["job.state"] is None


def test_who_drained_a_node_is_told_by_the_request_just_before() -> None:
    request = "[2026-01-05T12:00:00.000] debug2: Processing RPC: REQUEST_UPDATE_NODE from UID=1020"
    drained = "update_node: node gpu03 state set to DRAINED"
    _, soon = events(request, f"[2026-01-05T12:00:00.100] {drained}")
    assert (soon["actor.account"], soon["host.name"]) == ("uid:site/1020", "gpu03")
    _, late = events(request, f"[2026-01-05T12:01:00.100] {drained}")
    assert late["actor.account"] is None
    opcode = request.replace("debug2: Processing RPC: REQUEST_UPDATE_NODE from UID=1020", "")
    opcode += "slurmctld_req: received opcode REQUEST_UPDATE_NODE from 10.0.0.5:4242 uid 1020"
    _, told = events(opcode, f"[2026-01-05T12:00:00.100] {drained}")
    assert told["actor.account"] == "uid:site/1020"


def test_the_number_behind_an_array_s_task_is_a_label() -> None:
    event = said("_job_complete: JobId=41_3(44) WTERMSIG 9")
    assert (event["job.id"], event["job.signal"]) == ("41_3", 9)
    assert dict(event["labels"])["job_raw"] == "41_3(44)"


def test_lines_before_the_first_time_are_rejected_and_kept() -> None:
    (batch,) = SOURCE.parse(io.BytesIO(b"  at the end of another file\n[soon] x\n"), CONTEXT)
    assert [line.text for line in batch.rejected] == ["  at the end of another file", "[soon] x"]
