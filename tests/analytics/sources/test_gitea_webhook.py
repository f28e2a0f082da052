"""Payloads of Gitea and Forgejo: who did it, in the words that the review pillar reads."""

import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from analytics.event import Context
from analytics.sources.gitea_webhook import SOURCE

RECEIVED = datetime(2026, 3, 1, tzinfo=UTC)
CONTEXT = Context(feed="f", batch="b", origin="o", received=RECEIVED)
REPOSITORY = {"full_name": "lab/trainlib", "default_branch": "main", "stars_count": 0}
BASE = {"repository": REPOSITORY, "sender": {"id": 3, "login": "ASilva", "username": "ASilva"}}


def read(*documents: Any) -> list[dict[str, Any]]:
    log = "\n".join(json.dumps(document) for document in documents).encode()
    batches = list(SOURCE.parse(io.BytesIO(log), CONTEXT))
    assert not [rejected for batch in batches for rejected in batch.rejected]
    return [event for batch in batches for event in batch.events.to_pylist()]


def pull_request(action: str, **more: Any) -> dict[str, Any]:
    told = {"number": 7, "user": {"login": "bkim"}, "base": {"ref": "main"}}
    told |= {"head": {"sha": "5" * 40}} | more.pop("pull", {})
    return {"action": action, "number": 7, "pull_request": told, **BASE, **more}


def push(**more: Any) -> dict[str, Any]:
    told = {"ref": "refs/heads/main", "before": "1" * 40, "after": "2" * 40, "commits": []}
    return told | BASE | {"pusher": {"login": "bkim"}} | more


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (pull_request("opened"), "pull_request.opened"),
        (pull_request("synchronized"), "pull_request.synchronize"),
        (pull_request("closed"), "pull_request.closed"),
        (pull_request("closed", pull={"merged": True}), "pull_request.merged"),
        (pull_request("reviewed", review={"type": "pull_request_review_approved"}), "approved"),
        (pull_request("reviewed", review={"type": "pull_request_review_rejected"}), "changes"),
        (pull_request("reviewed", review={"type": "pull_request_review_comment"}), "commented"),
        ({"action": "deleted", **BASE}, "repository.deleted"),
        ({"ref": "x", "ref_type": "branch", "pusher_type": "user", **BASE}, "delete"),
        ({"ref": "x", "ref_type": "tag", "sha": "2" * 40, **BASE}, "create"),
        (push(after="0" * 40), "delete"),
        (push(), "push"),
    ],
)
def test_a_bare_payload_is_told_from_its_keys(payload: dict[str, Any], expected: str) -> None:
    event = read(payload)[0]
    assert expected in event["event.action"]
    assert SOURCE.recognises(json.dumps(payload).encode(), "x") > 0.5


def test_an_approval_names_the_approver_and_the_commit_that_was_seen() -> None:
    seen = {"review": {"type": "pull_request_review_approved"}, "commit_id": "4" * 40}
    (event,) = read(pull_request("reviewed", **seen))
    assert event["git.reviewers"] == ["gitea:asilva"]
    assert event["git.commit"] == "4" * 40
    assert event["git.author"] == "gitea:bkim"


def test_a_merge_is_the_act_of_who_merged_it() -> None:
    merged = {"merged": True, "merged_by": {"login": "Boss"}, "merge_commit_sha": "c" * 40}
    (event,) = read(pull_request("closed", pull=merged))
    assert (event["actor.account"], event["actor.basis"]) == ("gitea:boss", "merger")
    assert event["git.commit"] == "c" * 40


def test_the_branches_of_old_versions_are_found() -> None:
    old = pull_request("opened", pull={"base": None, "base_branch": "main"})
    assert read(old)[0]["git.branch"] == "main"


def test_a_push_names_the_pusher_and_its_commits_their_authors() -> None:
    author = {"name": "Ana", "email": "Ana@lab.example", "username": "asilva"}
    commit = {"id": "2" * 40, "author": author, "committer": author, "modified": ["a.py"]}
    told, made = read(push(commits=[commit]))
    assert told["actor.account"] == told["git.pusher"] == "gitea:bkim"
    assert (made["actor.account"], made["git.author"]) == ("gitea:asilva", "git:ana@lab.example")
    assert made["git.pusher"] == "gitea:bkim"
    assert dict(told["labels"])["default_branch"] == "true"


@pytest.mark.parametrize("prefix", ["X-Gitea-", "X-Forgejo-", "X-Gogs-"])
def test_the_headers_of_all_three_forges_are_known(prefix: str) -> None:
    wrapped = {f"{prefix}Event": "push", f"{prefix}Delivery": "d", "payload": push()}
    github = {"X-GitHub-Event": ["push"], f"{prefix}Event": ["push"], f"{prefix}Delivery": ["d"]}
    one, other = read(wrapped, {"headers": github, "body": json.dumps(push())})
    assert one["event.id"] == other["event.id"]
    assert SOURCE.recognises(json.dumps(wrapped).encode(), "x") > 0.95


def test_a_push_too_long_to_look_at_whole_is_recognised() -> None:
    commits = [{"id": "2" * 40, "message": "x" * 500}] * 200
    told = {"ref": "refs/heads/main", "compare_url": "", "commits": commits, **BASE}
    assert SOURCE.recognises(json.dumps(told).encode()[: 64 << 10], "x") > 0.5


def test_what_others_send_is_left_to_them() -> None:
    github = push(sender={"login": "ana", "node_id": "x", "site_admin": False})
    assert SOURCE.recognises(json.dumps(github).encode(), "x") == 0
    assert SOURCE.recognises(b'{"sender": {"login": "ana"}, "hello": 1}', "x") == 0


def test_a_branch_made_on_gogs_names_no_commit() -> None:
    (row,) = read({"ref": "try", "ref_type": "branch", "default_branch": "main", **BASE})
    assert (row["event.action"], row["git.branch"], row["git.commit"]) == ("create", "try", None)
