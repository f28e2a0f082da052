"""Trainings whose steps became slow: which are told apart from usual ones, and since when."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from analytics.fields import SCHEMA
from analytics.governance.victims import asking, failures, runs, steps
from analytics.governance.victims.failures import NEVER
from tests.analytics.behaviour.days.raw import PEOPLE, raw
from tests.analytics.governance.victims.test_failures import BEGAN, run

MINUTE = 60_000_000
Pace = Callable[[int], float]


def told(job: str, pace: Pace, minutes: int = 240, at: float = 0) -> list[dict[str, Any]]:
    """A step a minute, with the seconds that it took."""
    chance = np.random.default_rng(int(job))
    return [
        {
            "@timestamp": BEGAN + timedelta(hours=at, minutes=minute),
            "event.action": "training-step",
            "job.id": job,
            "labels": [("step_seconds", str(pace(minute) * chance.uniform(0.97, 1.03)))],
        }
        for minute in range(minutes)
    ]


def slow(*jobs: tuple[str, Pace], **more: Any) -> failures.Slow:
    """What is found of jobs of one owner and script, a step a minute for four hours."""
    table = pa.Table.from_pylist(
        [run("COMPLETED", hours=4, id=job, nodes=["n1"], **more) for job, _ in jobs],
        schema=runs.SCHEMA,
    )
    schema = pa.schema([SCHEMA.field(name) for name in asking.OF_TRAINING])
    rows = [row for job, pace in jobs for row in told(job, pace)]
    return steps.of_training(table, pa.Table.from_pylist(rows, schema=schema))


def minute_of(since: int) -> float:
    return (since - int(BEGAN.timestamp() * 1e6)) / MINUTE


def test_a_run_whose_steps_take_longer_from_a_moment_on_is_slow_since_then() -> None:
    found = slow(("1", lambda minute: 2.0 if minute < 150 else 3.2), ("2", lambda _: 2.0))
    assert minute_of(int(found.since[0])) == 150
    assert found.times[0] == pytest.approx(1.6, rel=0.05)
    assert found.since[1] == NEVER


@pytest.mark.parametrize(
    "pace",
    [
        lambda minute: 9.0 if minute % 60 in range(5, 13) else 2.0,  # evaluates each hour
        lambda minute: 2.0 if minute < 150 else 2.3,  # a trifle
        lambda minute: 8.0 if minute < 20 else 2.0,  # warms up
        lambda minute: 2.0 + minute / 400,  # creeps, as sequences become longer
        lambda minute: 2.0 if minute < 30 else 3.2,  # too little is known of before
    ],
)
def test_what_is_usual_in_training_is_not_slow(pace: Pace) -> None:
    assert slow(("1", pace)).since.tolist() == [NEVER]


def test_a_run_that_is_slow_from_its_first_step_shows_beside_like_ones() -> None:
    usual = [(str(number), lambda _: 2.0) for number in range(2, 10)]
    found = slow(("1", lambda _: 3.0), *usual)
    assert np.flatnonzero(found.since < NEVER).tolist() == [0]
    assert minute_of(int(found.since[0])) == 0
    few = slow(("1", lambda _: 3.0), *usual[:6])
    assert (few.since == NEVER).all()


def test_what_a_slow_run_cost_is_the_time_that_it_would_have_saved() -> None:
    table = pa.Table.from_pylist([run("COMPLETED", hours=4, id="1")], schema=runs.SCHEMA)
    since = np.array([int((BEGAN + timedelta(hours=2)).timestamp() * 1e6)])
    found = failures.of_runs(table, np.array([NEVER]), failures.Slow(since, np.array([2.0])))
    assert found.counted.tolist() == [True]
    assert found.onset.tolist() == since.tolist()
    assert found.hours.tolist() == [pytest.approx(8.0)]  # half of 2 of 4 hours on 8 GPUs


def test_steps_as_the_callback_tells_them_make_a_run_of_accounting_slow() -> None:
    at = datetime(2026, 3, 10, 8, tzinfo=UTC)
    jobs = raw(
        "slurm_sacct",
        "JobID|Cluster|User|UID|State|ExitCode|Submit|Start|End|AllocTRES|NodeList",
        "77|lab1|bob|1003|COMPLETED|0:0|2026-03-10T07:58:00|2026-03-10T08:00:00"
        "|2026-03-10T12:00:00|gres/gpu=8|gpu07",
    )
    lines = [
        {
            "time": (at + timedelta(minutes=minute)).isoformat(),
            "event": "step",
            "run": "llm",
            "job": 77,
            "rank": 0,
            "user": "bob",
            "step": minute * 30,
            "step_seconds": 1.8 if minute < 100 else 2.9,
        }
        for minute in range(240)
    ]
    table = runs.of_events(pa.Table.from_pylist(jobs, schema=SCHEMA), PEOPLE)
    trained = raw("training_steps", *map(json.dumps, lines))
    found = steps.of_training(table, pa.Table.from_pylist(trained, schema=SCHEMA))
    assert found.since.tolist() == [int((at + timedelta(minutes=100)).timestamp() * 1e6)]
