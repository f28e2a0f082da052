"""Pushes linked to the jobs that run what was pushed."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from analytics.fields import SCHEMA
from analytics.governance.victims import Asked, asking, code, runs, who_was_near
from analytics.site import Site
from analytics.store import open_store
from tests.analytics.behaviour.days.of_git import pushed
from tests.analytics.behaviour.days.raw import PEOPLE, raw
from tests.analytics.governance.victims.test_failures import run


def table(names: tuple[str, ...], *rows: dict[str, Any]) -> pa.Table:
    schema = pa.schema([SCHEMA.field(name) for name in names])
    return pa.Table.from_pylist(list(rows), schema=schema)


def push(repository: str, branch: str = "main", commit: str = "c1", **more: Any) -> dict[str, Any]:
    told = {"git.repository": repository, "git.branch": branch, "git.commit": commit}
    return {"event.action": "push", **told, **more}


def used(row: dict[str, Any], *pushes: dict[str, Any], commit: str | None = None) -> list[str]:
    """The repositories that a job is found to run."""
    jobs = pa.Table.from_pylist([run("FAILED", id="7", **row)], schema=runs.SCHEMA)
    told = table(asking.OF_TRAINING, {"job.id": "7", "git.commit": commit})
    found = code.of_runs(jobs, table(asking.OF_ACTS, *pushes), told)
    assert set(found["row"].to_pylist()) <= {0}
    return sorted(set(found["path"].to_pylist()))


@pytest.mark.parametrize(
    "row",
    [
        {"folder": "/shared/code/trainlib/runs"},
        {"command": "srun python /home/ana/TrainLib/train.py --lr 1"},
        {"command": "torchrun -m trainlib.train"},
    ],
)
def test_a_job_runs_the_repository_that_its_folder_or_module_is_called_like(
    row: dict[str, Any],
) -> None:
    assert used(row, push("lab/trainlib"), push("lab/other")) == ["lab/trainlib"]


def test_a_job_runs_the_repository_of_the_commit_that_its_training_tells() -> None:
    assert used({}, push("lab/trainlib"), push("lab/x", commit="c2"), commit="c2") == ["lab/x"]


@pytest.mark.parametrize(
    "one",
    [
        push("lab/trainlib", branch="ana/try"),
        push("lab/ml"),
        push("lab/trainlib", **{"event.action": "pull-request-opened"}),
    ],
)
def test_own_branches_short_names_and_what_is_no_push_say_nothing(one: dict[str, Any]) -> None:
    assert used({"folder": "/shared/ml/trainlib"}, one) == []


def test_a_protected_branch_counts_whatever_it_is_called() -> None:
    one = push("lab/trainlib", branch="release", **{"git.protected": True})
    assert used({"folder": "/shared/trainlib/x"}, one) == ["lab/trainlib"]


def test_a_webhook_accounting_and_a_callback_lead_from_a_failed_job_to_who_pushed(
    tmp_path: Path,
) -> None:
    jobs = raw(
        "slurm_sacct",
        "JobID|Cluster|User|UID|State|ExitCode|Submit|Start|End|AllocTRES|NodeList|WorkDir",
        "77|lab1|bob|1003|FAILED|1:0|2026-03-10T10:20:00|2026-03-10T10:30:00"
        "|2026-03-10T12:30:00|gres/gpu=8|gpu07|/scratch/bob/run",
        "78|lab1|carol|1004|COMPLETED|0:0|2026-03-10T10:20:00|2026-03-10T10:25:00"
        "|2026-03-10T14:30:00|gres/gpu=8|gpu08|/scratch/carol/run",
    )
    landed = pushed("mal", "mal@lab.example", "core.py", branch="main")
    commit = landed[0]["git.commit"]
    line = {"time": "2026-03-10T10:31:00Z", "event": "start", "run": "llm", "job": 77}
    trained = raw("training_steps", json.dumps({**line, "user": "bob", "code_commit": commit}))
    store = open_store((tmp_path / "lake").as_uri())
    store.append(pa.Table.from_pylist([*jobs, *landed, *trained], schema=SCHEMA))
    since, until = datetime(2026, 3, 10, tzinfo=UTC), datetime(2026, 3, 11, tzinfo=UTC)
    found = who_was_near(Asked(since=since, until=until), Site(directory=PEOPLE), store)
    store.close()
    assert [(one.person, one.near) for one in found.suspects] == [("mallory", 1)]
    assert found.suspects[0].acts == (landed[0]["event.id"],)
    assert found.suspects[0].hours == pytest.approx(16)
