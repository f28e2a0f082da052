"""PBS and Torque accounting: what golden samples cannot say."""

import dataclasses
import io
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.event import Context, Rejected
from analytics.sources.pbs_accounting import PAIR, SOURCE, gpus_of, nodes_of, seconds_of, told

CONTEXT = Context(
    feed="pbs", batch="1", origin="o", received=datetime(2026, 12, 1, tzinfo=UTC), host="pbs1"
)
ENDED = "02/10/2026 09:30:12;E;7.pbs1;user=asilva queue=gpu Exit_status={}"


def read(log: str, **changes: Any) -> tuple[list[dict[str, Any]], list[Rejected]]:
    batches = list(SOURCE.parse(io.BytesIO(log.encode()), dataclasses.replace(CONTEXT, **changes)))
    rows = [row for batch in batches for row in batch.events.to_pylist()]
    return rows, [rejected for batch in batches for rejected in batch.rejected]


@pytest.mark.parametrize(
    ("status", "action", "exit_code", "signal"),
    [
        ("0", "job-completed", 0, None),
        ("1", "job-failed", 1, None),
        ("-11", "job-failed", -11, None),
        ("271", "job-killed", None, 15),
        ("265", "job-killed", None, 9),
        ("256", "job-failed", 256, None),
        ("9" * 5000, "job-ended", None, None),
        ("x", "job-ended", None, None),
    ],
)
def test_an_exit_status_says_how_the_job_ended(
    status: str, action: str, exit_code: int | None, signal: int | None
) -> None:
    ((row,), rejected) = read(ENDED.format(status))
    assert (row["event.action"], row["job.exit"], row["job.signal"]) == (action, exit_code, signal)
    assert not rejected


def test_who_killed_a_job_is_not_guessed() -> None:
    ((row,), _) = read(ENDED.format("271"))
    assert (row["actor.account"], row["owner.account"]) == (None, "pbs:asilva")


def test_a_deletion_finds_its_owner_in_earlier_records_only() -> None:
    deleted = "02/10/2026 09:00:00;D;7.pbs1;requestor=bkim@login2\n"
    started = "02/10/2026 08:00:00;S;7.pbs1;user=asilva\n"
    assert [row["owner.account"] for row in read(deleted)[0]] == [None]
    assert [row["owner.account"] for row in read(started + deleted)[0]] == ["pbs:asilva"] * 2


def test_times_are_of_the_feeds_zone_also_when_clocks_change() -> None:
    paris = ZoneInfo("Europe/Paris")
    log = "".join(f"{day} 02:30:00;Q;{day}.p;queue=q\n" for day in ("03/29/2026", "10/25/2026"))
    rows, rejected = read(log, timezone=paris)
    assert [row["@timestamp"].hour for row in rows] == [1, 0]
    assert not rejected


def test_the_same_record_in_two_files_is_one_event() -> None:
    (one,) = read(ENDED.format(0))[0]
    (other,) = read("\n\n" + ENDED.format(0), origin="other")[0]
    assert one["event.id"] == other["event.id"]


def test_gpus_nodes_and_seconds_are_read_from_what_was_asked() -> None:
    assert gpus_of("2:ncpus=8:ngpus=4+1:ncpus=2") == 8
    assert gpus_of("gpu01:ncpus=16:ngpus=8+gpu02:ncpus=16:ngpus=8") == 16
    assert gpus_of("2:ppn=8") == 0
    assert nodes_of("gpu01/0*16+gpu02/0*16+gpu01/1") == ("gpu01", "gpu02")
    assert [seconds_of(text) for text in ("48:00:00", "10:05", "77", "1d")] == [
        172800,
        605,
        77,
        None,
    ]


WORDS = st.sampled_from(
    [*("user=a", "queue=q", "a.b=", "c==", "d=e=f", "=g", "h", "", "user='b c'", 'user="b', "ü=1")]
)


@given(st.lists(st.lists(WORDS, max_size=5).map(" ".join), min_size=1, max_size=8))
def test_both_ways_of_reading_messages_tell_the_same(messages: list[str]) -> None:
    pairs = told(pa.array(messages, pa.string()))
    expected = [
        {name: value.strip("\"'") for name, value in PAIR.findall(message)} for message in messages
    ]
    assert [dict(row) for row in pairs.labels((), 64).to_pylist()] == expected
    assert pairs.column("user").to_pylist() == [one.get("user") for one in expected]


def test_a_signal_and_a_wish_are_told_apart_by_the_kind_of_record() -> None:
    line = "02/10/2026 08:00:00;{};7.p;user=asilva Exit_status=271 resources_used.walltime=01:00:00"
    rows, _ = read("\n".join(line.format(kind) + " Resource_List.ngpus=2" for kind in "ES"))
    assert [row["event.action"] for row in rows] == ["job-killed", "job-running"]
    assert [row["job.gpu_hours"] for row in rows] == [2.0, None]
    assert [row["actor.account"] for row in rows] == [None, None]
