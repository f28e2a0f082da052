"""GitHub's audit log in each of the shapes in which it leaves GitHub."""

import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from analytics.event import Context
from analytics.sources.github_audit import SOURCE

CONTEXT = Context(feed="f", batch="b", origin="o", received=datetime(2026, 3, 1, tzinfo=UTC))
TIME = 1771578000123
RECORD = {
    "@timestamp": TIME,
    "_document_id": "d-1",
    "action": "repo.add_member",
    "actor": "Ana-S",
    "org": "lab",
    "repo": "lab/trainlib",
    "user": "bkim",
}


def read(*records: Any) -> list[dict[str, Any]]:
    log = "\n".join(json.dumps(record) for record in records).encode()
    batches = list(SOURCE.parse(io.BytesIO(log), CONTEXT))
    assert not [rejected for batch in batches for rejected in batch.rejected]
    return [event for batch in batches for event in batch.events.to_pylist()]


def only(**changes: Any) -> dict[str, Any]:
    (event,) = read(RECORD | changes)
    return event


def test_a_record_says_who_did_what_to_whom() -> None:
    event = only()
    assert event["@timestamp"] == datetime.fromtimestamp(TIME / 1000, UTC)
    assert event["actor.account"] == "github:ana-s"
    assert event["event.action"] == "repo.add_member"
    assert (event["event.category"], event["event.type"]) == ("iam", "creation")
    assert event["user.target.name"] == "bkim"
    assert event["git.repository"] == "lab/trainlib"


@pytest.mark.parametrize(
    "envelope",
    [
        lambda record: record,
        lambda record: {"event": record, "time": 1, "source": "github", "sourcetype": "github"},
        lambda record: {"integration": "github", "github": record},
    ],
)
def test_a_record_is_known_by_its_id_in_any_envelope(envelope: Any) -> None:
    wrapped = envelope(RECORD)
    assert SOURCE.recognises(json.dumps(wrapped).encode(), "x") >= 0.5
    (event,) = read(wrapped)
    assert event["event.id"] == only()["event.id"]
    assert json.loads(event["event.original"]) == wrapped


def test_a_record_without_an_id_is_known_by_what_it_says() -> None:
    record = {name: value for name, value in RECORD.items() if name != "_document_id"}
    first, again, other = read(
        record, dict(reversed(record.items())), record | {"created_at": TIME + 1}
    )
    assert first["event.id"] == again["event.id"] != other["event.id"]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"@timestamp": TIME}, 123_000),
        ({"@timestamp": float(TIME)}, 123_000),
        ({"@timestamp": None, "created_at": TIME}, 123_000),
        ({"@timestamp": TIME // 1000}, 0),
        ({"@timestamp": "2026-02-20T09:00:00.123Z"}, 123_000),
        ({"@timestamp": "2026-02-20 09:00:00.123000000"}, 123_000),
        ({"@timestamp": 10**30, "created_at": TIME}, 123_000),
    ],
)
def test_every_way_to_write_the_time_is_read(told: dict[str, Any], expected: int) -> None:
    assert only(**told)["@timestamp"] == datetime(2026, 2, 20, 9, 0, 0, expected, UTC)


@pytest.mark.parametrize("name", ["deploy_key", None])
def test_who_is_not_named_stays_unknown_with_the_reason(name: str | None) -> None:
    event = only(action="git.push", actor=name)
    assert event["actor.account"] is None
    assert "names" in event["actor.basis"]
    assert event["git.pusher"] is None


def test_an_agent_acts_for_the_person_it_names_and_a_bot_for_nobody() -> None:
    agent = only(actor="Copilot", actor_is_bot=True, actor_is_agent=True)
    assert agent["actor.account"] == "github:copilot"
    assert agent["actor.on_behalf_of"] == "github:bkim"
    bot = only(actor="labbot[bot]", actor_is_bot=True)
    assert bot["actor.on_behalf_of"] is None
    assert "bot" in bot["actor.basis"]


def test_an_override_names_the_branch_and_that_it_is_protected() -> None:
    event = only(action="protected_branch.policy_override", branch="refs/heads/main")
    assert (event["git.branch"], event["git.protected"]) == ("main", True)
    removed = only(action="protected_branch.destroy", name="release/*")
    assert (removed["git.branch"], removed["git.protected"]) == ("release/*", False)


def test_what_was_refused_failed() -> None:
    assert only(action="protected_branch.rejected_ref_update")["event.outcome"] == "failure"
    assert only(action="api.request", status_code=403)["event.outcome"] == "failure"
    assert only(action="api.request", status_code=200)["event.outcome"] == "success"


def test_a_pull_request_is_told_by_its_address() -> None:
    url = "https://github.lab.example/lab/datakit/pull/41#issuecomment-1"
    event = only(action="pull_request.merge", repo=None, pull_request_url=url)
    assert (event["git.repository"], event["git.pull_request"]) == ("lab/datakit", 41)


@pytest.mark.parametrize("value", [[], {}, [{}], 10**40, True, 1.5, "\ud800\x00", ""])
@pytest.mark.parametrize(
    "name",
    [
        *("actor", "user", "repo", "actor_id", "actor_ip", "user_agent", "operation_type", "data"),
        *("status_code", "branch", "after", "_document_id", "actor_location", "team", "created_at"),
    ],
)
def test_values_of_any_kind_are_survived(name: str, value: Any) -> None:
    (event,) = read(RECORD | {name: value})
    assert event["event.action"] == "repo.add_member"


@pytest.mark.parametrize(
    "head",
    [
        b'{"action": "opened", "sender": {"login": "x"}, "created_at": 1771578000123}',
        b'{"action": "repo.create", "_id": "x", "createdAt": "2026-02-20T09:00:00Z"}',
        b'{"action": "repo.create", "actor": "x"}',
        b'[{"action": {"a": 1}}]',
        b'{"kind": "Event", "verb": "create", "@timestamp": 1771578000123}',
    ],
)
def test_other_json_is_not_taken_for_an_audit_log(head: bytes) -> None:
    assert SOURCE.recognises(head, "x.json") < 0.5


def test_a_record_longer_than_the_head_is_still_recognised() -> None:
    log = json.dumps(RECORD | {"org_id": 4, "reasons": ["x" * 70_000]}).encode()
    assert SOURCE.recognises(log[: 64 << 10], "x") >= 0.5
