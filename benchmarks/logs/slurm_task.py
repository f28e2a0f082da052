"""Beginnings and ends of tasks as our prolog and epilog write them, also of job arrays."""

import random
from typing import Any

from benchmarks.json_lines import json_lines
from benchmarks.lab import PEOPLE, moment, person


def generated(size: int, seed: int = 7) -> bytes:
    """So many JSON lines."""
    return json_lines(_task, size, seed)


def _task(number: int, chance: random.Random) -> dict[str, Any]:
    who, job, task = person(chance), 400_000 + chance.randrange(9000), chance.randrange(64)
    in_array = chance.random() < 0.2
    return {
        "foureyes": "slurm_task",
        "at": chance.choice(("prolog", "epilog")),
        "time": int(moment(number).timestamp()),
        "host": f"gpu{chance.randrange(64):02d}",
        "pid": str(chance.randrange(300, 4_000_000)),
        "cgroup": f"/system.slice/slurmstepd.scope/job_{job}/step_0/user/task_{task}",
        "cluster": "lab1",
        "job": str(job),
        "array_job": str(job - job % 50) if in_array else "",
        "array_task": str(job % 50) if in_array else "",
        "step": chance.choice(("0", "0", "batch")),
        "task": str(task),
        "local_task": str(task % 8),
        "user": who,
        "uid": str(1003 + PEOPLE.index(who)),
    }
