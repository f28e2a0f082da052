"""Events of the Hub's audit-log export, 500 to 700 bytes each, one a line."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks.json_lines import json_lines

START = datetime(2026, 1, 1, tzinfo=UTC)
PEOPLE = ("Ana-S", "bkim", "mroux", "tnowak", "lab-ci")
KINDS = (
    *("repo.create", "repo.delete", "repo.update_settings", "repo.rename_file", "org.add_user"),
    *("org.change_role", "org.settings.security.update", "jobs.create", "jobs.cancel"),
    *("org.token_approval.approve", "repo.add_secret", "collection.update", "org.sso_login"),
)
PLACES = (("Lyon", "FR"), ("Lisbon", "PT"), ("Delft", "NL"))
AGENTS = (
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "huggingface_hub/0.24.6; python/3.11.9; torch/2.4.0",
)


def generated(size: int, seed: int = 7) -> bytes:
    """So many JSON lines."""
    return json_lines(_event, size, seed)


def _event(number: int, chance: random.Random) -> dict[str, Any]:
    moment = START + timedelta(milliseconds=number * 37_217)
    kind, who, (city, country) = chance.choice(KINDS), chance.choice(PEOPLE), chance.choice(PLACES)
    data, said = _data(kind, number, chance)
    event = {
        "_id": f"{chance.getrandbits(96):024x}",
        "createdAt": f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z",
        "type": kind,
        "data": data,
        "message": f"{who} {said}",
        "ip": f"198.51.100.{chance.randint(0, 255)}",
        "location": {"formatted": f"{city}, {country}", "country": country, "city": city},
        "userAgent": chance.choice(AGENTS),
        "author": {
            "_id": f"5f0c0a1b2c3d4e5f6071{PEOPLE.index(who):04x}",
            "user": who,
            "avatarUrl": f"https://cdn-avatars.example/{PEOPLE.index(who):032x}.png",
            "type": "user",
        },
    }
    if chance.random() < 0.4:
        event["token"] = {"id": f"66b0{chance.randint(0, 40):020x}", "name": "ci-upload"}
    return event


def _data(kind: str, number: int, chance: random.Random) -> tuple[dict[str, Any], str]:
    repo = f"lab/llm-{chance.choice((7, 13, 70))}b-run{number % 311}"
    if kind.startswith("repo."):
        about: dict[str, Any] = {"repo": {"name": repo, "type": "model"}}
        if kind == "repo.update_settings":
            about["changes"] = {"private": False, "gated": "auto"}
        return about, f"did {kind} on {repo}"
    if kind.startswith("jobs."):
        return {"jobId": f"{number:024x}", "name": repo, "flavor": "a100x8"}, f"ran job {number}"
    if kind.startswith("org."):
        whom = chance.choice(PEOPLE)
        return {"user": whom, "role": chance.choice(("read", "write", "admin"))}, f"to {whom}"
    return {"collection": f"lab/best-{number % 17}", "position": number % 9}, "moved an item"
