"""Entries of Airflow's event log as JSON lines: what tasks came to, and what people did."""

import json
import random
from datetime import timedelta
from typing import Any

from benchmarks.json_lines import json_lines
from benchmarks.lab import PROJECTS, moment, person

STATES = ("running", "success", "success", "failed", "queued")
ACTS = ("trigger_dag_run", "clear", "delete_dag", "variable.edit", "graph", "paused")
TASKS = ("tokenise", "shard", "train", "evaluate", "publish")


def generated(size: int, seed: int = 7) -> bytes:
    """So many JSON lines."""
    return json_lines(_entry, size, seed)


def _entry(number: int, chance: random.Random) -> dict[str, Any]:
    dag, task = f"train_{chance.choice(PROJECTS).replace('/', '_')}", chance.choice(TASKS)
    begun = moment(number) - timedelta(seconds=chance.randrange(90_000))
    run = f"manual__{begun.isoformat(timespec='seconds')}"
    entry: dict[str, Any] = {
        "event_log_id": 9_000_000 + number,
        "when": moment(number).isoformat(timespec="microseconds"),
        "dag_id": dag,
        "task_id": task,
        "run_id": run,
        "map_index": -1,
        "try_number": chance.choice((1, 1, 1, 2)),
        "event": chance.choice(STATES),
        "logical_date": begun.isoformat(timespec="seconds"),
        "owner": f"{dag.split('_')[1]}-team",
        "extra": None,
    }
    kind = chance.random()
    if kind < 0.3:
        command = ["/usr/local/bin/airflow", "tasks", "run", dag, task, run, "--local"]
        extra = {"host_name": f"worker-{chance.randrange(40)}", "full_command": str(command)}
        return entry | {"event": "cli_task_run", "extra": json.dumps(extra)}
    if kind < 0.4:
        act = {"event": chance.choice(ACTS), "owner": person(chance), "try_number": None}
        return entry | act | {"task_id": None, "map_index": None}
    return entry
