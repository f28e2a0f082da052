"""A day of GitLab's requests: pages, the API, git over HTTP, and gitlab-shell."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks.json_lines import json_lines

START = datetime(2026, 1, 1, tzinfo=UTC)
USERS = [f"{first}{last}" for first in "abcdefgh" for last in ("silva", "kim", "roux", "nowak")]
PROJECTS = [f"lab/{name}{number}" for name in ("trainlib", "evals", "infra") for number in range(9)]
AGENTS = ("git/2.43.0", "curl/8.4.0", "python-requests/2.31.0", "Mozilla/5.0 (X11; Linux x86_64)")
PAGES = (  # controller, action, method, where behind the project, names of parameters
    ("Projects::MergeRequestsController", "show", "GET", "/-/merge_requests/%d", ("id",)),
    ("Projects::IssuesController", "index", "GET", "/-/issues", ("page", "sort")),
    ("Projects::BlobController", "show", "GET", "/-/blob/main/src/step_%d.py", ("id", "ref_type")),
    ("Projects::NotesController", "create", "POST", "/notes", ("target_id", "note")),
    ("Projects::PipelinesController", "show", "GET", "/-/pipelines/%d.json", ("id", "format")),
)
ROUTES = (
    ("GET", "/api/:version/projects/:id/repository/commits", "repository/commits"),
    ("GET", "/api/:version/projects/:id/merge_requests/:iid", "merge_requests/%d"),
    ("PUT", "/api/:version/projects/:id/issues/:iid", "issues/%d"),
    ("GET", "/api/:version/projects/:id/pipelines", "pipelines?updated_after=%d"),
)


def generated(size: int, seed: int = 7) -> bytes:
    """So many JSON lines."""
    return json_lines(_line, size, seed)


def _line(number: int, chance: random.Random) -> dict[str, Any]:
    time = START + timedelta(milliseconds=number * 431)
    kind = chance.random()
    stamp = f"{time:%Y-%m-%dT%H:%M:%S}.{time.microsecond // 1000:03}Z"
    if kind < 0.1:
        return _shell(f"{time:%Y-%m-%dT%H:%M:%S}Z", chance)
    request = _page if kind < 0.5 else _api if kind < 0.8 else _git
    return request(stamp, chance) | _costs(chance)


def _identity(chance: random.Random) -> str:
    return f"01JM{chance.getrandbits(100):022X}"


def _who(chance: random.Random) -> dict[str, Any]:
    at = chance.randrange(len(USERS))
    return {
        "meta.user": USERS[at],
        "meta.user_id": at + 20,
        "meta.client_id": f"user/{at + 20}",
        "user_id": at + 20,
        "username": USERS[at],
    }


def _page(stamp: str, chance: random.Random) -> dict[str, Any]:
    controller, action, method, place, names = chance.choice(PAGES)
    project = chance.choice(PROJECTS)
    owner, name = project.split("/")
    where = place % chance.randrange(900) if "%" in place else place
    told = {"namespace_id": owner, "project_id": name}
    told |= {parameter: str(chance.randrange(10_000)) for parameter in names}
    return {
        "method": method,
        "path": f"/{project}{where}",
        "format": "html",
        "controller": controller,
        "action": action,
        "status": chance.choice((200, 200, 200, 302, 404)),
        "time": stamp,
        "params": [{"key": key, "value": value} for key, value in told.items()],
        "correlation_id": _identity(chance),
        "meta.caller_id": f"{controller}#{action}",
        "meta.remote_ip": (address := f"10.4.{chance.randrange(8)}.{chance.randint(1, 250)}"),
        "meta.project": project,
        **_who(chance),
        "remote_ip": address,
        "ua": chance.choice(AGENTS),
    }


def _api(stamp: str, chance: random.Random) -> dict[str, Any]:
    method, route, rest = chance.choice(ROUTES)
    at, where = chance.randrange(len(PROJECTS)), rest
    if "%" in rest:
        where = rest % chance.randrange(900)
    return {
        "time": stamp,
        "severity": "INFO",
        "status": chance.choice((200, 200, 200, 403)),
        "method": method,
        "path": f"/api/v4/projects/{at + 11}/{where}",
        "params": [{"key": "per_page", "value": str(chance.choice((20, 100)))}],
        "host": "git.lab.example",
        "remote_ip": (address := f"10.4.{chance.randrange(8)}.{chance.randint(1, 250)}"),
        "ua": chance.choice(AGENTS),
        "route": route,
        **_who(chance),
        "token_type": "PersonalAccessToken",
        "token_id": chance.randint(1, 400),
        "correlation_id": _identity(chance),
        "meta.caller_id": f"{method} {route}",
        "meta.remote_ip": address,
        "meta.project": PROJECTS[at],
    }


def _git(stamp: str, chance: random.Random) -> dict[str, Any]:
    controller, project = "Repositories::GitHttpController", chance.choice(PROJECTS)
    action = chance.choice(("info_refs", "git_upload_pack", "git_upload_pack", "git_receive_pack"))
    rest = {"info_refs": "info/refs"}.get(action, action.replace("_", "-"))
    told = {"service": "git-upload-pack"} if action == "info_refs" else {}
    told["repository_path"] = f"{project}.git"
    return {
        "method": "GET" if action == "info_refs" else "POST",
        "path": f"/{project}.git/{rest}",
        "format": "html",
        "controller": controller,
        "action": action,
        "status": 200,
        "time": stamp,
        "params": [{"key": key, "value": value} for key, value in told.items()],
        "correlation_id": _identity(chance),
        "meta.caller_id": f"{controller}#{action}",
        "meta.remote_ip": (address := f"10.4.{chance.randrange(8)}.{chance.randint(1, 250)}"),
        **_who(chance),
        "remote_ip": address,
        "ua": "git/2.43.0",
        "meta.project": project,
    }


def _costs(chance: random.Random) -> dict[str, Any]:
    """What a request took, as each line ends."""
    return {
        "queue_duration_s": round(chance.random() / 99, 6),
        "redis_calls": chance.randint(1, 60),
        "redis_duration_s": round(chance.random() / 99, 6),
        "gitaly_calls": chance.randint(1, 9),
        "gitaly_duration_s": round(chance.random() / 9, 6),
        "db_count": chance.randint(1, 90),
        "db_duration_s": round(chance.random() / 9, 5),
        "cpu_s": round(chance.random(), 6),
        "mem_objects": chance.randint(10_000, 900_000),
        "pid": chance.randint(900, 960),
        "worker_id": f"puma_{chance.randrange(8)}",
        "rate_limiting_gates": [],
        "duration_s": round(chance.random(), 5),
    }


def _shell(stamp: str, chance: random.Random) -> dict[str, Any]:
    at, project = chance.randrange(len(USERS)), chance.choice(PROJECTS)
    return {
        "command": chance.choice(("git-upload-pack", "git-upload-pack", "git-receive-pack")),
        "correlation_id": _identity(chance),
        "git_protocol": "version=2",
        "gl_key_id": chance.randint(1, 300),
        "gl_key_type": "key",
        "gl_project_path": project,
        "gl_repository": f"project-{PROJECTS.index(project) + 11}",
        "level": "info",
        "msg": "executing git command",
        "remote_ip": f"10.4.{chance.randrange(8)}.{chance.randint(1, 250)}",
        "time": stamp,
        "user_id": f"user-{at + 20}",
        "username": USERS[at],
    }
