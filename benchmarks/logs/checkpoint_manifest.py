"""What jobs write down of their checkpoints, each of several files and made from an earlier one."""

import hashlib
import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any

START = datetime(2026, 1, 1, tzinfo=UTC)
USERS = [f"{first}{last}" for first in "abcd" for last in ("silva", "kim", "roux", "nowak")]
SHARDS = 8


def generated(size: int, seed: int = 7) -> bytes:
    """So many JSON lines."""
    chance = random.Random(seed)
    return "".join(json.dumps(_told(number, chance)) + "\n" for number in range(size)).encode()


def _told(number: int, chance: random.Random) -> dict[str, Any]:
    run, step = number // SHARDS % 48, 1 + number // (SHARDS * 48)
    shard = f"model-{number % SHARDS:05}-of-{SHARDS:05}.safetensors"
    moment = START + timedelta(milliseconds=number * 1_031)
    folder = f"/shared/ckpt/llm-13b-{run}"
    return {
        "foureyes": "checkpoint_manifest",
        "at": "written",
        "host": f"gpu{chance.randint(1, 40):02}",
        "user": USERS[run % len(USERS)],
        "job": str(40_000 + run),
        "time": moment.isoformat(timespec="microseconds"),
        "path": f"{folder}/checkpoint-{step}/{shard}",
        "sha256": _digest(run, step, shard),
        "bytes": chance.randrange(4_900_000_000, 5_000_000_000),
        "modified": (moment - timedelta(seconds=90)).isoformat(timespec="microseconds"),
        "uid": 1000 + run % len(USERS),
        "parent": f"{folder}/checkpoint-{step - 1}/{shard}",
        "parent_sha256": _digest(run, step - 1, shard),
    }


def _digest(*of: object) -> str:
    return hashlib.sha256(repr(of).encode()).hexdigest()
