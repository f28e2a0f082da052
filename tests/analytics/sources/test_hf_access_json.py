"""JSON access logs: each server's keys, and what may go wrong on a line."""

import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from analytics.event import Context, Rejected
from analytics.sources.hf_access_json import SOURCE

CONTEXT = Context(
    feed="f", batch="b", origin="o", received=datetime(2026, 3, 1, tzinfo=UTC), host="mirror"
)
REQUEST = {"remote_addr": "10.0.0.1", "request": "GET /lab/llm/resolve/main/m.pt HTTP/1.1"}
USUAL = {"time_iso8601": "2026-02-20T08:00:00+00:00", **REQUEST, "status": 200}


def read(log: str) -> tuple[list[dict[str, Any]], list[Rejected]]:
    batches = list(SOURCE.parse(io.BytesIO(log.encode()), CONTEXT))
    rejected = [rejected for batch in batches for rejected in batch.rejected]
    return [event for batch in batches for event in batch.events.to_pylist()], rejected


@pytest.mark.parametrize(
    "time",
    [
        {"time_iso8601": "2026-02-20T08:00:00+00:00"},
        {"@timestamp": "2026-02-20T09:00:00.000000001+0100"},
        {"time_local": "20/Feb/2026:13:30:00 +0530"},
        {"msec": "1771574400.000"},
        {"msec": 1771574400.0},
        {"Timestamp": 1771574400000},
    ],
)
def test_a_time_is_read_however_it_is_written(time: dict[str, Any]) -> None:
    (event,), _ = read(json.dumps({**time, **REQUEST, "status": "200"}))
    assert event["@timestamp"] == datetime(2026, 2, 20, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("more", "seconds"),
    [
        ({"request_time": 0.214}, "0.214"),
        ({"request_time": "0.214"}, "0.214"),
        ({"duration": 214, "response_flags": "-"}, "0.214"),
        ({"Duration": 214_000_000, "StartUTC": "2026-02-20T08:00:00Z"}, "0.214"),
    ],
)
def test_durations_become_seconds(more: dict[str, Any], seconds: str) -> None:
    (event,), _ = read(json.dumps({**USUAL, **more}))
    assert dict(event["labels"])["request_seconds"] == seconds


@pytest.mark.parametrize("address", ["10.0.0.1:4123", "10.0.0.1", "10.0.0.1, 10.0.0.9"])
def test_the_client_is_named_without_its_port(address: str) -> None:
    (event,), _ = read(json.dumps({**USUAL, "remote_addr": address}))
    assert event["source.ip"] == "10.0.0.1"


def test_an_array_gives_what_lines_give() -> None:
    items = [USUAL, {**USUAL, "status": 404}]
    of_lines, _ = read("\n".join(map(json.dumps, items)))
    of_array, _ = read(json.dumps(items, indent=1))
    assert [event["message"] for event in of_array] == [event["message"] for event in of_lines]


def test_glued_and_cut_objects_are_taken_apart_and_nothing_is_lost() -> None:
    whole = json.dumps(USUAL)
    log = f"{whole[:40]}{whole}{whole}{whole[:30]}"
    events, rejected = read(log)
    assert len(events) == 2
    pieces = [rejected[0].text, *(event["event.original"] for event in events), rejected[1].text]
    assert "".join(pieces) == log


@pytest.mark.parametrize(
    "line",
    [
        "[1]",
        "7",
        '"text"',
        "{}",
        '{"status": 200}',
        json.dumps({**USUAL, "time_iso8601": None}),
        json.dumps({**USUAL, "time_iso8601": "9" * 5000}),
        json.dumps({**USUAL, "request": 5}),
        json.dumps({**USUAL, "request": {"method": 5}}),
        '{"a":' * 5000,
    ],
)
def test_what_is_no_request_is_rejected(line: str) -> None:
    events, rejected = read(line + "\n" + json.dumps(USUAL))
    assert len(events) == 1
    assert "".join(one.text for one in rejected) in (line, "1")


def test_odd_values_do_no_harm() -> None:
    odd = {"remote_addr": 5, "status": [200], "body_bytes_sent": "many", "http_user_agent": {}}
    (event,), _ = read(json.dumps({**USUAL, **odd, "remote_user": "a\x00b"}))
    assert event["http.response.status_code"] is None
    assert event["http.response.body.bytes"] is None
    assert event["user.name"] == "a\\x00b"


@pytest.mark.parametrize("odd", ["[]", '{"a": [1]}', "[[0.5]]", "true", "null", "1e999"])
def test_a_number_that_is_none_costs_only_itself(odd: str) -> None:
    line = (
        '{"time": "2026-02-28T08:00:00Z", "remote_addr": "10.4.2.1", "status": 200,'
        ' "request": "GET /lab/llm/resolve/main/model.safetensors HTTP/1.1",'
        ' "body_bytes_sent": %s, "request_time": %s}'
    )
    batches = list(SOURCE.parse(io.BytesIO((line % (odd, odd)).encode()), CONTEXT))
    assert sum(batch.events.num_rows + len(batch.rejected) for batch in batches) == 1


@pytest.mark.parametrize("half", ["\ud800", "a\x00b"])
def test_texts_that_cannot_be_stored_are_shown(half: str) -> None:
    caddy = {
        "ts": 1771574400.5,
        "request": {"method": "GET", "uri": "/", "headers": {"User-Agent": [half]}},
        "status": 200,
    }
    events, rejected = read("\n".join(json.dumps(one) for one in (caddy, USUAL | {"host": half})))
    assert not rejected
    shown = half.encode("utf-8", "backslashreplace").replace(b"\x00", b"\\x00").decode()
    assert [events[0]["user_agent.original"], events[1]["host.name"]] == [shown, shown]


@pytest.mark.parametrize("seconds", ["0.210", "41.000", "0.00005", "1e-7", "-0.5", "12", "7.1"])
def test_seconds_of_many_lines_are_written_as_those_of_one(seconds: str) -> None:
    line = json.dumps(USUAL)[:-1] + f', "request_time": {seconds}}}\n'
    one, *_ = read(line)[0]
    many, _ = read(line * 40)
    assert {dict(event["labels"])["request_seconds"] for event in many} == {
        dict(one["labels"])["request_seconds"]
    }
