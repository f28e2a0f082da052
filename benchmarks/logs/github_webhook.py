"""GitHub's webhooks in envelopes with their headers, of the size that GitHub's own have.

Half are pushes of one to five commits, the rest pull requests and their reviews, of 20 to 30 KB:
most of that are links, to each repository and user again and again. What varies is who did it,
in which repository, numbers, hashes, titles, files and times.
"""

import random
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from benchmarks.forges import PEOPLE, REPOSITORIES, branch, counts, links, message, path, sha, title
from benchmarks.json_lines import json_lines

START = datetime(2026, 1, 1, tzinfo=UTC)
API = "https://api.github.com"
OF_USER = "followers following gists starred subscriptions organizations repos events received"
OF_REPOSITORY = (
    "forks keys collaborators teams hooks issue_events events assignees branches tags blobs"
    " git_tags git_refs trees statuses languages stargazers contributors subscribers subscription"
    " commits git_commits comments issue_comment contents compare merges archive downloads issues"
    " pulls milestones notifications labels releases deployments"
)
ACTIONS = ("opened", "synchronize", "synchronize", "closed", "edited", "review_requested")


def generated(size: int, seed: int = 7) -> bytes:
    """So many JSON lines."""
    return json_lines(_delivery, size, seed)


def _delivery(number: int, chance: random.Random) -> dict[str, Any]:
    moment = START + timedelta(seconds=number * 41 + chance.randrange(40))
    kind = chance.choices(("push", "pull_request", "pull_request_review"), (5, 3, 2))[0]
    repository = _repository(chance.randrange(len(REPOSITORIES)), moment)
    payload = _push if kind == "push" else _request
    return {
        "headers": {
            "X-GitHub-Event": kind,
            "X-GitHub-Delivery": str(UUID(int=chance.getrandbits(128), version=4)),
            "User-Agent": f"GitHub-Hookshot/{chance.getrandbits(28):07x}",
            "Content-Type": "application/json",
        },
        "payload": payload(chance, kind, moment)
        | {"repository": repository, "sender": _user(chance.randrange(len(PEOPLE)))},
    }


def _user(number: int) -> dict[str, Any]:
    login = PEOPLE[number]
    return {
        "login": login,
        "id": 4_000 + number,
        "node_id": f"U_kgDO{number:06}",
        "avatar_url": f"https://avatars.githubusercontent.com/u/{4_000 + number}?v=4",
        "html_url": f"https://github.com/{login}",
        **links(f"{API}/users/{login}", OF_USER),
        "type": "User",
        "site_admin": False,
    }


def _repository(number: int, moment: datetime) -> dict[str, Any]:
    name = REPOSITORIES[number]
    return {
        "id": 77_000 + number,
        "node_id": f"R_kgDO{number:06}",
        "name": name.partition("/")[2],
        "full_name": name,
        "private": True,
        "owner": _user(0) | {"login": "lab", "type": "Organization"},
        "html_url": f"https://github.com/{name}",
        "description": "Training of large models",
        "fork": False,
        **links(f"{API}/repos/{name}", OF_REPOSITORY),
        "created_at": "2024-02-01T08:00:00Z",
        "updated_at": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
        "pushed_at": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
        "default_branch": "main",
        "visibility": "private",
    }


def _push(chance: random.Random, _kind: str, moment: datetime) -> dict[str, Any]:
    commits = [_commit(chance, moment) for _ in range(chance.choice((1, 1, 1, 2, 2, 5)))]
    pusher = chance.choice(PEOPLE)
    return {
        "ref": f"refs/heads/{branch(chance)}",
        "before": sha(chance),
        "after": commits[-1]["id"],
        "created": False,
        "deleted": False,
        "forced": chance.random() < 0.05,
        "base_ref": None,
        "commits": commits,
        "head_commit": commits[-1],
        "pusher": {"name": pusher, "email": f"{pusher}@lab.example"},
    }


def _commit(chance: random.Random, moment: datetime) -> dict[str, Any]:
    author, whole = chance.choice(PEOPLE), sha(chance)
    who = {"name": author.title(), "email": f"{author}@lab.example", "username": author}
    return {
        "id": whole,
        "tree_id": sha(chance),
        "distinct": True,
        "message": message(chance),
        "timestamp": (moment - timedelta(seconds=chance.randrange(9_000))).isoformat(),
        "url": f"https://github.com/lab/trainlib/commit/{whole}",
        "author": who,
        "committer": who,
        "added": [path(chance)] * (chance.random() < 0.2),
        "removed": [],
        "modified": [path(chance) for _ in range(chance.randrange(1, 6))],
    }


def _request(chance: random.Random, kind: str, moment: datetime) -> dict[str, Any]:
    number, author = chance.randrange(1, 4_000), chance.randrange(len(PEOPLE))
    begun, now = moment - timedelta(hours=chance.randrange(90)), f"{moment:%Y-%m-%dT%H:%M:%SZ}"
    name = chance.randrange(len(REPOSITORIES))
    base = f"{API}/repos/{REPOSITORIES[name]}"
    repository = _repository(name, moment)
    action = chance.choice(ACTIONS) if kind == "pull_request" else "submitted"
    request = {
        "id": chance.randrange(1 << 31),
        "number": number,
        "state": "closed" if action == "closed" else "open",
        "title": title(chance),
        "user": _user(author),
        "body": " ".join(title(chance) for _ in range(chance.randrange(30))),
        "created_at": f"{begun:%Y-%m-%dT%H:%M:%SZ}",
        "updated_at": now,
        "closed_at": now if action == "closed" else None,
        "merged_at": now if action == "closed" else None,
        "merge_commit_sha": sha(chance),
        "requested_reviewers": [_user(chance.randrange(len(PEOPLE)))],
        "labels": [],
        "draft": False,
        **links(f"{base}/pulls/{number}", "diff patch issue commits review_comments statuses"),
        "head": {"ref": branch(chance), "sha": sha(chance), "repo": repository},
        "base": {"ref": "main", "sha": sha(chance), "repo": repository},
        "merged": action == "closed",
        "merged_by": _user(chance.randrange(len(PEOPLE))) if action == "closed" else None,
        **counts(chance),
    }
    told: dict[str, Any] = {"action": action, "number": number, "pull_request": request}
    if kind == "pull_request_review":
        told["review"] = {
            "id": chance.randrange(1 << 31),
            "user": _user(chance.randrange(len(PEOPLE))),
            "body": title(chance),
            "commit_id": request["head"]["sha"],
            "submitted_at": now,
            "state": chance.choice(("approved", "approved", "commented", "changes_requested")),
        }
    return told
