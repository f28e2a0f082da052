"""Teleport: the person behind a login, also where a bot acts for somebody."""

import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from analytics.event import Context
from analytics.sources.teleport import SOURCE

CONTEXT = Context(
    feed="teleport", batch="1", origin="file", received=datetime(2026, 3, 1, tzinfo=UTC)
)
EVENT: dict[str, Any] = {
    "cluster_name": "lab.example",
    "code": "T3002I",
    "ei": 0,
    "event": "exec",
    "time": "2026-02-21T08:00:00.125Z",
    "uid": "0d1a57a2-6a0f-4c39-8a5e-000000000001",
    "user": "asilva",
}
HOST = "05ff66c9-a948-42f4-af0e-a1b6ba62561e.lab.example"


def row_of(**changes: Any) -> dict[str, Any]:
    log = json.dumps(EVENT | changes).encode()
    (batch,) = SOURCE.parse(io.BytesIO(log), CONTEXT)
    row: dict[str, Any] = batch.events.to_pylist()[0]
    return row


@pytest.mark.parametrize(
    ("changes", "account", "behalf"),
    [
        ({}, "teleport:asilva", None),
        ({"user": "ASilva@Lab.example"}, "teleport:asilva@lab.example", None),
        ({"impersonator": "bot-ci"}, "teleport:bot-ci", "teleport:asilva"),
        ({"impersonator": "asilva"}, "teleport:asilva", None),
        ({"user": HOST}, None, None),
        ({"user": None, "updated_by": "ana"}, "teleport:ana", None),
        ({"user": None, "bot_name": "deploy"}, "teleport:deploy", None),
        ({"user": None, "identity": {"user": "mchen"}}, "teleport:mchen", None),
        ({"user": None}, None, None),
        ({"event": "access_request.review", "reviewer": "ana"}, "teleport:ana", None),
    ],
)
def test_who_acted_is_told_and_for_whom(
    changes: dict[str, Any], account: str | None, behalf: str | None
) -> None:
    row = row_of(**changes)
    assert (row["actor.account"], row["actor.on_behalf_of"]) == (account, behalf)
    assert row["actor.basis"]


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({}, "success"),
        ({"code": "T3002E"}, "failure"),
        ({"exitCode": "1"}, "failure"),
        ({"exitCode": "0", "code": "T3002E"}, "success"),
        ({"success": False}, "failure"),
        ({"response_code": 403}, "failure"),
        ({"event": "session.disk", "return_code": 3}, "success"),
        ({"event": "session.disk", "return_code": -13}, "failure"),
        ({"code": "T3002"}, "unknown"),
    ],
)
def test_whether_it_worked_is_told_by_what_says_most(changes: dict[str, Any], outcome: str) -> None:
    assert row_of(**changes)["event.outcome"] == outcome


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"event": "sftp", "action": 1}, "access"),
        ({"event": "sftp", "action": 1, "flags": 577}, "change"),
        ({"event": "sftp", "action": 4}, "change"),
        ({"event": "sftp", "action": 11}, "deletion"),
        ({"event": "sftp", "action": 12}, "creation"),
        ({"event": "sftp", "action": 16}, "change"),
        ({"event": "sftp", "action": [1]}, "access"),
        ({"event": "scp", "action": "upload"}, "creation"),
        ({"event": "scp", "action": "download"}, "access"),
        ({"event": "session.disk", "flags": 0}, "access"),
        ({"event": "session.disk", "flags": 2}, "change"),
    ],
)
def test_what_became_of_a_file_is_told(changes: dict[str, Any], kind: str) -> None:
    row = row_of(path="/shared/x.pt", **changes)
    assert (row["event.category"], row["event.type"], row["file.path"]) == (
        "file",
        kind,
        "/shared/x.pt",
    )


@pytest.mark.parametrize(
    ("name", "category", "kind"),
    [
        ("user.login", "authentication", "start"),
        ("user.delete", "iam", "deletion"),
        ("role.updated", "iam", "change"),
        ("saml.idp.auth", "authentication", "info"),
        ("saml.idp.service.provider.create", "iam", "creation"),
        ("db.session.mysql.drop_db", "database", "access"),
        ("something.new", "configuration", "info"),
        ("something.deleted", "configuration", "deletion"),
    ],
)
def test_an_event_is_sorted_by_the_longest_beginning_of_its_name(
    name: str, category: str, kind: str
) -> None:
    row = row_of(event=name)
    assert (row["event.category"], row["event.type"]) == (category, kind)


def test_the_same_event_is_the_same_whoever_exports_it() -> None:
    assert row_of()["event.id"] == row_of(extra="added by a shipper")["event.id"]
    assert row_of()["event.id"] != row_of(uid="other")["event.id"]
    assert row_of()["event.id"] != row_of(cluster_name="leaf.example")["event.id"]


@pytest.mark.parametrize(
    ("head", "sure"),
    [
        (json.dumps(EVENT).encode(), True),
        (json.dumps(EVENT).encode()[:-12], True),
        (b'{"events":[' + json.dumps(EVENT).encode() + b"]}", True),
        (b'{"event":"exec","code":"T3002I","time":"2026-02-21T08:00:00Z"}', False),
        (b'{"event":"exec","code":"200","time":"x","uid":"1"}', False),
    ],
)
def test_it_knows_its_own(head: bytes, sure: bool) -> None:
    assert (SOURCE.recognises(head, "events.log") > 0.5) is sure
