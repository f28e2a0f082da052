"""Bitbucket's audit log: files, the API and the Cloud; and the public rules that look at it."""

import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml

from analytics.detection.loading import load
from analytics.detection.matcher import match
from analytics.event import Context
from analytics.sources.bitbucket_audit import SOURCE

CONTEXT = Context(feed="f", batch="b", origin="o", received=datetime(2026, 3, 1, tzinfo=UTC))
CREATED = {"epochSecond": 1771574400, "nano": 313000000}


def read(*documents: Any) -> list[dict[str, Any]]:
    return [event for table in tables(*documents) for event in table.to_pylist()]


def tables(*documents: Any) -> list[pa.Table]:
    log = "\n".join(json.dumps(document) for document in documents).encode()
    batches = list(SOURCE.parse(io.BytesIO(log), CONTEXT))
    assert not [rejected for batch in batches for rejected in batch.rejected]
    return [batch.events for batch in batches]


def record(action: str = "Repository deleted", key: str = "x.audit.action.y", **more: Any) -> Any:
    kind = {"action": action, "actionI18nKey": key, "category": more.pop("category", "Any")}
    author = {"id": "6", "name": "BKim", "type": "NORMAL"}
    told = {"auditType": kind, "author": author, "affectedObjects": [], "timestamp": CREATED}
    return told | more


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("bitbucket.service.repository.audit.action.repositorydeleted", "repository.deleted"),
        ("bitbucket.ssh.audit.action.sshaccesskeygranted.repository", "deploy_key.created"),
        ("bitbucket.service.user.audit.action.repositorypermissiongranted", "member.added"),
        ("bitbucket.x.audit.action.restrictiondeleted", "branch_protection_rule.deleted"),
        ("bitbucket.x.audit.action.refrestrictionsadded", "branch_protection_rule.created"),
        ("bitbucket.x.audit.action.mergecheckmodified", "branch_protection_rule.edited"),
        ("atlassian.audit.event.action.audit.config.updated", "audit.config.updated"),
        ("bitbucket.x.audit.action.somethingnew", "somethingnew"),
        ("", "Wiederherstellung"),
    ],
)
def test_an_act_is_known_by_its_key_in_every_language(key: str, expected: str) -> None:
    (event,) = read(record("Wiederherstellung", key))
    assert event["event.action"] == expected
    assert dict(event["labels"])["auditType.action"] == "Wiederherstellung"


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        (CREATED, "2026-02-20T08:00:00.313000"),
        ({"epochSecond": 1771574400}, "2026-02-20T08:00:00"),
        ({"epochSecond": 1771574400, "nano": 10**30}, "2026-02-20T08:00:00"),
        ("2026-02-20T08:00:00.313Z", "2026-02-20T08:00:00.313000"),
        (1771574400313, "2026-02-20T08:00:00.313000"),
        (1771574400, "2026-02-20T08:00:00"),
    ],
)
def test_times_of_files_and_of_the_api_are_read(time: Any, expected: str) -> None:
    (event,) = read(record(timestamp=time))
    assert event["@timestamp"].isoformat() == f"{expected}+00:00"


@pytest.mark.parametrize(
    ("author", "account", "basis"),
    [
        ({"id": "6", "name": "BKim"}, "bitbucket:bkim", "audit author"),
        (
            {"id": "6", "name": "Bo Kim", "uri": "https://bb/users/BKim"},
            "bitbucket:bkim",
            "audit author",
        ),
        ({"id": "-1", "name": "System", "type": "system"}, None, "Bitbucket itself"),
        ({"id": "-2", "name": "Anonymous"}, None, "not signed in"),
        ({}, None, "the record names no author"),
        (None, None, "the record names no author"),
    ],
)
def test_who_did_it_is_said_or_why_not(author: Any, account: str | None, basis: str) -> None:
    (event,) = read(record(author=author))
    assert (event["actor.account"], event["actor.basis"]) == (account, basis)


def test_a_record_of_a_file_and_of_the_api_is_one_event() -> None:
    extra = [{"name": "a", "value": "1"}, {"name": "b", "value": "2"}]
    file = record(extraAttributes=extra, node="n", level="BASE")
    api = record(extraAttributes=extra[::-1], node="n", timestamp="2026-02-20T08:00:00.313Z")
    api["type"] = api.pop("auditType")
    api["author"] = {"id": "6", "name": "Bo Kim", "uri": "https://bb/users/bkim", "type": "NORMAL"}
    assert read(file)[0]["event.id"] == read(api)[0]["event.id"]


@pytest.mark.parametrize("indent", [None, 1])
def test_a_page_of_the_api_is_as_many_events_as_it_has_records(indent: int | None) -> None:
    page = {"entities": [record("one"), record("two"), {"broken": 1}], "pagingInfo": {"size": 3}}
    log = io.BytesIO(json.dumps(page, indent=indent).encode())
    (batch,) = SOURCE.parse(log, CONTEXT)
    one, two = batch.events.to_pylist()
    assert ("one" in one["event.original"], "two" in two["event.original"]) == (True, True)
    assert one["event.id"] != two["event.id"]
    assert ["broken" in rejected.text for rejected in batch.rejected] == [True]


def test_the_repository_is_found_among_what_was_affected() -> None:
    touched = [
        {"type": "REPOSITORY", "name": "trainlib"},
        {"type": "PROJECT", "name": "TRAIN"},
        {"type": "USER", "name": "mroux"},
    ]
    (event,) = read(record(affectedObjects=touched))
    assert (event["git.repository"], event["user.target.name"]) == ("TRAIN/trainlib", "mroux")


def test_it_is_recognised_whole_and_cut() -> None:
    key = "bitbucket.service.repository.audit.action.repositorydeleted"
    whole = json.dumps(record(key=key)).encode()
    assert SOURCE.recognises(whole, "x") > 0.5
    assert SOURCE.recognises(whole[:-3], "x") > 0.5
    assert SOURCE.recognises(b'{"type": "events", "attributes": {"action": 3}}', "x") == 0


@pytest.mark.shared_data
def test_every_public_rule_about_bitbucket_fires_on_what_it_looks_for(real_logs: Path) -> None:
    (folder,) = (real_logs / "sigma-rules").rglob("bitbucket/audit")
    files = sorted(folder.glob("*.yml"))
    rules = load([folder])
    assert (len(rules.rules), rules.refused) == (len(files), ())
    records = [record("Something else", category="Projects")]
    for file in files:
        wanted = yaml.safe_load(file.read_text("utf-8"))["detection"]["selection"]
        category, action = (
            value if isinstance(value, str) else value[0]
            for value in (wanted["auditType.category"], wanted["auditType.action"])
        )
        records.append(record(action, category=category))
    (events,) = tables(*records)
    fired = [alert.rule for alert in match(rules, events)]
    assert len(files) >= 14
    assert sorted(fired) == sorted(rule.id for rule in rules.rules)


def test_lines_with_bars_of_old_servers_are_read_also_without_a_scope() -> None:
    log = (
        b"\xef\xbb\xbf0:0:0:0:0:0:0:1 | UserLoggedInEvent | asilva | 1770710400000 | - | - | - | -"
        b"\r\n10.0.3.7 | UserLoggedInEvent | asilva | 99999999999999 | - | - | - | -\r\ntorn | line"
    )
    batches = list(SOURCE.parse(io.BytesIO(log), CONTEXT))
    (row,) = (row for batch in batches for row in batch.events.to_pylist())
    assert (row["event.category"], row["source.ip"]) == ("authentication", "::1")
    assert row["message"] == "asilva: userloggedin (Bitbucket)"
    assert sum(len(batch.rejected) for batch in batches) == 2
    assert SOURCE.recognises(log, "x") > 0.5
