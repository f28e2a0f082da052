"""Checkpoint manifests: the script is run over real files, and what it writes is read."""

import hashlib
import io
import json
import os
import runpy
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from analytics import pipeline
from tests.analytics.sources.reading import Row, read

SCRIPT = Path(__file__).resolve().parents[3] / "docs/collect/checkpoint_manifest.py"
JOB = {
    "PATH": os.environ["PATH"],
    "SLURM_JOB_ID": "44",
    "SLURM_JOB_USER": "asilva",
    "SLURMD_NODENAME": "gpu07",
}


def manifest(*arguments: str | Path, **environment: str) -> tuple[list[Row], str]:
    """What the script writes, run in this process (a Python of its own for each would be slow)."""
    printed, told = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", [str(SCRIPT), *map(str, arguments)])
        patch.setattr(os, "environ", environment)
        with redirect_stdout(printed), redirect_stderr(told):
            runpy.run_path(str(SCRIPT), run_name="__main__")
    return rows_of(printed.getvalue().encode()), told.getvalue()


def rows_of(lines: bytes) -> list[Row]:
    if lines:
        found = pipeline.recognise(lines, "")
        assert found is not None
        assert found.name == "checkpoint_manifest"
    rows, rejected = read("checkpoint_manifest", lines, received=datetime.now(UTC))
    assert rejected == []
    return rows


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "step-500" / "rank").mkdir(parents=True)
    (tmp_path / "step-500" / "model.safetensors").write_bytes(os.urandom(3 << 20))
    (tmp_path / "step-500" / "rank" / "optim.pt").write_bytes(b"state")
    (tmp_path / "base.bin").write_bytes(b"base")
    return tmp_path


def test_the_script_runs_by_itself(folder: Path) -> None:
    done = subprocess.run([SCRIPT, folder / "base.bin"], env=JOB, capture_output=True, check=True)
    (row,) = rows_of(done.stdout)
    assert row["file.hash.sha256"] == digest(folder / "base.bin")
    assert done.stderr == b""


def test_a_job_writes_down_each_file_of_its_checkpoint_and_what_it_came_of(folder: Path) -> None:
    rows, told = manifest("--parent", folder / "base.bin", folder / "step-500", **JOB)
    model, optimiser = rows
    assert told == ""
    assert model["file.path"] == str(folder / "step-500/model.safetensors")
    assert model["file.hash.sha256"] == digest(folder / "step-500/model.safetensors")
    assert model["labels"]["bytes"] == str(3 << 20)
    assert optimiser["file.path"].endswith("rank/optim.pt")
    assert (model["job.id"], model["job.owner"]) == ("44", "unix:asilva")
    assert (model["host.name"], model["event.action"]) == ("gpu07", "checkpoint-recorded")
    assert model["labels"]["parent"] == str(folder / "base.bin")
    assert model["labels"]["parent_sha256"] == digest(folder / "base.bin")
    assert model["actor.account"] is None


def test_a_file_that_came_of_two_others_has_a_line_for_each(folder: Path) -> None:
    arguments = ("--parent", folder / "base.bin", "--parent", folder / "step-500")
    rows, _ = manifest(*arguments, folder / "base.bin", **JOB)
    assert [row["labels"]["parent"] for row in rows] == [
        str(folder / "base.bin"),
        str(folder / "step-500"),
    ]
    assert "parent_sha256" not in rows[1]["labels"]
    assert len({row["event.id"] for row in rows}) == 2


def test_what_a_job_loads_and_what_was_there_already_are_told_apart(folder: Path) -> None:
    loaded, _ = manifest("--loaded", folder / "base.bin", **JOB)
    found, _ = manifest("--found", folder / "base.bin", **JOB)
    assert loaded[0]["event.action"] == "checkpoint-loaded"
    assert loaded[0]["job.id"] == "44"
    assert found[0]["event.action"] == "checkpoint-recorded"
    assert (found[0]["job.id"], found[0]["labels"]["at"]) == (None, "found")
    assert found[0]["owner.account"] == f"uid:site/{os.getuid()}"


def test_a_task_of_an_array_is_named_as_accounting_names_it(folder: Path) -> None:
    array = {"SLURM_ARRAY_JOB_ID": "41", "SLURM_ARRAY_TASK_ID": "3"}
    rows, _ = manifest(folder / "base.bin", **JOB, **array)
    assert rows[0]["job.id"] == "41_3"


def test_jobs_may_share_a_file_of_lines(folder: Path, tmp_path: Path) -> None:
    log = tmp_path / "manifest.ndjson"
    for _ in range(2):
        rows, _ = manifest(folder / "base.bin", **JOB, FOUREYES_MANIFEST_LOG=str(log))
        assert rows == []
    rows, _ = read("checkpoint_manifest", log.read_bytes(), received=datetime.now(UTC))
    assert [row["file.path"] for row in rows] == [str(folder / "base.bin")] * 2


def test_names_may_have_any_bytes(folder: Path) -> None:
    odd = folder / "odd"
    odd.mkdir()
    for name in (b'a"}\n{"foureyes":1', b"\xff\xfe.pt", "größe ’.pt".encode()):
        (Path(os.fsdecode(os.fsencode(odd) + b"/" + name))).write_bytes(b"x")
    rows, _ = manifest(odd, **JOB)
    names = {row["file.path"].rpartition("odd/")[2] for row in rows}
    assert names == {'a"}\n{"foureyes":1', "\ufffd\ufffd.pt", "größe ’.pt"}


def test_what_is_missing_or_no_file_is_left_out_and_the_job_ends_well(folder: Path) -> None:
    os.mkfifo(folder / "step-500" / "pipe")
    (folder / "step-500" / "link").symlink_to("/etc/passwd")
    rows, told = manifest(folder / "gone", folder / "step-500", **JOB)
    assert [row["file.path"].rpartition("/")[2] for row in rows] == [
        "model.safetensors",
        "optim.pt",
    ]
    assert "gone" in told
    rows, told = manifest(folder / "base.bin", FOUREYES_MANIFEST_LOG=str(folder / "no" / "such"))
    assert (rows, "such" in told) == ([], True)


def test_links_of_a_cache_are_followed_where_that_is_asked_for(folder: Path) -> None:
    (folder / "snapshot").mkdir()
    (folder / "snapshot" / "model.bin").symlink_to("../base.bin")
    assert manifest(folder / "snapshot", **JOB)[0] == []
    (row,), _ = manifest("--follow", folder / "snapshot", **JOB)
    assert row["file.path"] == str(folder / "snapshot/model.bin")
    assert row["file.hash.sha256"] == digest(folder / "base.bin")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"sha256": "A" * 64}, "no SHA-256"),
        ({"path": ""}, "no path"),
        ({"time": "soon"}, "no time"),
        ({"at": "eaten"}, "not a line"),
        ({"foureyes": "slurm_task"}, "not a line"),
    ],
)
def test_a_line_without_what_it_needs_is_rejected(change: dict[str, Any], reason: str) -> None:
    line = {"foureyes": "checkpoint_manifest", "at": "written", "time": "2026-02-10T09:00:00Z"}
    told = line | {"path": "/a", "sha256": "a" * 64} | change
    rows, rejected = read("checkpoint_manifest", json.dumps(told))
    assert rows == []
    assert rejected[0].reason.startswith(reason)
