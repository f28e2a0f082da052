"""Slurm's jobs as JSON: the same job by sacct's table, by JSON of any version: one event."""

import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from analytics.event import Context
from analytics.sources.slurm_sacct import SOURCE as TABLE
from analytics.sources.slurm_sacct_json import SOURCE

CONTEXT = Context(
    feed="f", batch="b", origin="o", received=datetime(2026, 3, 1, tzinfo=UTC), host="ctl1"
)
GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "slurm_sacct_json"
NESTED = {
    "job_id": 44,
    "cluster": "lab1",
    "user": "asilva",
    "array": {"job_id": 41, "task_id": {"set": True, "infinite": False, "number": 3}, "task": ""},
    "state": {"current": ["CANCELLED"], "reason": "None"},
    "kill_request_user": "mroux",
    "time": {"submission": 1771570800, "start": 1771570860, "end": 1771574400},
    "tres": {"allocated": [{"type": "gres", "name": "gpu", "count": 4}]},
    "steps": [],
}
FLAT = NESTED | {
    "array": {"job_id": 41, "task_id": 3, "task": None},
    "state": {"current": "CANCELLED", "reason": "None"},
}
QUEUED = {
    "job_id": 44,
    "cluster": "lab1",
    "user_name": "asilva",
    "array_job_id": {"set": True, "infinite": False, "number": 41},
    "array_task_id": {"set": True, "infinite": False, "number": 3},
    "job_state": ["CANCELLED", "COMPLETING"],
    "submit_time": {"set": True, "infinite": False, "number": 1771570800},
    "start_time": 1771570860,
    "end_time": 1771574400,
    "tres_alloc_str": "gres/gpu=4",
}


def events(log: Any) -> list[dict[str, Any]]:
    raw = log if isinstance(log, bytes) else json.dumps(log).encode()
    batches = list(SOURCE.parse(io.BytesIO(raw), CONTEXT))
    assert not [rejected for batch in batches for rejected in batch.rejected]
    return [event for batch in batches for event in batch.events.to_pylist()]


def test_a_job_is_one_event_by_whatever_tool_it_comes() -> None:
    table = (
        b"Cluster|JobID|User|State|Submit|Start|End|AllocTRES\n"
        b"lab1|41_3|asilva|CANCELLED by 1020|2026-02-20T07:00:00|2026-02-20T07:01:00|"
        b"2026-02-20T08:00:00|gres/gpu=4\n"
    )
    (batch,) = TABLE.parse(io.BytesIO(table), CONTEXT)
    found = [batch.events.to_pylist()[0]]
    found += [events({"jobs": [job]})[0] for job in (NESTED, FLAT, QUEUED)]
    for column in ("event.id", "@timestamp", "job.id", "job.gpus", "job.owner", "job.gpu_hours"):
        assert len({event[column] for event in found}) == 1, column


def test_who_asked_for_the_end_is_the_actor() -> None:
    event = events([NESTED])[0]
    assert (event["actor.account"], event["job.cancelled_by"]) == ("slurm:mroux", "slurm:mroux")
    assert event["owner.account"] == "slurm:asilva"


@pytest.mark.parametrize("nobody", ["", None, "nobody", {"set": False, "number": 0}])
def test_an_end_that_nobody_asked_for_has_no_actor(nobody: Any) -> None:
    assert events([NESTED | {"kill_request_user": nobody}])[0]["actor.account"] is None


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({"array": {"job_id": 0}}, "44"),
        ({"array": {"job_id": 41, "task_id": None, "task": "4-9%2"}}, "41_[4-9%2]"),
        ({"array": {}, "het": {"job_id": 40, "job_offset": 1}}, "40+1"),
    ],
)
def test_arrays_and_heterogeneous_jobs_are_named_as_sacct_does(
    changes: dict[str, Any], shown: str
) -> None:
    assert events([NESTED | changes])[0]["job.id"] == shown


def test_the_end_that_a_queue_expects_is_none() -> None:
    job = QUEUED | {"job_state": ["RUNNING"], "end_time": 1771657260}
    event = events({"jobs": [job]})[0]
    assert event["@timestamp"] == datetime(2026, 2, 20, 7, 1, tzinfo=UTC)
    assert event["job.gpu_hours"] is None


def test_lines_arrays_and_lists_give_the_same() -> None:
    forms = (NESTED, [NESTED], {"jobs": [NESTED]})
    assert len({events(form)[0]["event.id"] for form in forms}) == 1
    lines = b"\n".join(json.dumps({"jobs": [NESTED]}).encode() for _ in range(3))
    ids = [event["event.id"] for event in events(lines) if event["job.id"]]
    assert len(ids) == 3
    assert len(set(ids)) == 1


def test_what_stands_around_the_jobs_is_kept_once() -> None:
    meta = {"client": {"user": "bkim", "group": "x"}, "plugin": {"data_parser": "v0.0.42"}}
    *_, listed = events({"meta": meta, "jobs": [NESTED] * 3, "warnings": ["x"]})
    assert listed["event.action"] == "jobs-listed"
    assert listed["actor.account"] == "slurm:bkim"
    assert '"warnings"' in listed["event.original"]


@pytest.mark.parametrize(
    "job",
    [
        *(None, 7, [], {}, {"job_id": {}}, {"job_id": 7, "state": {"current": []}}),
        {"job_id": 7, "state": {"current": ["A B"]}, "steps": 3},
    ],
)
def test_what_is_no_job_is_rejected(job: Any) -> None:
    (batch,) = SOURCE.parse(io.BytesIO(json.dumps([job]).encode()), CONTEXT)
    assert batch.events.num_rows == 0
    assert len(batch.rejected) == (0 if job == [] else 1)


@pytest.mark.shared_data
def test_every_job_and_step_of_a_real_list_is_an_event(real_logs: Path) -> None:
    log = (real_logs / "slurm/sacct.json").read_bytes()
    found = [event for event in events(log) if event["job.id"]]
    jobs = [event for event in found if "." not in event["job.id"]]
    assert (len(jobs), len(found)) == (42, 144)
    assert len({event["event.id"] for event in found}) == 144
    assert all(event["actor.account"] for event in jobs)
    assert SOURCE.recognises(log[: 64 << 10], "") >= 0.9
