"""Records of our post-receive hook: an update of a ref, with its commits and their files.

A tenth has a tag or a deletion; pushes have one to five commits of one to eight files. What varies
is who pushed, from which address, hashes, messages, files, how much of them changed, and times.
"""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks.forges import PEOPLE, REPOSITORIES, branch, message, path, sha
from benchmarks.json_lines import json_lines

START = datetime(2026, 1, 1, tzinfo=UTC)
NOUGHT = "0" * 40


def generated(size: int, seed: int = 7) -> bytes:
    """So many JSON lines."""
    return json_lines(_update, size, seed)


def _update(number: int, chance: random.Random) -> dict[str, Any]:
    moment = START + timedelta(microseconds=number * 41_310_127)
    pusher = chance.randrange(len(PEOPLE))
    gone = chance.random() < 0.05
    commits = [] if gone else [_commit(chance, moment) for _ in range(chance.choice((1, 1, 2, 5)))]
    address = f"10.2.{chance.randrange(8)}.{chance.randrange(256)} {chance.randrange(60_000)}"
    return {
        "foureyes": "git-receive/1",
        "time": moment.isoformat(),
        "host": "git1",
        "repository": chance.choice(REPOSITORIES),
        "default_branch": "main",
        "pusher": PEOPLE[pusher],
        "pusher_from": "GL_USERNAME",
        "os_user": 998,
        "environment": {
            "GL_ID": f"user-{pusher}",
            "GL_PROTOCOL": "ssh",
            "SSH_CONNECTION": f"{address} 10.2.0.3 22",
        },
        "push_options": [],
        "kind": "delete" if gone else chance.choice(("update", "update", "update", "create")),
        "ref": f"refs/heads/{branch(chance)}",
        "old": sha(chance),
        "new": NOUGHT if gone else commits[0]["sha"],
        "protected": chance.random() < 0.3,
        "forced": chance.random() < 0.05,
        "commits": commits,
    }


def _commit(chance: random.Random, moment: datetime) -> dict[str, Any]:
    author, seconds = chance.choice(PEOPLE), int(moment.timestamp()) - chance.randrange(90_000)
    files = [
        {"path": path(chance), "added": chance.randrange(200), "deleted": chance.randrange(90)}
        for _ in range(chance.randrange(1, 9))
    ]
    return {
        "sha": sha(chance),
        "parents": [sha(chance)],
        "author": author.title(),
        "author_email": f"{author}@lab.example",
        "author_time": str(seconds),
        "committer": author.title(),
        "committer_email": f"{author}@lab.example",
        "committer_time": str(seconds + chance.randrange(900)),
        "message": message(chance),
        "files": files,
    }
