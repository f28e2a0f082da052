"""Slurm's accounting: who ended whose job, and logs with and without a header."""

import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from analytics.event import Context
from analytics.sources.slurm_sacct import SOURCE
from analytics.sources.slurm_sacct.columns import of_header, of_shape
from analytics.sources.slurm_sacct.values import (
    JOB,
    gpus_of,
    nodes_of,
    seconds_of,
    tasks_of,
    time_of,
)

RECEIVED = datetime(2026, 3, 1, tzinfo=UTC)
HEADER = "JobID|User|UID|State|Submit|Start|End|Elapsed|JobName"


def events(log: str | bytes, **context: Any) -> list[dict[str, Any]]:
    raw = log.encode() if isinstance(log, str) else log
    told = Context(feed="f", batch="b", origin="o", received=RECEIVED, **context)
    batches = list(SOURCE.parse(io.BytesIO(raw), told))
    assert not [rejected for batch in batches for rejected in batch.rejected]
    return [event for batch in batches for event in batch.events.to_pylist()]


def cancelled_by(uid: str) -> dict[str, Any]:
    times = "2026-02-20T08:00:00|2026-02-20T08:00:00|2026-02-20T09:00:00|01:00:00"
    (event,) = events(f"{HEADER}\n7|asilva|1017|CANCELLED by {uid}|{times}|train\n")
    return event


def test_cancelling_one_s_own_job_is_the_owner_s_act() -> None:
    event = cancelled_by("1017")
    assert event["actor.account"] == event["owner.account"] == "slurm:asilva"
    assert event["job.cancelled_by"] == "uid:site/1017"


@pytest.mark.parametrize("uid", ["1020", "0"])
def test_cancelling_another_s_job_is_the_act_of_the_uid(uid: str) -> None:
    event = cancelled_by(uid)
    assert event["actor.account"] == event["job.cancelled_by"] == f"uid:site/{uid}"
    assert event["owner.account"] == "slurm:asilva"
    assert event["user.target.name"] == "asilva"
    assert dict(event["labels"])["job_uid"] == "1017"


def test_an_end_without_a_name_has_no_actor() -> None:
    times = "2026-02-20T08:00:00|2026-02-20T08:00:00|2026-02-20T09:00:00|01:00:00"
    (event,) = events(f"{HEADER}\n7|asilva|1017|CANCELLED|{times}|train\n")
    assert event["actor.account"] is None
    assert event["actor.basis"] == "not told"


@pytest.mark.shared_data
def test_every_row_of_a_real_log_without_header_is_read(real_logs: Path) -> None:
    log = (real_logs / "slurm/phillips.log").read_bytes()
    found = events(log)
    assert len(found) == len({event["event.id"] for event in found}) == 4285
    assert SOURCE.recognises(log[: 64 << 10], "phillips.log") >= 0.9
    cancelled = [event for event in found if event["job.cancelled_by"]]
    assert len(cancelled) == 243
    assert {event["actor.basis"] for event in cancelled} == {"cancelled with the owner's uid"}
    assert max(event["job.gpus"] for event in found) == 2


@pytest.mark.shared_data
def test_an_odd_delimiter_is_found(real_logs: Path) -> None:
    log = (real_logs / "slurm/sacct.txt").read_bytes()
    found = events(log)
    assert len(found) == 242
    steps = [event for event in found if "step" in dict(event["labels"])]
    assert len(steps) == 142
    assert {event["event.action"].split("-")[0] for event in steps} == {"step"}


@pytest.mark.shared_data
def test_the_json_of_sacct_is_another_format(real_logs: Path) -> None:
    assert SOURCE.recognises((real_logs / "slurm/sacct.json").read_bytes()[: 64 << 10], "") == 0


@pytest.mark.shared_data
def test_real_rows_mean_what_another_reader_says(real_logs: Path) -> None:
    folder = real_logs / "slurm/shredder"
    expected = json.loads((folder / "output/accounting-logs.json").read_text())
    found = events((folder / "input/accounting-logs.log").read_bytes())
    for event, row in zip(found, expected, strict=True):
        assert event["@timestamp"] == datetime.fromtimestamp(row["end_time"], UTC)
        assert event["job.owner"] == f"slurm:{row['user_name']}"
        assert event["job.gpus"] == row["ngpus"]
        assert event["job.name"] == row["job_name"]
        assert row["nnodes"] in {"0", str(len(event["job.nodes"]))}
    arrays = json.loads((folder / "output/accounting-logs-with-job-arrays.json").read_text())
    for event, tasks in zip(
        events((folder / "input/accounting-logs-with-job-arrays.log").read_bytes()),
        arrays,
        strict=True,
    ):
        assert dict(event["labels"])["array_tasks"] == ",".join(map(str, tasks))
    (event,) = events((folder / "input/utf8-multibyte-chars.log").read_bytes())
    (row,) = json.loads((folder / "output/utf8-multibyte-chars.json").read_text())
    assert event["job.name"] == row["job_name"]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("12:30:00", 45000), ("1-04:33:44", 102824), ("00:02.615", 2.615), ("UNLIMITED", None)],
)
def test_durations(text: str, seconds: float | None) -> None:
    assert seconds_of(text) == seconds


@pytest.mark.parametrize(
    ("text", "nodes"),
    [
        ("d13n[03,05,07-08]", ["d13n03", "d13n05", "d13n07", "d13n08"]),
        ("a[1-2]b[0,3],c", ["a1b0", "a1b3", "a2b0", "a2b3", "c"]),
        ("None assigned", []),
        ("gpu[x]", ["gpux"]),
    ],
)
def test_host_lists(text: str, nodes: list[str]) -> None:
    assert list(nodes_of(text)) == nodes


def test_a_hostile_host_list_stays_bounded() -> None:
    assert len(nodes_of("n[0-999999999999]")) == 10_000
    assert len(nodes_of("n[1-99999][1-99999][1-99999]")) == 10_000


@pytest.mark.parametrize(
    ("job", "tasks"),
    [("41_[1-3%2]", "1,2,3"), ("41_[1,5]", "1,5"), ("41_7.batch", "7"), ("41_[1-9:4]", "1,5,9")],
)
def test_array_tasks(job: str, tasks: str) -> None:
    match = JOB.fullmatch(job)
    assert match is not None
    assert ",".join(tasks_of(match)) == tasks


@pytest.mark.parametrize(
    ("resources", "gpus"),
    [
        (("cpu=8,gres/gpu:a100=4,gres/gpu=4",), 4),
        (("gres/gpu:a100=2,gres/gpu:v100=1",), 3),
        (("", "gres/gpu=2"), 2),
        (("cpu=8,gres/gpumem=10G",), 0),
        ((None, None, "gpu:tesla:2"), 2),
        ((None,), None),
    ],
)
def test_gpus(resources: tuple[str | None, ...], gpus: int | None) -> None:
    assert gpus_of(*resources) == gpus


def test_times_without_zone_are_of_the_feed_s() -> None:
    paris = ZoneInfo("Europe/Paris")
    assert time_of("2026-02-20T08:00:00", paris) == datetime(2026, 2, 20, 7, tzinfo=UTC)
    assert time_of("2026-02-20T08:00:00-0500", paris) == datetime(2026, 2, 20, 13, tzinfo=UTC)
    assert time_of("Unknown", paris) is None


@pytest.mark.parametrize("mark", ["|", ",", "☃", "\t", "||", ";"])
def test_a_header_tells_the_delimiter(mark: str) -> None:
    columns = of_header(mark.join(("JobID", "JobName", "State", "End")))
    assert columns is not None
    assert columns.delimiter == mark
    assert columns.names == ("jobid", "jobname", "state", "end")


@pytest.mark.parametrize(
    "line", ["jobid and state", "JobID|JobName", '{"jobid": 1, "state": 2}', "a|b|c", "id,state"]
)
def test_other_first_lines_are_no_header(line: str) -> None:
    assert of_header(line) is None


def test_a_shape_that_could_be_anything_is_not_taken() -> None:
    assert of_shape(["7|asilva|COMPLETED|2026-02-20T08:00:00"]) is None
