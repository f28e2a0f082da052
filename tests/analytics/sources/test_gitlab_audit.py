"""GitLab's audit events: three forms of the same, and who is behind a number."""

import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from analytics.event import Context
from analytics.sources.gitlab_audit import SOURCE

CONTEXT = Context(feed="f", batch="b", origin="o", received=datetime(2026, 3, 1, tzinfo=UTC))
CREATED = "2026-02-20T08:00:41.885Z"


def read(*documents: Any) -> list[dict[str, Any]]:
    log = "\n".join(json.dumps(document) for document in documents).encode()
    batches = list(SOURCE.parse(io.BytesIO(log), CONTEXT))
    assert not [rejected for batch in batches for rejected in batch.rejected]
    return [event for batch in batches for event in batch.events.to_pylist()]


def item(details: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    told = {"id": 5, "author_id": 51, "entity_id": 15, "entity_type": "Project"}
    told |= {"created_at": CREATED}
    usual = {"target_type": "Project", "target_details": "lab/trainlib"}
    return told | {"details": usual | (details or {})} | more


@pytest.mark.parametrize(
    ("details", "more", "expected"),
    [
        ({"event_name": "protected_branch_removed"}, {}, "branch_protection_rule.deleted"),
        ({}, {"event_type": "protected_branch_created"}, "branch_protection_rule.created"),
        ({}, {"event_type": "approval_rule_deleted"}, "branch_protection_rule.deleted"),
        (
            {},
            {"event_type": "project_reset_approvals_on_push_updated"},
            "branch_protection_rule.edited",
        ),
        (
            {},
            {"event_type": "project_push_rules_reject_unsigned_commits_updated"},
            "branch_protection_rule.edited",
        ),
        (
            {"change": "prevent merge request approval from committers"},
            {},
            "branch_protection_rule.edited",
        ),
        ({"custom_message": "Unprotected branch"}, {}, "branch_protection_rule.deleted"),
        ({"change": "visibility", "to": "Public"}, {}, "repository.publicized"),
        ({"change": "visibility_level", "to": "Internal"}, {}, "repository.edited"),
        ({"add": "user_access"}, {}, "member.added"),
        ({"add": "user_access"}, {"entity_type": "Group"}, "membership.added"),
        ({"remove": "project"}, {}, "repository.deleted"),
        ({"custom_message": "Project archived"}, {}, "repository.archived"),
        ({"add": "deploy_key"}, {}, "deploy_key.created"),
        ({"custom_message": {"action": "git-upload-pack"}}, {}, "git.fetch"),
        ({"custom_message": {"action": "git-receive-pack"}}, {}, "git.push"),
        ({"failed_login": "STANDARD"}, {}, "login_failed"),
        ({"with": "standard"}, {}, "authenticated"),
        ({}, {"event_type": "moon_phase_changed"}, "moon_phase_changed"),
        ({"add": "group"}, {}, "add group"),
        ({}, {}, "audit-event"),
    ],
)
def test_an_act_has_the_name_that_all_forges_share(
    details: dict[str, Any], more: dict[str, Any], expected: str
) -> None:
    (event,) = read(item(details, **more))
    assert event["event.action"] == expected


@pytest.mark.parametrize(
    ("more", "account", "basis"),
    [
        ({"meta.user": "ASilva", "meta.user_id": 51}, "gitlab:asilva", "audit author"),
        ({"meta.user": "root", "meta.user_id": 1}, "gitlab:#51", "audit author's number"),
        (
            {"details": {"author_email": "Ana@lab.example"}},
            "git:ana@lab.example",
            "audit author's e-mail",
        ),
        ({}, "gitlab:#51", "audit author's number"),
        ({"author_id": -1}, None, "not signed in"),
        ({"details": {"author_class": "DeployKey"}, "author_id": -3}, None, "deploy key"),
        ({"author_id": None}, None, "the event names no author"),
    ],
)
def test_who_did_it_is_said_and_how_it_is_known(
    more: dict[str, Any], account: str | None, basis: str
) -> None:
    (event,) = read(item(**more))
    assert (event["actor.account"], event["actor.basis"]) == (account, basis)


def test_the_export_and_the_stream_of_an_event_are_one() -> None:
    streamed = item(event_type="project_archived", entity_path="lab/trainlib") | {"id": "5"}
    assert read(item())[0]["event.id"] == read(streamed)[0]["event.id"]
    wrapped = {"headers": {"X-Gitlab-Audit-Event-Type": "x"}, "body": json.dumps(streamed)}
    assert read(wrapped)[0]["event.id"] == read(streamed)[0]["event.id"]
    assert read(item(id=6))[0]["event.id"] != read(item())[0]["event.id"]


def test_a_line_of_the_log_has_its_details_beside_the_rest() -> None:
    flat = {"time": CREATED, "author_id": 3, "entity_id": 2, "entity_type": "Project"}
    flat |= {"change": "access_level", "from": "Guest", "to": "Owner", "target_type": "User"}
    (event,) = read(flat | {"target_details": "Bo Kim", "meta.project": "lab/trainlib"})
    assert event["event.action"] == "member.edited"
    assert (event["git.repository"], event["user.target.name"]) == ("lab/trainlib", "Bo Kim")
    assert dict(event["labels"])["to"] == "Owner"


def test_an_unprotected_branch_is_named() -> None:
    details = {"event_name": "protected_branch_removed", "target_details": "main"}
    (event,) = read(item(details, entity_path="lab/trainlib"))
    assert (event["git.branch"], event["git.repository"]) == ("main", "lab/trainlib")


def test_a_setting_of_a_project_is_of_no_branch() -> None:
    details = {"change": "prevent merge request approval from authors", "from": "true"}
    details |= {"target_details": "trainlib", "target_type": "Project"}
    (event,) = read(item(details, entity_path="lab/trainlib"))
    assert (event["event.action"], event["git.branch"]) == ("branch_protection_rule.edited", None)


def test_it_is_recognised_in_all_its_forms() -> None:
    flat = {"time": CREATED, "author_id": 3, "entity_id": 2, "entity_type": "Project"}
    for value in ([item()], item(), {"body": item()}, flat | {"target_type": "User"}):
        assert SOURCE.recognises(json.dumps(value).encode(), "x") > 0.5
    assert SOURCE.recognises(json.dumps(item()).encode()[:-2], "x") > 0.5
    assert SOURCE.recognises(json.dumps(flat).encode(), "x") == 0
