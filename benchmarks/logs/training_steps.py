"""What the callbacks of some training runs tell, as they write it: steps, checkpoints, ends."""

import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any

START = datetime(2026, 1, 1, tzinfo=UTC)
USERS = [f"{first}{last}" for first in "abcd" for last in ("silva", "kim", "roux", "nowak")]
KINDS = ("step",) * 24 + ("checkpoint", "evaluation", "error")


def generated(size: int, seed: int = 7) -> bytes:
    """So many JSON lines."""
    chance = random.Random(seed)
    return "".join(json.dumps(_told(number, chance)) + "\n" for number in range(size)).encode()


def _told(number: int, chance: random.Random) -> dict[str, Any]:
    run, step = chance.randrange(48), 1 + number // 24
    moment = START + timedelta(milliseconds=number * 1_031)
    told = {
        "time": moment.isoformat(timespec="milliseconds"),
        "event": chance.choice(KINDS),
        "run": f"llm-13b-{run}",
        "job": str(40_000 + run),
        "rank": chance.randrange(8),
        "world_size": 64,
        "host": f"gpu{chance.randint(1, 40):02}",
        "user": USERS[run % len(USERS)],
        "step": step,
    }
    if told["event"] == "step":
        figures = {
            "loss": round(1.7 + 3 * chance.random(), 4),
            "grad_norm": 0.4 + chance.random(),
            "learning_rate": 6e-05 * (0.1 + chance.random()),
        }
        return told | {"step_seconds": 1.5 + chance.random()} | figures
    if told["event"] == "checkpoint":
        return told | {"path": f"/shared/ckpt/llm-13b-{run}/checkpoint-{step}"}
    if told["event"] == "evaluation":
        loss = 2 + chance.random()
        return told | {"metric": {"eval_loss": loss, "eval_samples_per_second": 41.2}}
    return told | {"error": f"NCCL timeout on rank {chance.randrange(64)}"}
