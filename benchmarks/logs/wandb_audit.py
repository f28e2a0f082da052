"""Entries of a Weights & Biases audit log: what people read, overwrote and deleted."""

import random
from typing import Any

from benchmarks.json_lines import json_lines
from benchmarks.lab import PEOPLE, PROJECTS, address, digest, moment, person

OF_RUNS = ("run:create", "run:update", "run:stop", "run:delete", "run:delete_many")
OF_ARTIFACTS = ("artifact:read", "artifact:read", "artifact:create", "artifact:delete")


def generated(size: int, seed: int = 7) -> bytes:
    """So many JSON lines."""
    return json_lines(_entry, size, seed)


def _entry(number: int, chance: random.Random) -> dict[str, Any]:
    who, (team, _, project) = person(chance), chance.choice(PROJECTS).partition("/")
    kind = chance.random()
    entry = {
        "timestamp": f"{moment(number):%Y-%m-%dT%H:%M:%S.%f}Z",
        "action": chance.choice(OF_RUNS if kind < 0.5 else OF_ARTIFACTS),
        "actor_user_id": 70 + PEOPLE.index(who),
        "actor_email": f"{who}@lab.example",
        "actor_ip": address(chance),
        "response_code": chance.choices((200, 403, 404), (95, 3, 2))[0],
        "entity_name": team,
        "entity_asset": digest(chance, 16),
        "project_name": project,
        "project_asset": digest(chance, 16),
    }
    if kind < 0.5:
        run = f"{project}-{chance.randrange(4000)}"
        return entry | {"run_name": run, "run_asset": digest(chance, 16), "cli_version": "0.18.1"}
    version = chance.randrange(90)
    return entry | {
        "artifact_asset": digest(chance, 16),
        "artifact_digest": digest(chance, 32),
        "artifact_qualified_name": f"{team}/{project}/checkpoint-{digest(chance, 8)}:v{version}",
        "artifact_version_index": version,
    }
