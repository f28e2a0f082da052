from typing import Any

import numpy as np
import pyarrow as pa

from analytics.governance.victims import incidents, runs
from analytics.governance.victims.failures import NEVER, never_slow, of_runs
from analytics.governance.victims.joining import Ragged, Timeline
from tests.analytics.governance.victims.test_failures import BEGAN, run

NONE = np.zeros(0, dtype=np.int64)
ON = int(BEGAN.timestamp() * 1e6)
HOUR = 3_600_000_000


def numbers(
    *rows: dict[str, Any],
    things: dict[int, list[int]] | None = None,
    changes: Timeline | None = None,
) -> list[int]:
    """The incident of each run; things below 10 are nodes."""
    table = pa.Table.from_pylist(
        [{"array": f"a{n}", "script": f"s{n}.py", **row} for n, row in enumerate(rows)],
        schema=runs.SCHEMA,
    )
    never = np.full(len(rows), NEVER)
    pairs = [(row, code) for row, codes in (things or {}).items() for code in codes]
    row, code = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    depended = Ragged(row, code, len(rows))
    found = incidents.of_failures(
        table,
        of_runs(table, never, never_slow(table.num_rows)),
        depended,
        10,
        changes or Timeline(NONE, NONE),
    )
    return found.of_run.tolist()  # type: ignore[no-any-return]


def failed(at: float = 0, **more: Any) -> dict[str, Any]:
    row = run("FAILED", at=at)
    return {**{name: row[name] for name in row if name not in ("array", "script")}, **more}


def test_an_array_of_forty_is_one() -> None:
    rows = [failed(n, array="812") for n in range(40)]
    assert numbers(*rows) == [0] * 40


def test_a_retry_within_hours_is_the_same_and_on_another_day_another() -> None:
    rows = [failed(at, script="pre.py") for at in (0, 2, 5, 24)]
    assert numbers(*rows) == [0, 0, 0, 1]
    other = [failed(at, script="pre.py", account=f"slurm:{at}") for at in (0, 2)]
    assert numbers(*other) == [0, 1]


def test_what_fails_on_a_node_at_once_is_one() -> None:
    rows = [failed(at, account=f"slurm:{at}") for at in (0, 0.2, 0.4, 3)]
    assert numbers(*rows, things={n: [5] for n in range(4)}) == [0, 0, 0, 1]
    assert numbers(*rows, things={n: [n] for n in range(4)}) == [0, 1, 2, 3]


def test_what_shares_a_folder_is_one_only_where_somebody_had_changed_it() -> None:
    rows = [failed(at, account=f"slurm:{at}") for at in (0, 2, 30)]
    shared = {n: [12] for n in range(3)}
    assert numbers(*rows, things=shared) == [0, 1, 2]
    change = Timeline(np.array([12]), np.array([ON + 4 * HOUR]))
    assert numbers(*rows, things=shared, changes=change) == [0, 0, 1]


def test_what_is_explained_is_no_incident_and_hours_are_of_all_its_jobs() -> None:
    assert numbers(failed(0), failed(1, state="NODE_FAIL"), run("COMPLETED")) == [0, -1, -1]
