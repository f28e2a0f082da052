"""GitLab's request logs: which requests are fetches, pushes and changes of rules."""

import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from analytics.event import Context
from analytics.sources.gitlab_production import SOURCE

CONTEXT = Context(feed="f", batch="b", origin="o", received=datetime(2026, 3, 1, tzinfo=UTC))
TIME = "2026-02-20T08:00:00.101Z"
GIT = "Repositories::GitHttpController"


def read(*documents: Any) -> list[dict[str, Any]]:
    log = "\n".join(json.dumps(document) for document in documents).encode()
    batches = list(SOURCE.parse(io.BytesIO(log), CONTEXT))
    assert not [rejected for batch in batches for rejected in batch.rejected]
    return [event for batch in batches for event in batch.events.to_pylist()]


def asked(controller: str, action: str, status: int | None = 200, **more: Any) -> dict[str, Any]:
    told: dict[str, Any] = {"method": "POST", "path": "/lab/trainlib", "controller": controller}
    told |= {"action": action, "status": status, "time": TIME, "username": "ASilva", "params": []}
    return told | more


def api(method: str, rest: str, status: int = 200, **more: Any) -> dict[str, Any]:
    told: dict[str, Any] = {"method": method, "status": status}
    told |= {
        "route": f"/api/:version/projects/:id{rest}",
        "time": TIME,
        "path": "/api/v4/projects/15",
        "params": [],
        "username": "bkim",
    }
    return told | more


def service(name: str) -> list[dict[str, str]]:
    return [{"key": "service", "value": name}]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (asked(GIT, "info_refs", params=service("git-upload-pack")), "git.fetch"),
        (asked(GIT, "info_refs", params=service("git-receive-pack")), f"{GIT}#info_refs"),
        (asked(GIT, "info_refs", 401, params=service("git-upload-pack")), f"{GIT}#info_refs"),
        (asked(GIT, "git_upload_pack"), f"{GIT}#git_upload_pack"),
        (asked(GIT, "git_receive_pack"), "git.push"),
        (
            asked("Projects::ProtectedBranchesController", "destroy", 302),
            "branch_protection_rule.deleted",
        ),
        (
            asked("Projects::ProtectedBranchesController", "destroy", 403),
            "Projects::ProtectedBranchesController#destroy",
        ),
        (asked("ProjectsController", "export"), "repository.export"),
        (asked("Projects::ProjectMembersController", "create"), "member.added"),
        (asked("Projects::MoonController", "wane"), "Projects::MoonController#wane"),
        (api("DELETE", "/protected_branches/:name", 204), "branch_protection_rule.deleted"),
        (api("PATCH", "/protected_branches/:name"), "branch_protection_rule.edited"),
        (api("DELETE", "", 202), "repository.deleted"),
        (api("DELETE", "", 404), "DELETE /api/:version/projects/:id"),
        (api("GET", "/repository/archive"), "repo.download_zip"),
        (api("GET", "/moons"), "GET /api/:version/projects/:id/moons"),
    ],
)
def test_what_was_done_is_named_and_what_was_refused_only_asked(
    line: dict[str, Any], expected: str
) -> None:
    (event,) = read(line)
    assert event["event.action"] == expected
    assert event["event.outcome"] == ("failure" if line["status"] >= 400 else "success")


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"meta.project": "lab/trainlib", "path": "/x"}, "lab/trainlib"),
        ({"path": "/lab/vision/trainlib.git/info/refs"}, "lab/vision/trainlib"),
        ({"path": "/lab/trainlib/-/settings"}, "lab/trainlib"),
        ({"path": "/groups/lab/-/settings"}, None),
        ({"path": "/-/metrics"}, None),
        ({"path": "/api/v4/projects/lab%2Fvision%2Ftrainlib/issues"}, "lab/vision/trainlib"),
        ({"path": "/api/v4/projects/15/issues"}, None),
        (
            {
                "path": "/lab/trainlib",
                "params": [
                    {"key": "namespace_id", "value": "lab"},
                    {"key": "id", "value": "trainlib"},
                ],
            },
            "lab/trainlib",
        ),
        ({"path": None, "params": None}, None),
        ({"params": [None, 3, {"key": 4}, {"key": "namespace_id", "value": {}}]}, None),
    ],
)
def test_the_project_is_found_wherever_it_stands(more: dict[str, Any], expected: Any) -> None:
    assert read(asked("ProjectsController", "show", **more))[0]["git.repository"] == expected


def test_a_request_that_broke_off_has_no_outcome() -> None:
    (event,) = read(asked("SessionsController", "create", 0, username=None))
    assert (event["event.outcome"], event["http.response.status_code"]) == ("unknown", None)


def test_the_client_is_the_first_of_the_addresses() -> None:
    (event,) = read(asked(GIT, "git_receive_pack", remote_ip="203.0.113.9, 127.0.0.1"))
    assert event["source.ip"] == "203.0.113.9"


def test_a_command_over_ssh_is_a_fetch_or_a_push() -> None:
    told = {"msg": "executing git command", "level": "info", "time": "2026-02-20T09:00:00+01:00"}
    told |= {"gl_project_path": "lab/trainlib", "username": "BKim", "user_id": "user-6"}
    fetch, push = read(*({**told, "command": f"git-{word}-pack"} for word in ("upload", "receive")))
    assert (fetch["event.action"], push["event.action"]) == ("git.fetch", "git.push")
    assert (push["actor.account"], push["user.id"]) == ("gitlab:bkim", "6")
    assert push["@timestamp"] == datetime(2026, 2, 20, 8, tzinfo=UTC)
    assert SOURCE.recognises(json.dumps({**told, "command": "git-upload-pack"}).encode(), "x") > 0.5


def test_a_line_that_is_sent_again_is_the_same_event() -> None:
    line = asked("ProjectsController", "show", correlation_id="01J")
    one, again, other = read(line, line, {**line, "path": "/other"})
    assert one["event.id"] == again["event.id"] != other["event.id"]


def test_it_is_recognised_cut_too_and_gitaly_is_not() -> None:
    line = asked("ProjectsController", "show", params=[], gitaly_calls=3, worker_id="puma_0")
    assert SOURCE.recognises(json.dumps(line).encode(), "x") > 0.5
    assert SOURCE.recognises(json.dumps(line).encode()[:-5], "x") > 0.5
    assert SOURCE.recognises(json.dumps(api("GET", "/moons")).encode(), "x") > 0.5
    gitaly = {"grpc.method": "FindCommit", "msg": "finished", "gl_repository": "project-1"}
    assert SOURCE.recognises(json.dumps(gitaly).encode(), "x") == 0


def test_a_number_that_nobody_reads_is_to_be_one_all_the_same() -> None:
    lines = [json.dumps(asked("ProjectsController", "show", cpu_s=n + 0.5)) for n in range(40)]
    lines[30] = lines[30].replace("30.5", "3x.5")
    batches = list(SOURCE.parse(io.BytesIO("\n".join(lines).encode()), CONTEXT))
    assert [one.line for batch in batches for one in batch.rejected] == [31]
    assert sum(batch.events.num_rows for batch in batches) == 39


def test_a_path_names_the_project_only_where_nothing_else_does() -> None:
    requests = [
        asked("ProjectsController", "show", path=f"/lab/evals/-/{n}", **{"meta.project": "lab/a"})
        for n in range(20)
    ]
    assert {row["git.repository"] for row in read(*requests)} == {"lab/a"}
    for request in requests:
        del request["meta.project"]
    assert {row["git.repository"] for row in read(*requests)} == {"lab/evals"}
