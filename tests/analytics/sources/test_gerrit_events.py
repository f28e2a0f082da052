"""Gerrit's stream: votes by patch set, submits, and refs that were moved."""

import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from analytics.event import Context
from analytics.sources.gerrit_events import SOURCE

RECEIVED = datetime(2026, 3, 1, tzinfo=UTC)
CONTEXT = Context(feed="f", batch="b", origin="o", received=RECEIVED)
ANA, BO = {"username": "ASilva", "email": "ana@lab.example"}, {"username": "bkim"}
CHANGE = {"project": "lab/trainlib", "branch": "main", "number": 244, "owner": ANA}
PATCH_SET = {"number": 2, "revision": "5" * 40, "sizeInsertions": 8, "sizeDeletions": -3}
TIME = 1771574400


def read(*documents: Any) -> list[dict[str, Any]]:
    log = "\n".join(json.dumps(document) for document in documents).encode()
    batches = list(SOURCE.parse(io.BytesIO(log), CONTEXT))
    assert not [rejected for batch in batches for rejected in batch.rejected]
    return [event for batch in batches for event in batch.events.to_pylist()]


def of_change(kind: str, **more: Any) -> dict[str, Any]:
    told = {"type": kind, "change": CHANGE, "patchSet": PATCH_SET, "eventCreatedOn": TIME}
    return told | more


def vote(label: str, value: Any, before: Any = None) -> dict[str, Any]:
    return {"type": label, "value": value} | ({} if before is None else {"oldValue": before})


def moved(name: str, old: str = "1" * 40, new: str = "2" * 40) -> dict[str, Any]:
    update = {"refName": name, "oldRev": old, "newRev": new, "project": "lab/trainlib"}
    told = {"type": "ref-updated", "submitter": BO, "refUpdate": update}
    return told | {"eventCreatedOn": TIME}


@pytest.mark.parametrize(
    ("votes", "expected"),
    [
        ([vote("Code-Review", "2", "0")], "approved"),
        ([vote("Code-Review", "+2", "+1")], "approved"),
        ([vote("Code-Review", 2, 0)], "approved"),
        ([vote("Code-Review", "2")], "approved"),  # of a version without old values
        ([vote("Code-Review", "2"), vote("Verified", "1", "0")], "commented"),  # given before
        ([vote("Code-Review", "2", "2")], "commented"),
        ([vote("Code-Review", "1", "0")], "commented"),  # somebody else must approve
        ([vote("Code-Review", "-1", "0")], "changes_requested"),
        ([vote("Code-Review", "-2")], "changes_requested"),
        ([vote("Code-Review", "0", "2")], "unapproved"),
        ([vote("Code-Review", "0", "-2")], "commented"),
        ([vote("Code-Review", "very good", "0")], "commented"),
        ([vote("Verified", "2", "0")], "commented"),
        ([], "commented"),
        (None, "commented"),
    ],
)
def test_a_vote_counts_where_this_comment_gave_it(votes: Any, expected: str) -> None:
    (event,) = read(of_change("comment-added", author=BO, approvals=votes))
    assert event["event.action"] == f"pull_request_review.{expected}"
    assert event["git.reviewers"] == (["gerrit:bkim"] if expected == "approved" else None)
    assert (event["git.commit"], event["git.pull_request"]) == ("5" * 40, 244)


def test_a_vote_that_another_removed_was_set_aside() -> None:
    told = {"reviewer": BO, "approvals": [vote("Code-Review", "0", "-2")]}
    own, others = read(
        of_change("vote-deleted", remover=BO, **told),
        of_change("vote-deleted", remover=ANA, **told),
    )
    assert own["event.action"] == "pull_request_review.unapproved"
    assert others["event.action"] == "pull_request_review.dismissed"
    assert (others["actor.account"], others["user.target.name"]) == ("gerrit:asilva", "bkim")


def test_a_submit_names_owner_submitter_and_what_landed() -> None:
    by = {
        "approvals": [{**vote("Code-Review", "2"), "by": BO}, {**vote("Verified", "1"), "by": ANA}]
    }
    patch_set = {**PATCH_SET, **by}
    (event,) = read(of_change("change-merged", submitter=BO, newRev="6" * 40, patchSet=patch_set))
    assert event["event.action"] == "pull_request.merged"
    assert (event["actor.account"], event["git.author"]) == ("gerrit:bkim", "gerrit:asilva")
    assert (event["git.commit"], event["git.reviewers"]) == ("6" * 40, ["gerrit:bkim"])
    assert (event["git.lines_added"], event["git.lines_deleted"]) == (8, 3)


@pytest.mark.parametrize(
    ("name", "old", "new", "action", "branch"),
    [
        ("refs/heads/main", "1", "2", "push", "main"),
        ("refs/heads/new", "0", "2", "push", "new"),
        ("refs/heads/main", "1", "0", "delete", "main"),
        ("refs/tags/v1", "0", "2", "create", None),
        ("refs/tags/v1", "1", "2", "push", None),
        ("refs/changes/44/244/meta", "1", "2", "ref-updated", None),
        ("refs/meta/config", "1", "2", "branch_protection_rule.edited", None),
    ],
)
def test_a_ref_that_moved_is_named_for_what_it_is(
    name: str, old: str, new: str, action: str, branch: str | None
) -> None:
    (event,) = read(moved(name, old * 40, new * 40))
    assert (event["event.action"], event["git.branch"]) == (action, branch)
    assert event["actor.account"] == "gerrit:bkim"
    assert event["git.forced"] is (True if (name, old, new) == ("refs/tags/v1", "1", "2") else None)


def test_several_refs_at_once_are_several_events() -> None:
    both = [moved(name)["refUpdate"] for name in ("refs/heads/a", "refs/heads/b")]
    told = {"type": "batch-ref-updated", "submitter": BO, "refUpdates": both}
    one, other = read({**told, "eventCreatedOn": TIME})
    assert [one["git.branch"], other["git.branch"]] == ["a", "b"]
    assert one["event.id"] != other["event.id"]


def test_an_upload_is_two_events_and_its_commit_is_on_no_branch_yet() -> None:
    author = {"name": "Marc", "email": "MRoux@lab.example", "username": "mroux"}
    patch_set = {
        **PATCH_SET,
        "author": author,
        "files": [{"file": "a.py"}, {"file": "/COMMIT_MSG"}],
    }
    told, commit = read(of_change("patchset-created", uploader=ANA, patchSet=patch_set))
    assert told["event.action"] == "pull_request.synchronize"
    assert (told["git.pusher"], told["git.files"]) == ("gerrit:asilva", ["a.py"])
    assert (commit["git.author"], commit["git.branch"]) == ("git:mroux@lab.example", None)
    assert commit["actor.account"] == "gerrit:mroux"


def test_numbers_may_be_texts_and_fields_may_be_missing() -> None:
    told = {"type": "patchset-created", "change": {**CHANGE, "number": "244"}}
    event = read(told)[0]
    assert (event["git.pull_request"], event["event.action"]) == (244, "pull_request.opened")
    assert event["@timestamp"] == RECEIVED
    assert event["actor.account"] is None
    (bare,) = read({"type": "dropped-output"})
    assert bare["message"].startswith("Gerrit dropped events")


def test_two_listeners_of_a_stream_store_an_event_once() -> None:
    one = of_change("comment-added", author=BO)
    assert read(one)[0]["event.id"] == read(dict(reversed(one.items())))[0]["event.id"]


def test_it_is_recognised_whole_and_cut_and_other_types_are_not() -> None:
    whole = json.dumps(of_change("comment-added", author=BO)).encode()
    assert SOURCE.recognises(whole, "x") > 0.5
    assert SOURCE.recognises(whole[:-3], "x") > 0.5
    assert SOURCE.recognises(json.dumps(moved("refs/heads/main")).encode(), "x") > 0.5
    assert SOURCE.recognises(b'{"type": "comment-added", "change": "none"}', "x") == 0
    assert SOURCE.recognises(b'{"type": "user-created", "eventCreatedOn": 1}', "x") == 0
