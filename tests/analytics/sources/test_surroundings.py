"""File systems, experiment trackers, GPUs and trainings: what golden samples cannot say."""

import json
import runpy
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.analytics.sources.reading import read

ROOT = Path(__file__).resolve().parents[3]
GOLDEN = ROOT / "tests/golden"


@pytest.mark.parametrize(
    ("name", "sample"),
    [
        ("dcgm_health", "health.ndjson"),
        ("gpfs_audit", "audit.ndjson"),
        ("lustre_changelog", "changelog.txt"),
        ("mlflow_events", "runs.json"),
        ("training_steps", "run.ndjson"),
        ("wandb_audit", "audit.ndjson"),
    ],
)
def test_what_is_sent_again_is_the_same_event(name: str, sample: str) -> None:
    log = (GOLDEN / name / sample).read_bytes()
    once, _ = read(name, log)
    again, _ = read(name, b"\n" + log, origin="another")
    assert [row["event.id"] for row in once] == [row["event.id"] for row in again]
    assert len({row["event.id"] for row in once}) == len(once)


def test_a_run_that_is_listed_later_adds_only_what_is_new() -> None:
    info = {"run_id": "r", "user_id": "ana", "status": "RUNNING", "start_time": 1770710400000}
    running = {"info": info | {"lifecycle_stage": "active"}}
    deleted = {
        "info": info | {"lifecycle_stage": "deleted", "status": "FAILED", "end_time": 1770714000000}
    }
    first, _ = read("mlflow_events", json.dumps({"runs": [running]}))
    later, _ = read("mlflow_events", json.dumps({"runs": [deleted]}))
    assert [row["event.action"] for row in later] == ["run-started", "run-failed", "run-deleted"]
    assert first[0]["event.id"] == later[0]["event.id"]
    assert later[2]["actor.account"] is None


def test_a_run_that_was_asked_for_alone_is_as_one_of_a_list() -> None:
    page = json.loads((GOLDEN / "mlflow_events/runs.json").read_text())
    alone, _ = read("mlflow_events", json.dumps({"run": page["runs"][0]}))
    listed, _ = read("mlflow_events", json.dumps({"runs": page["runs"][:1]}))
    assert [row["event.id"] for row in alone] == [row["event.id"] for row in listed]


def test_a_failed_sign_in_to_a_tracker_is_no_change_of_rights() -> None:
    entry = {"timestamp": "2026-02-01T10:00:00Z", "action": "user:login", "response_code": 401}
    ((row,), _) = read("wandb_audit", json.dumps({**entry, "actor_user_index": 3}))
    assert (row["event.category"], row["event.outcome"]) == ("authentication", "failure")
    assert row["user.id"] == "3"


def test_a_name_in_a_changelog_may_look_like_a_part_of_the_record() -> None:
    start = "7 01CREAT 19:19:11.1 2026.02.10 0x0 t=[0x1:0x1:0x0] u=1:1 p=[0x2:0x1:0x0] "
    ((row,), _) = read("lustre_changelog", start + "u=0:0 j=x name")
    assert (row["actor.account"], row["file.path"]) == ("uid:site/1", "u=0:0 j=x name")


def test_the_health_script_writes_lines_that_are_read(tmp_path: Path) -> None:
    report = (GOLDEN / "dcgm_health/health.ndjson").read_text().splitlines()[1]
    dcgmi = tmp_path / "dcgmi"
    dcgmi.write_text(
        f"#!/bin/sh\ncat <<'END'\n{json.dumps(json.loads(report)['dcgmi'], indent=1)}\nEND\n"
    )
    dcgmi.chmod(0o755)
    done = subprocess.run(
        ["/bin/sh", ROOT / "docs/collect/dcgm-health"],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
        capture_output=True,
        check=True,
    )
    ((row,), rejected) = read("dcgm_health", done.stdout, received=datetime.now(UTC))
    assert (row["event.action"], rejected) == ("gpu-unhealthy", [])
    assert "ECC" in row["labels"]["faults"]


def test_the_callback_writes_lines_that_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLURM_JOB_ID", "4711")
    monkeypatch.setenv("SLURM_JOB_USER", "asilva")
    path = tmp_path / "run.ndjson"
    callback = runpy.run_path(str(ROOT / "docs/collect/training_callback.py"))
    tell = callback["Teller"](str(path), run="llm-13b")
    tell("start", step=0, seed=17)
    tell("step", step=33, step_seconds=1.8, loss=float("2.5"))
    tell("checkpoint", step=500, path="/shared/ckpt/llm-13b/step-500")
    rows, rejected = read("training_steps", path.read_bytes(), received=datetime.now(UTC))
    assert [row["event.action"] for row in rows] == [
        "training-started",
        "training-step",
        "checkpoint-saved",
    ]
    assert {row["owner.account"] for row in rows} == {"unix:asilva"}
    assert rejected == []


def test_the_callback_stops_no_training_that_it_cannot_write_about(tmp_path: Path) -> None:
    callback = runpy.run_path(str(ROOT / "docs/collect/training_callback.py"))
    callback["Teller"](str(tmp_path / "no" / "such" / "folder"))("step", step=1)
