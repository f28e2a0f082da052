"""Slurm's accounting: who ended whose job, and logs with and without a header."""

import dataclasses
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from analytics.event import Context
from analytics.slurm.times import Clock, time_of
from analytics.slurm.values import nodes_of, seconds_of
from analytics.sources.slurm_sacct import SOURCE
from analytics.sources.slurm_sacct.columns import of_header, of_shape

RECEIVED = datetime(2026, 3, 1, tzinfo=UTC)
CONTEXT = Context(feed="f", batch="b", origin="o", received=RECEIVED)
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


LABELS = {
    **{"account_name": "account", "gid_number": "gid", "uid_number": "job_uid"},
    **{"group_name": "group", "qos_name": "qos", "nnodes": "nnodes", "ncpus": "ncpus"},
    **{"job_id_raw": "jobidraw", "req_cpus": "reqcpus", "req_mem": "reqmem"},
    **{"req_tres": "reqtres", "alloc_tres": "alloctres"},
}
UTCS = Clock(UTC, RECEIVED)
MOMENTS = {"submit_time": "submit", "eligible_time": "eligible", "start_time": "start"}


def agreed(event: dict[str, Any]) -> dict[str, Any]:
    """What another reader of the same row says, as our event says it."""
    labels = dict(event["labels"])
    times = {name: labels.get(label) for name, label in MOMENTS.items()}
    return {
        **{name: labels.get(label, "") for name, label in LABELS.items()},
        **{name: time.timestamp() for name, text in times.items() if (time := time_of(text, UTCS))},
        "end_time": event["@timestamp"].timestamp(),
        "job_id": event["job.id"],
        "partition_name": event["job.partition"] or "",
        "user_name": event["job.owner"].removeprefix("slurm:"),
        "elapsed": seconds_of(event["event.original"].split("|")[14]),
        "timelimit": seconds_of(labels.get("timelimit")),
        "exit_code": f"{event['job.exit']}:{event['job.signal']}",
        "state": event["job.state"],
        "node_list": event["job.nodes"],
        "job_name": event["job.name"],
        "ngpus": event["job.gpus"],
    }


def told(name: str, value: Any) -> Any:
    """The other reader's value: its node list spelt out, its state without who cancelled."""
    if name == "node_list":
        return list(nodes_of(value))
    return value.partition(" by ")[0] if name == "state" else value


@pytest.mark.shared_data
def test_rows_whose_state_another_reader_skips_are_kept(real_logs: Path) -> None:
    folder = real_logs / "slurm/shredder/input"
    for name in ("non-ended-job-state", "unknown-job-state"):
        rows = (folder / f"{name}.log").read_bytes()
        assert [event["job.id"] for event in events(rows)] == ["3451067", "3483276"]


@pytest.mark.shared_data
def test_real_rows_mean_what_another_reader_says(real_logs: Path) -> None:
    folder = real_logs / "slurm/shredder"
    expected = json.loads((folder / "output/accounting-logs.json").read_text())
    found = events((folder / "input/accounting-logs.log").read_bytes())
    for event, row in zip(found, expected, strict=True):
        assert agreed(event) == {name: told(name, row[name]) for name in agreed(event)}
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


ROW = "7|asilva|1017|COMPLETED|{0}|{0}|{0}|01:00:00|train"
NINE = "2026-02-20T09:00:00"


def test_the_same_row_with_columns_in_another_order_is_the_same_event() -> None:
    order = (8, 3, 1, 0, 7, 6, 5, 4, 2)
    lines = [HEADER.split("|"), ROW.format(NINE).split("|")]
    shuffled = "\n".join(";".join(line[place] for place in order) for line in lines)
    (one,), (other,) = events(f"{HEADER}\n{ROW.format(NINE)}"), events(shuffled)
    for event in (one, other):
        del event["event.original"], event["labels"]
    assert one == other


@pytest.mark.parametrize("time", ["1771578000", "20 Feb 09:00", "2026-02-20 10:00:00+0100"])
def test_other_time_formats_are_the_same_event(time: str) -> None:
    (one,), (other,) = (events(f"{HEADER}\n{ROW.format(text)}") for text in (NINE, time))
    assert one["event.id"] == other["event.id"]
    assert one["@timestamp"] == other["@timestamp"]


def test_a_table_for_eyes_is_read() -> None:
    log = (
        "JobID           JobName      State                 End ExitCode \n"
        "------------ ---------- ---------- ------------------- -------- \n"
        "7                 train OUT_OF_ME+ 2026-02-20T09:00:00    0:125 \n"
        "7.batch           batch CANCELLED+ 2026-02-20T09:00:00     0:15 \n"
    )
    job, step = events(log)
    assert (job["job.id"], job["job.state"], job["job.signal"]) == ("7", "OUT_OF_MEMORY", 125)
    assert (step["event.action"], step["job.name"]) == ("step-cancelled", "batch")
    assert SOURCE.recognises(log.encode(), "") >= 0.9


def test_a_name_with_line_breaks_and_delimiters_is_one_row() -> None:
    header, row = "JobID|JobName|State|End", f"7|a\nb|c\nd|FAILED|{NINE}"
    first, second = events(f"{header}\n{row}\n8|e|FAILED|{NINE}")
    assert first["job.name"] == "a\nb|c\nd"
    assert first["event.original"] == row
    assert second["job.id"] == "8"


def test_a_row_with_line_breaks_is_whole_across_batches() -> None:
    rows = [f"{number}|a\nb\nc|FAILED|{NINE}" for number in range(4000)]
    found = events("\n".join(["JobID|JobName|State|End", *rows]))
    assert [event["event.original"] for event in found] == rows


def test_two_rows_glued_together_are_two_events() -> None:
    row = ROW.format(NINE)
    assert [event["job.id"] for event in events(f"{HEADER}\n{row}8{row[1:]}")] == ["7", "8"]
    trailing = f"{HEADER}|\n{row}|8{row[1:]}|"
    assert [event["job.id"] for event in events(trailing)] == ["7", "8"]


def test_a_cut_last_line_is_rejected_and_kept() -> None:
    log = f"{HEADER}\n{ROW.format(NINE)}\n8|asilva|1017|COMPL".encode()
    (batch,) = SOURCE.parse(io.BytesIO(log), CONTEXT)
    assert batch.events.num_rows == 1
    assert [(line.line, line.text) for line in batch.rejected] == [(3, "8|asilva|1017|COMPL")]


def test_a_start_thousands_of_years_ahead_spoils_no_other_row() -> None:
    far = ROW.format(NINE).replace("|2026-", "|9026-", 2)
    log = f"{HEADER}\n{far}\n{ROW.format(NINE)}\n".encode()
    found = list(SOURCE.parse(io.BytesIO(log), CONTEXT))
    assert sum(batch.events.num_rows + len(batch.rejected) for batch in found) == 2


def test_a_step_has_the_user_of_its_job_also_over_thousands_of_steps() -> None:
    job = ROW.format(NINE)
    steps = [f"7.{number}||||{NINE}|{NINE}|{NINE}||python" for number in range(5000)]
    steps = [step.replace("||||", "|||COMPLETED|", 1) for step in steps]
    found = events("\n".join([HEADER, job, *steps, f"9.0|||COMPLETED|{NINE}|{NINE}|{NINE}||x"]))
    assert {event["job.owner"] for event in found[:-1]} == {"slurm:asilva"}
    assert found[-1]["job.owner"] is None


def test_states_that_wait_or_go_on_have_no_end() -> None:
    later = "2026-02-28T09:00:00"
    waiting, running = (
        events(f"{HEADER}\n7|a|1|{state}|{NINE}|{later}|{later}||x")[0]
        for state in ("PENDING", "RUNNING")
    )
    assert waiting["@timestamp"] == datetime(2026, 2, 20, 9, tzinfo=UTC)
    assert running["@timestamp"] == datetime(2026, 2, 28, 9, tzinfo=UTC)


def test_runs_of_a_requeued_job_stay_apart() -> None:
    rows = [
        f"7|a|1|NODE_FAIL|{NINE}|{NINE}|{NINE}||x",
        f"7|a|1|NODE_FAIL|{NINE[:-2]}30|{NINE}|{NINE}||x",
    ]
    assert len({event["event.id"] for event in events("\n".join([HEADER, *rows]))}) == 2


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


def test_rows_without_any_time_are_states_at_their_arrival() -> None:
    log = (
        "JobID           JobName      State ExitCode \n"
        "------------ ---------- ---------- -------- \n"
        "812               train  COMPLETED      0:0 \n"
        "813               train CANCELLED+      0:0 \n"
    )
    job, cancelled = events(log)
    assert (job["event.kind"], job["@timestamp"]) == ("state", RECEIVED)
    assert dict(job["labels"])["time"] == "when received"
    later = dataclasses.replace(CONTEXT, received=RECEIVED + timedelta(hours=1))
    (batch,) = SOURCE.parse(io.BytesIO(log.encode()), later)
    assert batch.events["event.id"].to_pylist() == [job["event.id"], cancelled["event.id"]]


def test_the_delimiter_in_a_submit_line_is_not_taken_for_the_name_s() -> None:
    log = (
        "JobID|State|End|JobName|SubmitLine\n"
        "1|COMPLETED|2026-01-05T12:00:00|a|sbatch --wrap=python a|tee b\n"
        "2|COMPLETED|2026-01-05T12:00:00|a|b|/opt/slurm/bin/srun c\n"
    )
    told = [(row["job.name"], row["process.command_line"]) for row in events(log)]
    assert told == [("a", "sbatch --wrap=python a|tee b"), ("a|b", "/opt/slurm/bin/srun c")]


def test_a_row_that_ends_in_an_empty_cell_may_have_the_delimiter_in_its_submit_line() -> None:
    names, job = "JobID|State|End|SubmitLine|Comment", "1|COMPLETED|2026-01-05T12:00:00|sbatch "
    rows = {
        f"{names}\n{job}a|b|\n": "sbatch a|b",  # `sacct -P`
        f"{names}\n{job}a|b|c\n": "sbatch a|b",
        f"{names}\n{job}a|\n": "sbatch a",
        f"{names}|\n{job}a|b||\n": "sbatch a|b",  # `sacct -p`
        f"{names}|\n{job}a||\n": "sbatch a",
    }
    for log, command in rows.items():
        (event,) = events(log)
        assert event["process.command_line"] == command
    (last,) = events(f"JobID|State|End|SubmitLine|\n{job}a|b|\n")
    assert last["process.command_line"] == "sbatch a|b"
