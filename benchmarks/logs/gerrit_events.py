"""Gerrit's stream of events: patch sets, votes and comments, submits, moved refs.

What varies is who did it, change, patch set, hashes, subjects, files, votes and times. Each event
has its change and patch set whole, as Gerrit's have.
"""

import random
from typing import Any

from benchmarks.forges import PEOPLE, REPOSITORIES, message, path, sha, title
from benchmarks.json_lines import json_lines

START = 1_767_225_600
KINDS = {"patchset-created": 3, "comment-added": 4, "ref-updated": 3, "change-merged": 1}
VOTES = ("-1", "0", "1", "2", "2")


def generated(size: int, seed: int = 7) -> bytes:
    """So many JSON lines."""
    return json_lines(_event, size, seed)


def _event(number: int, chance: random.Random) -> dict[str, Any]:
    (kind,) = chance.choices(tuple(KINDS), list(KINDS.values()))
    now, actor = START + number * 17, _person(chance)
    change, whole = chance.randrange(1, 9_000), sha(chance)
    project = chance.choice(REPOSITORIES)
    around: dict[str, Any] = {"type": kind, "eventCreatedOn": now}
    if kind == "ref-updated":
        ref = f"refs/changes/{change % 100:02}/{change}/{chance.randrange(1, 9)}"
        name = "refs/heads/main" if chance.random() < 0.4 else ref
        update = {"oldRev": sha(chance), "newRev": whole, "refName": name, "project": project}
        return {"submitter": actor, "refUpdate": update} | around
    around |= _around(chance, project, (change, whole), now)
    if kind == "comment-added":
        vote = {"type": "Code-Review", "description": "Code-Review", "value": chance.choice(VOTES)}
        vote |= {"oldValue": "0"} if chance.random() < 0.6 else {}
        said = f"Patch Set 2:\n\n{title(chance)}"
        return {"author": actor, "approvals": [vote], "comment": said} | around
    if kind == "change-merged":
        return {"submitter": actor, "newRev": whole} | around
    return {"uploader": actor} | around


def _person(chance: random.Random) -> dict[str, str]:
    login = chance.choice(PEOPLE)
    return {"name": login.title(), "email": f"{login}@lab.example", "username": login}


def _around(
    chance: random.Random, project: str, change: tuple[int, str], now: int
) -> dict[str, Any]:
    """The change and the patch set that an event is about."""
    number, whole = change
    owner, key, said = _person(chance), f"I{sha(chance)}", message(chance)
    files = [
        {"file": path(chance), "type": "MODIFIED", "insertions": added, "deletions": -added // 3}
        for added in (chance.randrange(1, 300) for _ in range(chance.randrange(1, 9)))
    ]
    return {
        "patchSet": {
            "number": chance.randrange(1, 9),
            "revision": whole,
            "parents": [sha(chance)],
            "ref": f"refs/changes/{number % 100:02}/{number}/1",
            "uploader": owner,
            "createdOn": now - chance.randrange(900),
            "author": owner,
            "kind": "REWORK",
            "files": [
                {"file": "/COMMIT_MSG", "type": "ADDED", "insertions": 9, "deletions": 0},
                *files,
            ],
            "sizeInsertions": chance.randrange(1, 900),
            "sizeDeletions": -chance.randrange(1, 300),
        },
        "change": {
            "project": project,
            "branch": "main",
            "id": key,
            "number": number,
            "subject": said.partition("\n")[0],
            "owner": owner,
            "url": f"https://review.lab.example/c/{project}/+/{number}",
            "commitMessage": f"{said}\n\nChange-Id: {key}\n",
            "createdOn": now - chance.randrange(90_000),
            "status": "NEW",
        },
        "project": project,
        "refName": "refs/heads/main",
        "changeKey": {"id": key},
    }
