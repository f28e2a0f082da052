"""Versions of jobs count once; an act on a node belongs to a job exactly, by interval or not."""

import io
import json
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from analytics.behaviour import person_days
from analytics.event import Context, Source
from analytics.governance import isolation, jobs
from analytics.sources.slurm_sacct import SOURCE as TABLE
from analytics.sources.slurm_sacct_json import SOURCE as LIST
from tests.analytics.laboratory import DIRECTORY, EMPTY, SITE, event, table

CONTEXT = Context(feed="f", batch="b", origin="o", received=datetime(2026, 3, 12, tzinfo=UTC))
HEADER = "Cluster|JobID|User|UID|State|Submit|Start|End|NodeList|AllocTRES\n"
RUNNING = (
    "lab1|7|bob|1003|RUNNING|2026-03-10T08:00:00|2026-03-10T08:01:00|Unknown|gpu03|gres/gpu=8\n"
)
CANCELLED = RUNNING.replace("RUNNING", "CANCELLED by 1002").replace(
    "Unknown", "2026-03-10T09:01:00"
)
REQUEUED = RUNNING.replace("10T08:0", "10T10:0")
AS_JSON = {
    "job_id": 7,
    "cluster": "lab1",
    "user": "bob",
    "state": {"current": ["CANCELLED"]},
    "kill_request_user": "mallory",
    "time": {"submission": 1773129600, "start": 1773129660, "end": 1773133260},
    "nodes": "gpu03",
    "tres": {"allocated": [{"type": "gres", "name": "gpu", "count": 8}]},
}


def read(source: Source, log: str) -> pa.Table:
    return pa.concat_tables(
        [batch.events for batch in source.parse(io.BytesIO(log.encode()), CONTEXT)]
    )


def stored(*tables: pa.Table) -> pa.Table:
    """The events as a store keeps them: each id once."""
    rows = {row["event.id"]: row for each in reversed(tables) for row in each.to_pylist()}
    return pa.Table.from_pylist(list(rows.values()), schema=tables[0].schema)


def counted(events: pa.Table) -> tuple[Any, Any]:
    """Jobs of others that mallory cancelled, by behaviour and by isolation."""
    days = {row["person"]: row for row in person_days.of_day(events, DIRECTORY).to_pylist()}
    (finding,) = isolation.find(datetime(2026, 3, 10).date(), events, SITE, EMPTY)  # noqa: DTZ001
    return days["mallory"]["jobs_cancelled_of_others"], finding.observed


def test_a_job_counts_once_however_often_and_by_whichever_tool_it_comes() -> None:
    rows = read(TABLE, HEADER + RUNNING + CANCELLED)
    again = read(TABLE, HEADER + CANCELLED)
    listed = read(LIST, json.dumps([AS_JSON]))
    events = stored(rows, again, listed)
    assert events.num_rows == 2
    latest = jobs.current(events)
    assert latest["job.state"].to_pylist() == ["CANCELLED"]
    assert sum(latest["job.gpu_hours"].to_pylist()) == 8.0
    assert counted(latest) == counted(events) == (1, 1)


def test_a_requeued_run_is_no_version_of_the_one_before() -> None:
    events = read(TABLE, HEADER + RUNNING + CANCELLED + REQUEUED)
    assert jobs.current(events)["job.state"].to_pylist() == ["CANCELLED", "RUNNING"]


def test_of_one_moment_the_version_that_is_over_stays() -> None:
    failed = RUNNING.replace("RUNNING", "FAILED").replace("Unknown", "2026-03-10T08:01:00")
    events = read(TABLE, HEADER + failed + RUNNING)
    assert jobs.current(events)["job.state"].to_pylist() == ["FAILED"]


def test_what_is_no_job_stays() -> None:
    events = table(event(event__action="a"), event(event__action="b"))
    assert jobs.current(events) is events


def task(pid: int, at: float, action: str = "task-started") -> dict[str, Any]:
    return event(
        at,
        event__action=action,
        event__module="scheduler",
        host__name="gpu03",
        process__pid=pid,
        job__id="7.0",
        job__owner="slurm:bob",
    )


def act(at: float, pid: int, parent: int, **more: Any) -> dict[str, Any]:
    told = {"event__module": "shell", "host__name": "gpu03"} | more
    return event(at, process__pid=pid, process__parent__pid=parent, **told)


def matches(*rows: dict[str, Any]) -> list[tuple[Any, ...]]:
    columns = ("job.match", "job.id", "actor.account")
    found = jobs.matched(table(*rows)).select(columns).to_pylist()
    return [tuple(row.values()) for row in found if row != dict.fromkeys(columns)]


def test_root_inside_a_known_job_is_the_job_s_owner() -> None:
    found = matches(
        task(50, 9), act(9.1, 51, 50, user__id="0"), act(9.2, 52, 51, user__id="0"),
        task(50, 10, "task-ended"), act(10.1, 53, 50, user__id="0"), act(9.3, 60, 1, user__id="0"),
    )  # fmt: skip
    assert [row for row in found if row[0]] == [("exact", "7", "slurm:bob")] * 2


def test_nobody_else_s_act_changes_hands() -> None:
    found = matches(task(50, 9), act(9.1, 51, 50, user__id="1002", actor__account="uid:site/1002"))
    assert ("exact", "7", "uid:site/1002") in found


def test_one_job_of_the_same_user_there_and_then_is_an_interval() -> None:
    job = event(
        9, event__module="scheduler", job__id="7", job__owner="slurm:bob", job__state="RUNNING",
        job__nodes=["gpu03"], labels=[("began", "1773129660")],
    )  # fmt: skip
    bob = {"user__name": "bob", "actor__account": "unix:bob"}
    found = matches(job, act(8.5, 9, 1, **bob), act(8.5, 9, 1, user__name="alice"))
    assert ("interval", "7", "unix:bob") in found
    assert all(row[2] == "unix:bob" or row[0] is None for row in found)
    other = job | {"event.id": "other", "job.id": "8"}
    (several,) = [row for row in matches(job, other, act(8.5, 9, 1, **bob)) if row[2]]
    assert several == ("ambiguous", None, "unix:bob")


def test_a_task_that_names_another_owner_than_accounting_is_not_believed() -> None:
    job = event(
        9, event__module="scheduler", job__id="7", job__owner="slurm:carol",
        job__state="RUNNING", job__nodes=["gpu03"],
    )  # fmt: skip
    found = matches(job, task(50, 9), act(9.1, 51, 50, user__id="0"))
    assert not [row for row in found if row[0]]
