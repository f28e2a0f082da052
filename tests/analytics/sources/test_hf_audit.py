"""The Hub's audit export: every type of its published schema gives an event."""

import io
import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from analytics.event import Context
from analytics.sources.hf_audit import SOURCE
from analytics.sources.hf_audit.objects import kind_of
from tests.analytics.sources.hub_events import events as made
from tests.analytics.sources.hub_events import schema_of

CONTEXT = Context(
    feed="hub", batch="b", origin="o", received=datetime(2026, 3, 1, tzinfo=UTC), realm="site"
)


def item(number: int, kind: str, **more: Any) -> dict[str, Any]:
    author = {"_id": f"{7:024x}", "user": "ana-s", "avatarUrl": "/a.svg", "type": "user"}
    return {
        "_id": f"{number:024x}",
        "createdAt": "2026-02-27T08:00:00.000Z",
        "type": kind,
        "message": "did it",
        "author": author,
        **more,
    }


def events(log: str) -> list[dict[str, Any]]:
    batches = SOURCE.parse(io.BytesIO(log.encode()), CONTEXT)
    return [event for batch in batches for event in batch.events.to_pylist()]


# What the data of each scope may be (the schema leaves it open), and the object it names.
OBJECTS: dict[str, tuple[dict[str, Any], str, str]] = {
    "repo": ({"repo": {"name": "lab/llm", "type": "model"}}, "hf.repo", "lab/llm"),
    "spaces": ({"repo": "lab/viewer"}, "hf.repo", "lab/viewer"),
    "jobs": ({"jobId": "6601"}, "job.id", "6601"),
    "scheduled_job": ({"scheduledJob": {"id": "6602"}}, "job.id", "6602"),
    "resource_group": ({"resourceGroup": {"name": "vision"}}, "labels", "resource_group=vision"),
    "collection": ({"collection": "lab/best"}, "labels", "collection=lab/best"),
    "org": ({"user": {"user": "bkim"}}, "user.target.name", "bkim"),
    "billing": ({"plan": "team"}, "labels", "data.plan=team"),
    "oauth": ({"clientId": "c-1"}, "labels", "data.clientId=c-1"),
}


@pytest.mark.shared_data
def test_every_type_of_the_schema_gives_an_event(real_logs: Path) -> None:
    schema = schema_of(real_logs)
    kinds = schema["properties"]["type"]["enum"]
    assert len(kinds) == len(set(kinds)) == 116
    items = list(made(schema, 2 * len(kinds)))
    for one in items:
        one["data"] = OBJECTS[one["type"].partition(".")[0]][0]
    found = events(json.dumps(items))
    assert [event["event.action"] for event in found] == [*kinds, *kinds]
    assert len({event["event.id"] for event in found}) == len(items)
    for one, event in zip(items, found, strict=True):
        _, name, value = OBJECTS[one["type"].partition(".")[0]]
        labels = [f"{key}={text}" for key, text in event["labels"]]
        assert value in (labels if name == "labels" else [event[name]]), one["type"]
        by_hub = one["author"]["type"] == "system"
        assert event["actor.account"] == (None if by_hub else "hf:ana-s")
        assert event["actor.basis"] == ("the hub itself" if by_hub else "audit author")
        assert event["hf.token"] == one.get("token", {}).get("id")
        assert event["source.ip"] == one.get("ip")
        assert json.loads(event["event.original"]) == one
    counts = Counter(event["event.category"] for event in found[: len(kinds)])
    assert counts["iam"] > 30 and counts["process"] > 8 and counts["configuration"] > 40


def test_old_and_new_names_of_a_setting_are_both_events() -> None:
    kinds = ("org.update_settings", "org.settings.sso.disable", "org.settings.brand_new")
    found = events(json.dumps([item(number, kind) for number, kind in enumerate(kinds)]))
    assert tuple(event["hf.event"] for event in found) == kinds
    assert [event["event.category"] for event in found] == ["configuration", "iam", "configuration"]


@pytest.mark.parametrize(
    "odd",
    [
        {"data": {"repo": {"name": ["x"]}, "users": [5], "deep": {"a": [{"b": 1}]}}},
        {"data": [1, {"a": 2}]},
        {"data": "a\x00b"},
        {"data": {"k\x00": "v\x00", "n": None, "long": "x" * 5000}},
        {"author": "ana-s"},
        {"author": {"user": 5, "_id": {}}},
        {"token": {"id": ["x"]}, "location": [1], "oauth": None},
        {"brand": {"new": True}},
        {"_id": 7},
    ],
)
def test_odd_values_do_no_harm_and_are_kept(odd: dict[str, Any]) -> None:
    (event,) = events(json.dumps(item(1, "repo.create", **odd)))
    assert all(len(text) <= 1024 and "\x00" not in text for _, text in event["labels"])
    assert "brand" not in odd or dict(event["labels"])["brand.new"] == "true"


def test_json_lines_and_an_array_give_the_same_events() -> None:
    items = [item(1, "repo.create"), item(2, "jobs.cancel")]
    by_line = events("\n".join(map(json.dumps, items)))
    as_array = events(json.dumps(items, indent=1))
    assert [event["event.id"] for event in by_line] == [event["event.id"] for event in as_array]


def test_a_token_is_named_by_its_id_only() -> None:
    token = {"type": "access_token", "id": "tok-7", "role": "write", "deleted": False}
    (event,) = events(json.dumps([item(1, "repo.delete", token=token)]))
    assert event["hf.token"] == "tok-7"


@pytest.mark.parametrize(
    ("kind", "category"),
    [
        ("org.sso_login", "authentication"),
        ("org.invite.email", "iam"),
        ("org.service_account.token.create", "iam"),
        ("org.settings.network", "configuration"),
        ("scheduled_job.run", "process"),
        ("something.new", "configuration"),
    ],
)
def test_a_type_s_scope_decides_its_category(kind: str, category: str) -> None:
    assert kind_of(kind).category == category


def test_a_repository_is_found_as_text_and_as_object() -> None:
    data = ({"repo": "lab/llm", "repoType": "dataset"}, {"repo": {"name": "lab/llm"}})
    found = events(json.dumps([item(n, "repo.move", data=value) for n, value in enumerate(data)]))
    assert [event["hf.repo"] for event in found] == ["lab/llm", "lab/llm"]
    assert found[0]["hf.kind"] == "dataset"
