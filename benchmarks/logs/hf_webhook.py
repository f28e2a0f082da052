"""What the Hub's webhooks delivered: mostly commits, some discussions and changed settings."""

import random
from typing import Any

from benchmarks.json_lines import json_lines
from benchmarks.lab import digest, moment, person


def generated(size: int, seed: int = 7) -> bytes:
    """So many JSON lines."""
    return json_lines(_delivery, size, seed)


def _delivery(number: int, chance: random.Random) -> dict[str, Any]:
    what = chance.random()
    told = _commit if what < 0.7 else _discussion if what < 0.95 else _setting
    payload = told(chance)
    name, kind = (
        f"{person(chance)}/llm-{chance.randrange(900)}",
        chance.choice(("model", "dataset")),
    )
    web = f"{'datasets/' if kind == 'dataset' else ''}{name}"
    repo = {
        "type": kind,
        "name": name,
        "id": digest(chance, 24),
        "private": chance.random() < 0.7,
        "url": {
            "web": f"https://hub.example/{web}",
            "api": f"https://hub.example/api/{kind}s/{name}",
        },
        "headSha": digest(chance),
        "owner": {"id": digest(chance, 24)},
    }
    webhook = {"id": "6390e855e30d9209411dff3b", "version": 3}
    event = payload["event"]
    return {
        "event": f"{event['scope']}.{event['action']}",
        "delivery": f"{digest(chance, 8)}-{digest(chance, 4)}-4f0c-{digest(chance, 12)}",
        "delivered_at": moment(number).isoformat(timespec="microseconds"),
        "payload": payload | {"repo": repo, "webhook": webhook},
    }


def _commit(chance: random.Random) -> dict[str, Any]:
    branch = "main" if chance.random() < 0.7 else f"exp-{chance.randrange(400)}"
    moved = {"ref": f"refs/heads/{branch}", "oldSha": digest(chance), "newSha": digest(chance)}
    return {"event": {"action": "update", "scope": "repo.content"}, "updatedRefs": [moved]}


def _discussion(chance: random.Random) -> dict[str, Any]:
    number, author = chance.randrange(1, 90), {"id": digest(chance, 24)}
    return {
        "event": {"action": chance.choice(("create", "update")), "scope": "discussion"},
        "discussion": {
            "id": digest(chance, 24),
            "title": f"Use another schedule for run {chance.randrange(4000)}",
            "url": {"web": f"https://hub.example/discussions/{number}"},
            "status": chance.choice(("open", "closed")),
            "author": author,
            "isPullRequest": chance.random() < 0.5,
            "num": number,
        },
    }


def _setting(chance: random.Random) -> dict[str, Any]:
    made = {"private": chance.random() < 0.5}
    return {"event": {"action": "update", "scope": "repo.config"}, "updatedConfig": made}
