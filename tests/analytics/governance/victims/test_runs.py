import io
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from analytics import pipeline
from analytics.event import Context
from analytics.fields import BY_NAME
from analytics.governance.victims import runs
from analytics.identity import read_people

DIRECTORY = read_people(
    "person,name,team,role,manager,start,end,accounts\n"
    "ana,Ana,vision,researcher,,,,slurm:asilva;pbs:ana\n"
    "bea,Bea,vision,researcher,,,,slurm:bkim;uid:1020\n"
)
CONTEXT = Context(
    feed="f", batch="b", origin="o", received=datetime(2026, 3, 1, tzinfo=UTC), host="ctl1"
)
HEADER = (
    "JobID|Cluster|User|UID|Partition|JobName|State|ExitCode|Submit|Start|End|AllocTRES|NodeList"
    "|WorkDir|SubmitLine\n"
)


def of_log(source: str, text: str) -> list[dict[str, Any]]:
    batches = pipeline.parse(pipeline.log_sources()[source], io.BytesIO(text.encode()), CONTEXT)
    events = pa.concat_tables([batch.events for batch in batches]).select(runs.COLUMNS)
    return runs.of_events(events, DIRECTORY).to_pylist()  # type: ignore[no-any-return]


def row(
    job: str, state: str, start: str, end: str, more: str = "/w/x|sbatch a/pre.py --lr 1"
) -> str:
    return (
        f"{job}|lab|asilva|1017|gpu|train7|{state}|1:0|2026-02-20T08:00:00|{start}|{end}"
        f"|gres/gpu=16|gpu[03-04]|{more}\n"
    )


def test_its_columns_are_fields() -> None:
    assert set(runs.COLUMNS) <= BY_NAME.keys()


def test_a_run_is_its_latest_version_and_steps_are_none() -> None:
    (run,) = of_log(
        "slurm_sacct",
        HEADER
        + row("812_3", "RUNNING", "2026-02-20T08:01:00", "Unknown")
        + row("812_3", "FAILED", "2026-02-20T08:01:00", "2026-02-20T10:01:00")
        + row("812_3.batch", "FAILED", "2026-02-20T08:01:00", "2026-02-20T10:01:00"),
    )
    assert (run["id"], run["array"], run["owner"], run["state"]) == (
        "812_3",
        "812",
        "ana",
        "FAILED",
    )
    assert run["submitted"] == datetime(2026, 2, 20, 8, tzinfo=UTC)
    assert run["began"] == datetime(2026, 2, 20, 8, 1, tzinfo=UTC)
    assert run["ended"] == datetime(2026, 2, 20, 10, 1, tzinfo=UTC)
    assert (run["elapsed"], run["gpus"], run["gpu_hours"]) == (7200, 16, 32)
    assert (run["nodes"], run["exit"], run["script"]) == (["gpu03", "gpu04"], 1, "pre.py")
    assert run["folder"] == "/w/x"


def test_who_cancelled_is_a_person_and_a_requeued_job_is_two_runs() -> None:
    again = row("9", "COMPLETED", "2026-02-20T12:01:00", "2026-02-20T13:01:00")
    found = of_log(
        "slurm_sacct",
        HEADER
        + row("9", "CANCELLED by 1020", "2026-02-20T08:01:00", "2026-02-20T10:01:00")
        + again.replace("T08:00:00", "T11:00:00"),
    )
    assert [run["state"] for run in found] == ["CANCELLED", "COMPLETED"]
    assert found[0]["canceller"] == "bea"


def test_what_never_began_is_no_run() -> None:
    assert of_log("slurm_sacct", HEADER + row("1", "PENDING", "Unknown", "Unknown")) == []


def test_the_same_job_by_name_is_told_without_its_numbers() -> None:
    line = row("1", "COMPLETED", "2026-02-20T08:01:00", "2026-02-20T09:01:00", "/w/x|sbatch run")
    assert of_log("slurm_sacct", HEADER + line)[0]["script"] == "train#"


def test_jobs_of_pbs_are_runs_too() -> None:
    (run,) = of_log(
        "pbs_accounting",
        "02/11/2026 13:05:00;E;812.pbs1;user=ana group=l jobname=sweep queue=workq "
        "start=1770807900 exec_host=gpu01/0*16+gpu02/0*16 Resource_List.ngpus=16 Exit_status=1 "
        "resources_used.walltime=02:00:00\n",
    )
    assert (run["owner"], run["state"], run["nodes"]) == ("ana", "FAILED", ["gpu01", "gpu02"])
    assert run["began"] == datetime(2026, 2, 11, 11, 5, tzinfo=UTC)
    assert run["gpu_hours"] == 32
