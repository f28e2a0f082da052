"""GitHub's payloads: each real one gives one event that says who did what to what."""

import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from analytics.event import Context
from analytics.sources.github_webhook import SOURCE

RECEIVED = datetime(2026, 3, 1, tzinfo=UTC)
CONTEXT = Context(feed="f", batch="b", origin="o", received=RECEIVED)
REPOSITORY = {"full_name": "lab/trainlib", "default_branch": "main", "pushed_at": 1771578000}
BASE = {"repository": REPOSITORY, "sender": {"login": "Ana-S", "id": 7}}


def read(*documents: Any) -> list[dict[str, Any]]:
    log = "\n".join(json.dumps(document) for document in documents).encode()
    batches = list(SOURCE.parse(io.BytesIO(log), CONTEXT))
    assert not [rejected for batch in batches for rejected in batch.rejected]
    return [event for batch in batches for event in batch.events.to_pylist()]


def pull_request(**more: Any) -> dict[str, Any]:
    told = {"number": 4, "user": {"login": "mroux"}, "base": {"ref": "main"}} | more
    return {"pull_request": told, **BASE}


@pytest.mark.shared_data
def test_every_real_payload_gives_an_event_of_the_kind_its_folder_says(real_logs: Path) -> None:
    files = sorted((real_logs / "github-webhooks").rglob("*.json"))
    assert len(files) == 83
    for file in files:
        raw = file.read_bytes()
        assert SOURCE.recognises(raw[: 64 << 10], "x") >= 0.9, file
        first, *commits = read(json.loads(raw))
        assert first["event.action"].partition(".")[0] == file.parent.name, file
        assert first["actor.account"].startswith("github:")
        assert first["git.repository"] or dict(first["labels"])["organization"]
        assert first["event.original"]
        assert len(commits) == len(json.loads(raw).get("commits", ()))


def test_a_push_of_three_commits_is_four_events() -> None:
    commits = [
        {
            "id": f"{number:040x}",
            "message": f"Change {number}",
            "timestamp": "2026-02-20T08:00:00Z",
            "author": {"name": "Marc", "email": "M@lab.example", "username": "mroux"},
            "committer": {"name": "Ana", "email": "a@lab.example"},
            "modified": [f"file{number}.py", "same.py"],
        }
        for number in (1, 2, 3)
    ]
    push, *rest = read(
        {"ref": "refs/heads/main", "commits": commits, "pusher": {"name": "ana-s"}, **BASE}
        | {"after": f"{3:040x}", "forced": False}
    )
    assert push["event.action"] == "push"
    assert push["git.files"] == ["file1.py", "same.py", "file2.py", "file3.py"]
    assert dict(push["labels"])["default_branch"] == "true"
    assert push["@timestamp"] == datetime.fromtimestamp(1771578000, UTC)
    assert len(rest) == 3
    for commit in rest:
        assert commit["git.author"] == "git:m@lab.example"
        assert commit["git.committer"] == "git:a@lab.example"
        assert commit["git.pusher"] == "github:ana-s"
        assert commit["actor.account"] == "github:mroux"
        assert commit["git.branch"] == "main"


def test_a_merge_is_the_act_of_who_merged_it() -> None:
    told = pull_request(merged=True, merged_by={"login": "Boss"}, merge_commit_sha="c" * 40)
    (event,) = read({"action": "closed", **told})
    assert event["event.action"] == "pull_request.merged"
    assert event["actor.account"] == "github:boss"
    assert event["git.author"] == "github:mroux"
    assert event["git.commit"] == "c" * 40


@pytest.mark.parametrize(
    ("state", "reviewers"), [("approved", ["github:mroux"]), ("changes_requested", None)]
)
def test_only_an_approval_makes_a_reviewer(state: str, reviewers: list[str] | None) -> None:
    review = {"state": state, "user": {"login": "mroux"}, "submitted_at": "2026-02-20T08:00:00Z"}
    (event,) = read({"action": "submitted", "review": review, **pull_request()})
    assert event["event.action"] == f"pull_request_review.{state}"
    assert event["git.reviewers"] == reviewers


def test_a_delivery_is_known_by_its_id_and_else_by_what_it_says() -> None:
    payload = {"action": "added", "member": {"login": "x"}, **BASE}
    bare, again, sent, resent = read(
        payload,
        dict(reversed(payload.items())),
        {"event": "member", "delivery": "d-1", "payload": payload},
        {"X-GitHub-Event": "member", "X-GitHub-Delivery": "d-1", "body": json.dumps(payload)},
    )
    assert bare["event.id"] == again["event.id"]
    assert sent["event.id"] == resent["event.id"] != bare["event.id"]


def test_a_time_that_nothing_tells_is_that_of_receipt() -> None:
    (event,) = read({"action": "added", "member": {"login": "x"}, **BASE})
    assert event["@timestamp"] == RECEIVED
    assert dict(event["labels"])["time_basis"] == "received"


def test_a_deletion_takes_the_envelope_s_time_over_its_object_s() -> None:
    rule = {"name": "main", "updated_at": "2025-01-01T00:00:00Z"}
    payload = {"action": "deleted", "rule": rule, **BASE}
    (event,) = read(
        {"event": "branch_protection_rule", "delivered_at": "2026-02-20T08:00:00Z"}
        | {"payload": payload}
    )
    assert event["@timestamp"] == datetime(2026, 2, 20, 8, tzinfo=UTC)
    assert event["event.action"] == "branch_protection_rule.deleted"
    assert event["git.protected"] is False


def test_a_payload_nested_too_deeply_to_be_written_again_is_still_an_event() -> None:
    deep = b'{"action":"added","member":{"login":"x"},"sender":{"login":"a"},"repository":{},"x":'
    log = deep + b"[" * 1000 + b"]" * 1000 + b"}"
    (batch,) = SOURCE.parse(io.BytesIO(log), CONTEXT)
    assert batch.events.num_rows + len(batch.rejected) == 1


@pytest.mark.parametrize(
    "head",
    [
        b'{"event": "login", "user": "x"}',
        b'[{"full_name": "lab/x", "node_id": "R_1", "owner": {"login": "x"}}]',
        b'{"repository": {"name": "x"}, "sender": {"id": 1}}',
        b"repository: {sender: {}}",
    ],
)
def test_other_json_is_not_taken_for_a_webhook(head: bytes) -> None:
    assert SOURCE.recognises(head, "x.json") == 0


@pytest.mark.parametrize(
    ("payload", "action"),
    [
        ({"alert": {"rule": {}, "tool": {}}, "commit_oid": "a"}, "code_scanning_alert.x"),
        ({"alert": {"security_advisory": {"ghsa_id": "G"}}}, "dependabot_alert.x"),
        ({"alert": {"secret_type": "hf_token"}}, "secret_scanning_alert.x"),
        ({"alert": {}, "location": {}}, "secret_scanning_alert_location.x"),
        ({"alert": {"affected_package_name": "torch"}}, "repository_vulnerability_alert.x"),
        ({"changes": {"from": {"security_and_analysis": {"a": 1}}}}, "security_and_analysis.x"),
        ({"blocked_user": {"login": "x"}}, "org_block.x"),
        ({"deployment": {}, "workflow_run": {}, "workflow": {}}, "deployment.x"),
        ({"deployment": {}, "workflow_job": {}}, "workflow_job.x"),
        ({"discussion": {}, "comment": {}}, "discussion_comment.x"),
        ({"merge_group": {"base_ref": "refs/heads/main"}}, "merge_group.x"),
        ({"sponsorship": {}}, "sponsorship.x"),
        ({"what_comes_next_year": {"login": "x"}}, "what_comes_next_year.x"),
        ({}, "repository.x"),
    ],
)
def test_a_bare_payload_s_keys_tell_its_event(payload: dict[str, Any], action: str) -> None:
    (event,) = read({"action": "x", **payload, **BASE})
    assert event["event.action"] == action
    assert event["actor.account"] == "github:ana-s"


def test_an_approval_names_the_commit_that_was_approved_and_the_one_there_was() -> None:
    review = {"state": "approved", "user": {"login": "Bo"}, "commit_id": "a" * 40}
    told = pull_request(head={"ref": "x", "sha": "b" * 40})
    (event,) = read({"action": "submitted", "review": review, **told})
    assert event["git.reviewers"] == ["github:bo"]
    assert event["git.commit"] == "a" * 40
    assert dict(event["labels"])["head_commit"] == "b" * 40


def test_a_bot_acts_for_whom_the_payload_names() -> None:
    bot = {"sender": {"login": "labbot[bot]", "type": "Bot", "id": 3}, "repository": REPOSITORY}
    run = {"head_branch": "main", "actor": {"login": "Ana-S"}, "conclusion": "success"}
    (event,) = read({"action": "completed", "workflow_run": run, **bot})
    assert event["actor.account"] == "github:labbot[bot]"
    assert event["actor.on_behalf_of"] == "github:ana-s"
    assert event["actor.basis"] == "webhook sender, a bot"
    head = {"message": "Fix\n\nCo-authored-by: Ana <ana@lab.example>"}
    (push,) = read({"ref": "refs/heads/x", "commits": [], "pusher": {"name": "labbot[bot]"}, **bot}
                   | {"head_commit": head})  # fmt: skip
    assert push["actor.on_behalf_of"] == "git:ana@lab.example"
    (by_hand,) = read({"action": "completed", "workflow_run": run, **BASE})
    assert by_hand["actor.on_behalf_of"] is None


def test_a_status_names_its_branch_and_whether_it_is_protected() -> None:
    status = {"sha": "c" * 40, "state": "failure", "context": "tests", **BASE}
    (event,) = read(status | {"branches": [{"name": "main", "protected": True}]})
    assert (event["git.branch"], event["git.protected"]) == ("main", True)
    assert (event["git.commit"], event["event.outcome"]) == ("c" * 40, "failure")
    (several,) = read(status | {"branches": [{"name": "main"}, {"name": "x"}]})
    assert several["git.branch"] is None


def test_a_comment_on_a_pull_request_belongs_to_it() -> None:
    told = {"action": "created", "comment": {"created_at": "2026-02-20T08:00:00Z"}, **BASE}
    on_pull, on_issue = read(
        told | {"issue": {"number": 4, "pull_request": {"url": "x"}}},
        told | {"issue": {"number": 5}},
    )
    assert on_pull["git.pull_request"] == 4
    assert on_issue["git.pull_request"] is None


def test_headers_may_be_lists_and_a_time_that_cannot_be_is_passed_over() -> None:
    payload = {"action": "closed", **pull_request(updated_at="9999-01-01T00:00:00Z")}
    (event,) = read(
        {"headers": {"X-GitHub-Event": ["pull_request"], "X-GitHub-Delivery": ["d-9"]}}
        | {"body": payload, "received_at": "2026-02-20T08:00:00Z"}
    )
    assert event["event.action"] == "pull_request.closed"
    assert dict(event["labels"])["delivery"] == "d-9"
    assert event["@timestamp"] == datetime(2026, 2, 20, 8, tzinfo=UTC)


@pytest.mark.parametrize("value", [None, [], {}, "x", 10**40, True, ["\ud800"], "\x00"])
@pytest.mark.parametrize(
    "name",
    [
        *("repository", "sender", "pusher", "commits", "head_commit", "ref", "forced", "action"),
        *("pull_request", "review", "workflow_run", "branches", "alert", "changes", "rule"),
    ],
)
def test_values_of_any_kind_are_survived(name: str, value: Any) -> None:
    push = {"ref": "refs/heads/main", "commits": [{"id": 1}], "pusher": {"name": "a"}, **BASE}
    log = json.dumps(push | {name: value}).encode()
    for batch in SOURCE.parse(io.BytesIO(log), CONTEXT):
        assert batch.events.num_rows + len(batch.rejected) > 0


@pytest.mark.parametrize(
    ("payload", "action"),
    [
        (
            {
                "action": "revoked",
                "sender": {"login": "asilva", "node_id": "x", "site_admin": False},
            },
            "github_app_authorization.revoked",
        ),
        (
            {
                "action": "published",
                "security_advisory": {"ghsa_id": "GHSA-aaaa-bbbb-cccc", "severity": "high"},
            },
            "security_advisory.published",
        ),
        ({"zen": "Keep it small.", "hook_id": 7, "hook": {"type": "App"}}, "ping"),
    ],
)
def test_a_payload_of_no_repository_is_taken(payload: dict[str, Any], action: str) -> None:
    log = json.dumps(payload, indent=2).encode()
    assert SOURCE.recognises(log, "x") > 0.5
    batches = list(SOURCE.parse(io.BytesIO(log), CONTEXT))
    (row,) = (row for batch in batches for row in batch.events.to_pylist())
    assert row["event.action"] == action
    assert "None" not in row["message"]
