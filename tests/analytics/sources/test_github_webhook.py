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
