"""The Hub's audit export: every type of its published schema gives an event."""

import io
import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from analytics.event import Context
from analytics.sources.hf_audit import SOURCE, category_of

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


@pytest.mark.shared_data
def test_every_type_of_the_schema_gives_an_event(real_logs: Path) -> None:
    schema = json.loads((real_logs / "huggingface/audit-log-export.schema.json").read_bytes())
    content = schema["responses"]["200"]["content"]["application/json"]["schema"]
    kinds = content["items"]["properties"]["type"]["enum"]
    found = events(json.dumps([item(number, kind) for number, kind in enumerate(kinds)]))
    assert [event["event.action"] for event in found] == kinds
    assert len(kinds) == 116
    counts = Counter(event["event.category"] for event in found)
    assert counts["iam"] > 20 and counts["process"] > 8 and counts["configuration"] > 40
    assert all(event["actor.account"] == "hf:ana-s" for event in found)


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
    assert category_of(kind) == category


def test_a_repository_is_found_as_text_and_as_object() -> None:
    data = ({"repo": "lab/llm", "repoType": "dataset"}, {"repo": {"name": "lab/llm"}})
    found = events(json.dumps([item(n, "repo.move", data=value) for n, value in enumerate(data)]))
    assert [event["hf.repo"] for event in found] == ["lab/llm", "lab/llm"]
    assert found[0]["hf.kind"] == "dataset"
