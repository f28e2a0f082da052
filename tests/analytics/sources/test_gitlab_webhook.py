"""GitLab's payloads: who did it, in the words that the review pillar reads."""

import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from analytics.event import Context
from analytics.sources.gitlab_webhook import SOURCE

RECEIVED = datetime(2026, 3, 1, tzinfo=UTC)
CONTEXT = Context(feed="f", batch="b", origin="o", received=RECEIVED)
PROJECT = {"id": 15, "path_with_namespace": "lab/trainlib", "default_branch": "main"}
ANA, BO = {"id": 51, "username": "ASilva"}, {"id": 6, "username": "bkim"}
NOTHING = "0" * 40


def read(*documents: Any) -> list[dict[str, Any]]:
    log = "\n".join(json.dumps(document) for document in documents).encode()
    batches = list(SOURCE.parse(io.BytesIO(log), CONTEXT))
    assert not [rejected for batch in batches for rejected in batch.rejected]
    return [event for batch in batches for event in batch.events.to_pylist()]


def push(**more: Any) -> dict[str, Any]:
    told = {"object_kind": "push", "ref": "refs/heads/main", "before": "1" * 40, "after": "2" * 40}
    return told | {"user_username": "asilva", "project": PROJECT, "commits": []} | more


def merge_request(action: str, user: dict[str, Any] = ANA, **more: Any) -> dict[str, Any]:
    told = {"iid": 7, "author_id": 51, "action": action, "target_branch": "main"}
    told |= {"last_commit": {"id": "5" * 40}, "updated_at": "2026-02-20 09:30:00 UTC", **more}
    return {
        "object_kind": "merge_request",
        "user": user,
        "project": PROJECT,
        "object_attributes": told,
    }


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("open", "pull_request.opened"),
        ("close", "pull_request.closed"),
        ("reopen", "pull_request.reopened"),
        ("merge", "pull_request.merged"),
        ("approved", "pull_request_review.approved"),
        ("approval", "pull_request_review.approved"),
        ("unapproval", "pull_request_review.unapproved"),
        ("update", "pull_request.edited"),
        ("teleported", "pull_request.teleported"),
    ],
)
def test_what_happens_to_a_merge_request_has_the_same_name_at_every_forge(
    action: str, expected: str
) -> None:
    (event,) = read(merge_request(action))
    assert event["event.action"] == expected
    assert (event["git.pull_request"], event["git.branch"]) == (7, "main")


def test_an_approval_names_the_approver_and_the_commit() -> None:
    (event,) = read(merge_request("approval", BO))
    assert event["git.reviewers"] == ["gitlab:bkim"]
    assert event["git.commit"] == "5" * 40


def test_new_commits_of_a_merge_request_are_told_from_other_edits() -> None:
    (event,) = read(merge_request("update", oldrev="4" * 40))
    assert event["event.action"] == "pull_request.synchronize"


@pytest.mark.parametrize(
    ("more", "commit"),
    [
        ({"merge_commit_sha": "6" * 40, "squash_commit_sha": "7" * 40}, "6" * 40),
        ({"merge_commit_sha": None, "squash_commit_sha": "7" * 40}, "7" * 40),
        ({"merged_commit_sha": "8" * 40}, "8" * 40),
        ({}, "5" * 40),  # fast-forward: the head itself
    ],
)
def test_a_merge_names_the_commit_that_landed(more: dict[str, Any], commit: str) -> None:
    (event,) = read(merge_request("merge", BO, **more))
    assert (event["actor.account"], event["git.commit"]) == ("gitlab:bkim", commit)


def test_the_author_is_known_where_somebody_named_has_the_number() -> None:
    (own, others) = read(merge_request("merge"), merge_request("merge", BO))
    assert own["git.author"] == "gitlab:asilva"
    assert others["git.author"] is None
    (assigned,) = read({**merge_request("merge", BO), "assignees": [ANA]})
    assert assigned["git.author"] == "gitlab:asilva"


def test_a_push_of_two_commits_is_three_events() -> None:
    commits = [
        {"id": sha * 40, "author": {"name": "Ana", "email": mail}, "modified": ["a.py"]}
        for sha, mail in (("3", "Ana@lab.example"), ("2", "[REDACTED]"))
    ]
    told, one, other = read(push(commits=commits, ref_protected=True))
    assert told["git.protected"] is True
    assert told["git.forced"] is None  # GitLab does not say
    assert [one["git.author"], other["git.author"]] == ["git:ana@lab.example", None]
    assert {event["git.pusher"] for event in (told, one, other)} == {"gitlab:asilva"}


@pytest.mark.parametrize("date", ["1979-01-01T00:00:00Z", "2031-01-01T00:00:00Z", "soon", 10**300])
def test_a_commit_with_a_false_date_does_not_hide_its_push(date: Any) -> None:
    told, commit = read(push(commits=[{"id": "2" * 40, "timestamp": date, "author": None}]))
    assert told["@timestamp"] == commit["@timestamp"] == RECEIVED
    assert dict(commit["labels"])["time_basis"] == "push"


def test_a_tag_that_was_moved_is_history_rewritten() -> None:
    tag = {"object_kind": "tag_push", "ref": "refs/tags/v1"}
    new, moved, gone = read(
        push(**tag, before=NOTHING), push(**tag), push(**tag, after=NOTHING, checkout_sha=None)
    )
    assert [new["event.action"], moved["event.action"], gone["event.action"]] == [
        *("create", "push", "delete"),
    ]
    assert (moved["git.forced"], moved["git.branch"]) == (True, None)


def test_a_branch_that_was_deleted_is_no_push() -> None:
    (event,) = read(push(after=NOTHING, ref_protected=True))
    assert (event["event.action"], event["git.branch"]) == ("delete", "main")
    assert event["git.commit"] is None


def test_a_system_hook_does_not_say_who_did_it() -> None:
    hook = {"event_name": "user_add_to_group", "user_username": "bkim", "group_path": "lab"}
    (event,) = read(hook)
    assert event["event.action"] == "membership.added"
    assert (event["actor.account"], event["user.target.name"]) == (None, "bkim")


def test_an_old_system_hook_knows_the_pusher_by_mail() -> None:
    told = push(event_name="push", user_email="ASilva@lab.example")
    del told["object_kind"], told["user_username"]
    (event,) = read(told)
    assert (event["actor.account"], event["actor.basis"]) == (
        "git:asilva@lab.example",
        "e-mail of the user",
    )


@pytest.mark.parametrize(
    "wrapped",
    [
        lambda body: {"event": "Push Hook", "delivery": "d", "payload": body},
        lambda body: {"X-Gitlab-Event": "Push Hook", "Idempotency-Key": "d", "body": body},
        lambda body: {"headers": {"idempotency-key": ["d"]}, "body": json.dumps(body)},
        lambda body: {"headers": [{"name": "Idempotency-Key", "value": "d"}], "payload": body},
        lambda body: {**body, "headers": {"Idempotency-Key": "d"}},
    ],
)
def test_all_envelopes_of_a_delivery_give_the_same_event(wrapped: Any) -> None:
    (plain,) = read({"event": "Push Hook", "delivery": "d", "payload": push()})
    (event,) = read(wrapped(push()))
    assert event["event.id"] == plain["event.id"]
    assert event["actor.account"] == "gitlab:asilva"


def test_a_bare_payload_is_known_by_what_it_says() -> None:
    one = push()
    other = dict(reversed(one.items()))
    assert read(one)[0]["event.id"] == read(other)[0]["event.id"]
    assert read(one)[0]["event.id"] != read(push(after="3" * 40))[0]["event.id"]


def test_events_that_share_an_id_are_told_apart_by_what_they_say() -> None:
    deliveries = ({"delivery": "d", "payload": push(after=sha * 40)} for sha in "223")
    one, again, other = read(*deliveries)
    assert one["event.id"] == again["event.id"] != other["event.id"]


def test_it_is_recognised_bare_wrapped_and_cut() -> None:
    bare = json.dumps(push()).encode()
    assert SOURCE.recognises(bare, "x") > 0.5
    assert SOURCE.recognises(b'{"event":"Push Hook","payload":' + bare + b"}", "x") > 0.5
    assert SOURCE.recognises(bare[:-20], "x") > 0.5
    assert SOURCE.recognises(b'{"event_name": "Something else", "project_id": 3}', "x") == 0
