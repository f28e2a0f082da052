"""What `sacct --json` prints: one document of many jobs, each of some 3 KB with its steps.

What varies is who ran what where, numbers, times, how much was allocated and how it ended.
"""

import json
import random
from typing import Any

START = 1_767_225_600
USERS = [f"{first}{last}" for first in "abcdefgh" for last in ("silva", "kim", "roux", "nowak")]
ACCOUNTS = ("vision", "language", "speech", "infra")
STATES = ("COMPLETED", "COMPLETED", "COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "RUNNING")


def generated(size: int, seed: int = 7) -> bytes:
    """A document of so many jobs."""
    chance = random.Random(seed)
    jobs = [_job(number, chance) for number in range(size)]
    meta = {"plugin": {"type": "openapi/slurmdbd"}, "slurm": {"release": "24.05.3"}}
    whole = {"jobs": jobs, "meta": meta, "errors": [], "warnings": []}
    return json.dumps(whole, separators=(",", ":")).encode() + b"\n"


def _set(number: int, *, is_set: bool = True) -> dict[str, Any]:
    return {"set": is_set, "infinite": False, "number": number}


def _tres(chance: random.Random, gpus: int) -> list[dict[str, Any]]:
    counts = {"cpu": gpus * 12, "mem": gpus * 120_000, "energy": chance.randrange(10**9)}
    plain = [
        {"type": name, "name": "", "id": at, "count": n}
        for at, (name, n) in enumerate(counts.items())
    ]
    return [*plain, {"type": "gres", "name": "gpu", "id": 1001, "count": gpus}]


def _code(state: str, chance: random.Random) -> dict[str, Any]:
    number = chance.randrange(1, 3) if state == "FAILED" else 0
    signal = {"id": _set(15 if state == "CANCELLED" else 0), "name": "NONE"}
    return {"status": [state], "return_code": _set(number), "signal": signal}


def _job(number: int, chance: random.Random) -> dict[str, Any]:
    user, account, state = chance.choice(USERS), chance.choice(ACCOUNTS), chance.choice(STATES)
    begun, took, gpus = START + number * 11, chance.randrange(90_000), chance.choice((1, 8, 8, 16))
    nodes = f"gpu{chance.randint(1, 90):02}"
    end = 0 if state == "RUNNING" else begun + took
    times = {"elapsed": took, "eligible": begun - 5, "end": end, "start": begun}
    home = f"/home/{user}/run{chance.randrange(900)}"
    job = {
        "account": account,
        "allocation_nodes": max(1, gpus // 8),
        "array": {"job_id": 0, "task_id": _set(0, is_set=False), "task": ""},
        "association": {"account": account, "cluster": "lab1", "partition": "", "user": user},
        "cluster": "lab1",
        "comment": {"administrator": "", "job": "", "system": ""},
        "constraints": "",
        "container": "",
        "derived_exit_code": _code(state, chance),
        "exit_code": _code(state, chance),
        "group": account,
        "het": {"job_id": 0, "job_offset": _set(0, is_set=False)},
        "job_id": 100_000 + number,
        "kill_request_user": chance.choice(USERS) if state == "CANCELLED" else "",
        "name": f"tune-{chance.randrange(9_000)}",
        "nodes": nodes,
        "partition": "gpu",
        "priority": _set(chance.randrange(90_000)),
        "qos": "normal",
        "required": {"CPUs": gpus * 12, "memory_per_cpu": _set(10_000)},
        "reservation": {"id": 0, "name": ""},
        "restart_cnt": 0,
        "state": {"current": [state], "reason": "None"},
        "submit_line": f"sbatch --gpus {gpus} train_{chance.randrange(90)}.sh",
        "time": times | {"submission": begun - chance.randrange(5, 900), "limit": _set(1_440)},
        "tres": {"allocated": _tres(chance, gpus), "requested": _tres(chance, gpus)},
        "used_gres": "",
        "user": user,
        "wckey": {"wckey": "", "flags": []},
        "working_directory": home,
    }
    job["steps"] = [_step(job, step, chance) for step in ("batch", "0")]
    return job


def _step(job: dict[str, Any], step: str, chance: random.Random) -> dict[str, Any]:
    times = job["time"]
    return {
        "time": {
            "elapsed": times["elapsed"],
            "start": _set(times["start"]),
            "end": _set(times["end"]),
            "system": {"seconds": chance.randrange(9_000), "microseconds": chance.randrange(10**6)},
            "user": {"seconds": chance.randrange(90_000), "microseconds": chance.randrange(10**6)},
        },
        "exit_code": job["exit_code"],
        "nodes": {"count": 1, "range": job["nodes"], "list": [job["nodes"]]},
        "tasks": {"count": 8},
        "pid": str(chance.randrange(4_000_000)),
        "state": job["state"]["current"],
        "statistics": {"CPU": {"actual_frequency": chance.randrange(3_000)}},
        "step": {"id": f"{job['job_id']}.{step}", "name": step},
        "tres": {"allocated": job["tres"]["allocated"]},
    }
