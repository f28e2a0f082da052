from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from analytics.governance.victims import failures, runs
from analytics.governance.victims.failures import HARDWARE, NEVER, OWN_ERROR, OWN_WISH, Failures

BEGAN = datetime(2026, 5, 4, 8, tzinfo=UTC)


def run(state: str, hours: float = 5, at: float = 0, **more: Any) -> dict[str, Any]:
    """A run that began some hours after `BEGAN` and took some hours."""
    began = BEGAN + timedelta(hours=at)
    usual = {
        **dict.fromkeys(runs.SCHEMA.names),
        "account": "slurm:ana",
        "owner": "ana",
        "partition": "gpu",
        "script": "pre.py",
        "began": began,
        "ended": began + timedelta(hours=hours),
        "elapsed": hours * 3600,
        "state": state,
        "gpu_hours": 8 * hours,
    }
    return {**usual, **more}


def of(*rows: dict[str, Any]) -> Failures:
    table = pa.Table.from_pylist(list(rows), schema=runs.SCHEMA)
    never = np.full(len(rows), NEVER)
    return failures.of_runs(table, never, failures.never_slow(len(rows)))


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (run("FAILED"), ""),
        (run("OUT_OF_MEMORY"), ""),
        (run("NODE_FAIL"), HARDWARE),
        (run("FAILED", hours=0.05, exit=127), OWN_ERROR),
        (run("CANCELLED", cancelled_by="uid:site/1017", canceller="ana"), OWN_WISH),
        (run("CANCELLED", cancelled_by="slurm:ana"), OWN_WISH),
        (run("CANCELLED"), OWN_WISH),
        (run("CANCELLED", cancelled_by="uid:site/1020", canceller="bea"), ""),
    ],
)
def test_what_fails_is_set_aside_where_something_explains_it(
    row: dict[str, Any], reason: str
) -> None:
    found = of(row)
    assert found.failed.tolist() == [True]
    assert found.aside.tolist() == [reason]
    assert found.counted.tolist() == [reason == ""]
    assert found.hours.tolist() == [pytest.approx(row["gpu_hours"])]
    assert found.onset[0] == int(row["ended"].timestamp() * 1e6)


@pytest.mark.parametrize("state", ["COMPLETED", "RUNNING", "TIMEOUT"])
def test_what_goes_well_or_runs_out_of_its_time_is_no_failure(state: str) -> None:
    found = of(run(state))
    assert (found.failed.tolist(), found.well.tolist()) == ([False], [True])


def test_what_was_preempted_is_neither_a_failure_nor_a_comparison() -> None:
    found = of(run("PREEMPTED"))
    assert (found.failed.tolist(), found.well.tolist()) == ([False], [False])


def test_failing_at_once_is_the_owners_where_the_script_failed_for_them_before() -> None:
    found = of(
        run("FAILED", at=0), run("FAILED", hours=0.1, at=6), run("FAILED", hours=0.1, at=400)
    )
    assert found.aside.tolist() == ["", OWN_ERROR, ""]
    other = of(run("FAILED", at=0), run("FAILED", hours=0.1, at=6, account="slurm:bea"))
    assert other.aside.tolist() == ["", ""]


def test_a_script_of_several_people_that_takes_far_longer_than_usual_is_slowed() -> None:
    usual = [run("COMPLETED", hours=4 + n / 20, account=f"slurm:p{n % 3}") for n in range(12)]
    found = of(*usual, run("COMPLETED", hours=9))
    assert found.failed.tolist() == [False] * 12 + [True]
    assert found.onset[-1] < int((BEGAN + timedelta(hours=5)).timestamp() * 1e6)
    assert found.hours[-1] == pytest.approx(8 * (9 - 4.3), rel=0.05)
    alone = of(*(row | {"account": "slurm:ana"} for row in usual), run("COMPLETED", hours=9))
    assert not alone.failed.any()
