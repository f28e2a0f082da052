"""Deliveries of the Hub's webhooks: what tells them apart, and what is no delivery."""

import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from analytics.event import Context
from analytics.sources.hf_webhook import SOURCE

CONTEXT = Context(feed="hub", batch="b", origin="o", received=datetime(2026, 3, 1, tzinfo=UTC))
REPO = {"type": "model", "name": "lab/llm", "private": True}
WEBHOOK = {"id": "6390e855e30d9209411dff3b", "version": 3}


def payload(scope: str = "repo.config", action: str = "update", **more: Any) -> dict[str, Any]:
    event = {"action": action, "scope": scope}
    return {"event": event, "repo": REPO, "webhook": WEBHOOK, **more}


def delivered(number: int, body: dict[str, Any], when: str = "2026-02-20T08:00:00Z") -> str:
    envelope = {"event": "repo.config.update", "delivery": str(number), "delivered_at": when}
    return json.dumps({**envelope, "payload": body})


def events(*lines: str) -> list[dict[str, Any]]:
    batches = SOURCE.parse(io.BytesIO("\n".join(lines).encode()), CONTEXT)
    return [event for batch in batches for event in batch.events.to_pylist()]


def test_a_delivery_that_came_twice_is_one_and_two_alike_are_two() -> None:
    body = payload(updatedConfig={})
    first, again, other = events(delivered(1, body), delivered(1, body), delivered(2, body))
    assert first["event.id"] == again["event.id"] != other["event.id"]


def test_each_reference_is_an_event_of_its_own() -> None:
    references = [
        {"ref": "refs/heads/main", "oldSha": "a" * 40, "newSha": "b" * 40},
        {"ref": "refs/heads/main", "oldSha": "b" * 40, "newSha": "a" * 40},
    ]
    found = events(json.dumps(payload("repo.content", updatedRefs=references)))
    assert [event["git.commit"] for event in found] == ["b" * 40, "a" * 40]
    assert len({event["event.id"] for event in found}) == 2


@pytest.mark.parametrize("when", ["2036-02-20T08:00:00Z", "yesterday", "1970-01-01T00:00:00Z"])
def test_a_time_that_cannot_be_is_replaced_by_that_of_receipt(when: str) -> None:
    (event,) = events(delivered(1, payload(), when))
    assert event["@timestamp"] == CONTEXT.received
    assert dict(event["labels"])["time_basis"] == "received"


def test_times_are_told_apart_that_are_written_in_other_ways() -> None:
    told = ["1771574400"] * 8 + ["2026-02-20T08:00:00Z"] * 8 + ["1771574400"] * 8
    found = events(*(delivered(number, payload(), when) for number, when in enumerate(told)))
    bases = {event["batch.line"]: dict(event["labels"])["time_basis"] for event in found}
    assert [bases[line] for line in range(1, 25)] == [
        *["received"] * 8,
        *["envelope"] * 8,
        *["received"] * 8,
    ]


def test_only_what_was_begun_is_its_author_s() -> None:
    author = {"id": "61d2f90c3c2083e1c08aff02"}
    discussion = {"author": author, "num": 3, "title": "x", "isPullRequest": False}
    begun, changed = events(
        json.dumps(payload("discussion", "create", discussion=discussion)),
        json.dumps(payload("discussion", "update", discussion=discussion)),
    )
    assert (begun["user.id"], changed["user.id"]) == (author["id"], None)
    assert begun["actor.account"] is None
    assert begun["git.pull_request"] is None


@pytest.mark.parametrize(
    "odd",
    [
        {"repo": 5},
        {"repo": {"type": "toaster", "name": ["x"]}},
        {"updatedRefs": {"ref": 1}},
        {"updatedRefs": [5, {"ref": None}]},
        {"discussion": [], "comment": "x"},
        {"movedTo": {"name": {"deep": 1}}},
        {"webhook": None},
    ],
)
def test_odd_values_do_no_harm(odd: dict[str, Any]) -> None:
    (event,) = events(json.dumps(payload(**odd)))
    assert event["event.action"] == "repo.config.update"


def test_it_is_recognised_bare_and_in_an_envelope() -> None:
    assert SOURCE.recognises(json.dumps(payload()).encode(), "x") > 0.9
    assert SOURCE.recognises(delivered(1, payload()).encode(), "x") > 0.9
    assert SOURCE.recognises(json.dumps({"event": "push", "payload": {}}).encode(), "x") == 0
