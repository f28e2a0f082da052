"""`scontrol show`: blocks and lines, names that feign, nodes and who drained them."""

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.event import Context
from analytics.sources.slurm_scontrol import SOURCE, values_by_line, values_of

CONTEXT = Context(feed="f", batch="b", origin="o", received=datetime(2026, 3, 1, tzinfo=UTC))
TIMES = "SubmitTime=2026-02-20T08:00:00 StartTime=2026-02-20T08:01:00 EndTime=2026-02-20T09:01:00"
BLOCK = (
    "JobId=7 JobName={name}\n   UserId=asilva(1017) GroupId=x(1) MCS_label=N/A\n"
    f"   JobState=FAILED Reason=NonZeroExitCode\n   RunTime=01:00:00\n   {TIMES}\n   ExitCode=1:0\n"
    "   NodeList=gpu[03-04]\n   AllocTRES=cpu=8,gres/gpu=2\n   Command=/home/asilva/a b.sh x=1\n"
)
PIECES = [
    *("JobId=7", " JobName=a", " Command=/a b.sh", "\n   OS=Linux 5", " Reason=x y", "\n", "\n   "),
    *(" AllocNode:Sid=l:4", "=", " ", "X", "\t", "x=1", "é", " Reason=", "\nComment=", " State=UP"),
]


def events(text: str) -> list[dict[str, Any]]:
    batches = list(SOURCE.parse(io.BytesIO(text.encode()), CONTEXT))
    assert not [rejected for batch in batches for rejected in batch.rejected]
    return [event for batch in batches for event in batch.events.to_pylist()]


def test_a_block_and_a_line_are_the_same_event() -> None:
    block = BLOCK.format(name="train")
    (one,) = events(block)
    (other,) = events(" ".join(line.strip() for line in block.splitlines()))
    for column in ("event.id", "job.owner", "job.gpus", "job.exit", "job.nodes", "job.gpu_hours"):
        assert one[column] == other[column]
    assert (one["job.owner"], one["job.gpus"], one["job.gpu_hours"]) == ("slurm:asilva", 2, 2.0)
    assert one["process.command_line"] == "/home/asilva/a b.sh x=1"


def test_a_job_s_name_cannot_feign_its_owner() -> None:
    block = BLOCK.format(name="x UserId=root(0) GroupId=root(0)")
    (told,) = events(block)
    assert told["job.owner"] == "slurm:asilva"
    (unclear,) = events(" ".join(line.strip() for line in block.splitlines()))
    assert unclear["job.owner"] is None


def test_blocks_need_no_empty_line_between_them() -> None:
    text = BLOCK.format(name="a") + BLOCK.format(name="b").replace("JobId=7", "JobId=8")
    assert [event["job.id"] for event in events(text)] == ["7", "8"]


def test_a_line_of_a_file_of_ended_jobs_tells_name_and_gpus() -> None:
    line = (
        "JobId=7 UserId=asilva(1017) GroupId=x(1) Name=train JobState=CANCELLED Partition=gpu"
        " TimeLimit=60 StartTime=2026-02-20T08:01:00 EndTime=2026-02-20T09:01:00 NodeList=gpu03"
        " NodeCnt=1 ProcCnt=8 WorkDir=/home/asilva ReservationName= Tres=cpu=8,gres/gpu=2"
        " Account=llm QOS=normal WcKey= Cluster=lab SubmitTime=2026-02-20T08:00:00"
        " EligibleTime=2026-02-20T08:00:00 DerivedExitCode=0:0 ExitCode=0:15 "
    )
    (event,) = events(line)
    assert (event["job.name"], event["job.gpus"], event["job.gpu_hours"]) == ("train", 2, 2.0)
    assert (event["job.owner"], event["job.signal"]) == ("slurm:asilva", 15)
    assert SOURCE.recognises(line.encode(), "jobcomp") > 0.5


def test_who_drained_a_node_stands_in_its_reason() -> None:
    node = "NodeName=gpu05 State=IDLE+DRAIN Reason=fans hot [bkim@2026-02-20T10:00:00]"
    (event,) = events(node)
    assert (event["event.action"], event["actor.account"]) == ("node-drained", "slurm:bkim")
    assert event["@timestamp"] == datetime(2026, 2, 20, 10, tzinfo=UTC)
    assert dict(event["labels"])["reason"] == "fans hot"


@pytest.mark.shared_data
def test_every_node_of_a_real_list_is_an_event(real_logs: Path) -> None:
    found = events((real_logs / "slurm/scontrol.txt").read_text())
    assert len({event["host.name"] for event in found}) == 183
    assert {event["event.action"] for event in found} == {"node-seen"}


@settings(deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=30))
def test_a_block_tells_at_once_what_it_tells_line_by_line(pieces: list[str]) -> None:
    text = "".join(pieces)
    assert values_of(text) == values_by_line(text)
