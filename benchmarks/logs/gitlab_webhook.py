"""GitLab's webhooks in envelopes: pushes, merge requests with their approvals, pipelines.

Of the size that GitLab's own have, 3 to 8 KB. What varies is who did it, in which project,
numbers, hashes, titles, files and times.
"""

import random
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from benchmarks.forges import PEOPLE, REPOSITORIES, branch, message, path, sha, title
from benchmarks.json_lines import json_lines

START = datetime(2026, 1, 1, tzinfo=UTC)
HOOKS = {"Push Hook": 5, "Merge Request Hook": 4, "Pipeline Hook": 1}
ACTIONS = ("open", "update", "update", "merge", "approved", "approval", "close")
SITE = "https://git.lab.example"


def generated(size: int, seed: int = 7) -> bytes:
    """So many JSON lines."""
    return json_lines(_delivery, size, seed)


def _delivery(number: int, chance: random.Random) -> dict[str, Any]:
    moment = START + timedelta(seconds=number * 41 + chance.randrange(40))
    (hook,) = chance.choices(tuple(HOOKS), list(HOOKS.values()))
    makers = {"Push Hook": _push, "Merge Request Hook": _request, "Pipeline Hook": _pipeline}
    return {
        "headers": {
            "X-Gitlab-Event": hook,
            "X-Gitlab-Instance": SITE,
            "Idempotency-Key": str(UUID(int=chance.getrandbits(128), version=4)),
        },
        "delivered_at": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
        "payload": makers[hook](chance, moment),
    }


def _user(number: int) -> dict[str, Any]:
    login = PEOPLE[number]
    avatar = f"{SITE}/uploads/-/system/user/avatar/{number}/avatar.png"
    named = {"id": 50 + number, "name": login.title(), "username": login, "avatar_url": avatar}
    return named | {"email": "[REDACTED]"}


def _project(number: int) -> dict[str, Any]:
    name = REPOSITORIES[number]
    ssh, web = f"git@git.lab.example:{name}.git", f"{SITE}/{name}"
    return {
        "id": 10 + number,
        "name": name.partition("/")[2],
        "description": "Training of large models",
        "web_url": web,
        "avatar_url": None,
        "git_ssh_url": ssh,
        "git_http_url": f"{web}.git",
        "namespace": "lab",
        "visibility_level": 0,
        "path_with_namespace": name,
        "default_branch": "main",
        "ci_config_path": None,
        "homepage": web,
        "url": ssh,
        "ssh_url": ssh,
        "http_url": f"{web}.git",
    }


def _commit(chance: random.Random, moment: datetime) -> dict[str, Any]:
    author, whole = chance.choice(PEOPLE), sha(chance)
    return {
        "id": whole,
        "message": message(chance).rstrip("\n") + "\n",
        "title": title(chance),
        "timestamp": (moment - timedelta(seconds=chance.randrange(9_000))).isoformat(),
        "url": f"{SITE}/lab/trainlib/-/commit/{whole}",
        "author": {"name": author.title(), "email": f"{author}@lab.example"},
        "added": [path(chance)] * (chance.random() < 0.2),
        "modified": [path(chance) for _ in range(chance.randrange(1, 6))],
        "removed": [],
    }


def _push(chance: random.Random, moment: datetime) -> dict[str, Any]:
    commits = [_commit(chance, moment) for _ in range(chance.choice((1, 1, 1, 2, 2, 5)))]
    user = _user(chance.randrange(len(PEOPLE)))
    project = _project(chance.randrange(len(REPOSITORIES)))
    return {
        "object_kind": "push",
        "event_name": "push",
        "before": sha(chance),
        "after": commits[-1]["id"],
        "ref": f"refs/heads/{branch(chance)}",
        "ref_protected": False,
        "checkout_sha": commits[-1]["id"],
        "message": None,
        "user_id": user["id"],
        "user_name": user["name"],
        "user_username": user["username"],
        "user_email": "",
        "user_avatar": user["avatar_url"],
        "project_id": project["id"],
        "project": project,
        "commits": commits,
        "total_commits_count": len(commits),
        "push_options": {},
        "repository": {name: project[name] for name in ("name", "url", "description", "homepage")},
    }


def _request(chance: random.Random, moment: datetime) -> dict[str, Any]:
    user, author = (chance.randrange(len(PEOPLE)) for _ in range(2))
    project, number = _project(chance.randrange(len(REPOSITORIES))), chance.randrange(1, 4_000)
    begun, now = moment - timedelta(hours=chance.randrange(90)), f"{moment:%Y-%m-%d %H:%M:%S UTC}"
    action = chance.choice(ACTIONS)
    last = _commit(chance, moment)
    return {
        "object_kind": "merge_request",
        "event_type": "merge_request",
        "user": _user(user),
        "project": project,
        "object_attributes": {
            "assignee_id": None,
            "author_id": 50 + author,
            "created_at": f"{begun:%Y-%m-%d %H:%M:%S UTC}",
            "description": " ".join(title(chance) for _ in range(chance.randrange(20))),
            "draft": False,
            "id": chance.randrange(1 << 31),
            "iid": number,
            "merge_commit_sha": sha(chance) if action == "merge" else None,
            "merge_status": "can_be_merged",
            "source_branch": branch(chance),
            "source_project_id": project["id"],
            "state": "merged" if action == "merge" else "opened",
            "target_branch": "main",
            "target_project_id": project["id"],
            "title": title(chance),
            "updated_at": now,
            "url": f"{project['web_url']}/-/merge_requests/{number}",
            "source": project,
            "target": project,
            "last_commit": {name: last[name] for name in ("id", "message", "timestamp", "author")},
            "assignee_ids": [],
            "reviewer_ids": [50 + user],
            "detailed_merge_status": "mergeable",
            "action": action,
            **({"oldrev": sha(chance)} if action == "update" else {}),
        },
        "labels": [],
        "changes": {"updated_at": {"previous": f"{begun:%Y-%m-%d %H:%M:%S UTC}", "current": now}},
        "repository": {name: project[name] for name in ("name", "url", "description", "homepage")},
        "assignees": [_user(author)],
        "reviewers": [_user(user)],
    }


def _pipeline(chance: random.Random, moment: datetime) -> dict[str, Any]:
    project, now = _project(chance.randrange(len(REPOSITORIES))), f"{moment:%Y-%m-%d %H:%M:%S UTC}"
    return {
        "object_kind": "pipeline",
        "object_attributes": {
            "id": chance.randrange(1 << 31),
            "ref": branch(chance),
            "tag": False,
            "sha": sha(chance),
            "before_sha": sha(chance),
            "source": "push",
            "status": chance.choice(("success", "success", "failed")),
            "stages": ["build", "test"],
            "created_at": now,
            "finished_at": now,
            "duration": chance.randrange(4_000),
        },
        "user": _user(chance.randrange(len(PEOPLE))),
        "project": project,
        "commit": _commit(chance, moment),
        "builds": [
            {"id": chance.randrange(1 << 31), "stage": stage, "name": stage, "created_at": now}
            for stage in ("build", "test")
        ],
    }
