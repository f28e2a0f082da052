"""What requests to a hub mean, and who asked."""

import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from analytics.event import Context, Rejected
from analytics.sources.hf_access import SOURCE

CONTEXT = Context(
    feed="f", batch="b", origin="o", received=datetime(2026, 3, 1, tzinfo=UTC), host="mirror"
)


def read(*lines: str) -> tuple[list[dict[str, Any]], list[Rejected]]:
    batches = list(SOURCE.parse(io.BytesIO("\n".join(lines).encode()), CONTEXT))
    rejected = [rejected for batch in batches for rejected in batch.rejected]
    return [event for batch in batches for event in batch.events.to_pylist()], rejected


def line(target: str = "/lab/llm/resolve/main/config.json", **more: str) -> str:
    told = {"client": "10.0.0.1", "user": "-", "time": "20/Feb/2026:08:00:00 +0000"} | more
    agent = told.get("agent", "curl/8.5.0")
    return (
        f"{told['client']} - {told['user']} [{told['time']}] "
        f'"GET {target} HTTP/1.1" {told.get("status", "200")} 5 "-" "{agent}"{told.get("tail", "")}'
    )


def test_the_http_user_is_the_actor_and_without_one_only_the_address_is_known() -> None:
    (named, unnamed), _ = read(line(user="asilva"), line())
    assert (named["actor.account"], named["actor.basis"]) == ("unix:asilva", "http user")
    assert (unnamed["actor.account"], unnamed["source.ip"]) == (None, "10.0.0.1")


def test_a_proxied_client_and_a_virtual_host_are_told_apart() -> None:
    (event,), _ = read(line(client="hub.example 192.0.2.7, 10.0.0.9"))
    assert (event["source.ip"], event["host.name"]) == ("192.0.2.7", "hub.example")


def test_more_fields_at_the_end_are_kept() -> None:
    (event,), _ = read(line(tail=' "192.0.2.7" rt=0.2'))
    assert dict(event["labels"])["further"] == '"192.0.2.7" rt=0.2'


@pytest.mark.parametrize(
    ("time", "reason"),
    [
        ("31/Feb/2026:08:00:00 +0000", "cannot be read"),
        ("20/Feb/2026:25:00:00 +0000", "cannot be read"),
        ("20/Feb/2026:08:00:61 +0000", "cannot be read"),
        ("20/Feb/1971:08:00:00 +0000", "before 1980"),
        ("20/Feb/2036:08:00:00 +0000", "in the future"),
    ],
)
def test_a_time_that_cannot_be_is_rejected(time: str, reason: str) -> None:
    events, (rejected,) = read(line(time=time))
    assert not events
    assert reason in rejected.reason


def test_times_are_turned_to_utc() -> None:
    (event,), _ = read(line(time="20/Feb/2026:08:00:07 +0530"))
    assert event["@timestamp"] == datetime(2026, 2, 20, 2, 30, 7, tzinfo=UTC)


def test_equal_lines_of_one_second_stay_two() -> None:
    events, _ = read(line(), line())
    assert events[0]["event.id"] != events[1]["event.id"]


def test_quotes_and_escapes_stay_inside_their_field() -> None:
    (event,), _ = read(line("/lab/llm/resolve/main/a\\x22b.bin", agent='x \\"y\\" z'))
    assert event["hf.path"] == 'a"b.bin'
    assert event["user_agent.original"] == 'x "y" z'


GLUED = (
    '10.0.0.1 - - [20/Feb/2026:08:00:00 +0000] "GET /lab/llm/res'
    '10.0.0.2 - bkim [20/Feb/2026:08:00:01 +0000] "GET /healthz HTTP/1.1" 200 2 "-" "curl/8"'
    '10.0.0.3 - - [20/Feb/2026:08:00:02 +0000] "GET /healthz HTTP/1.1" 200 2 "-" "curl/8"'
)


def test_records_glued_on_one_line_are_taken_apart() -> None:
    (first, second), (cut,) = read(GLUED)
    assert (first["source.ip"], first["user.name"]) == ("10.0.0.2", "bkim")
    assert (second["source.ip"], second["user_agent.original"]) == ("10.0.0.3", "curl/8")
    assert cut.text + first["event.original"] + second["event.original"] == GLUED
    assert first["event.id"] != second["event.id"]


def test_the_line_ends_of_windows_and_a_last_line_without_end_change_nothing() -> None:
    whole, _ = read(line(), line(status="404"))
    batches = SOURCE.parse(io.BytesIO(f"{line()}\r\n{line(status='404')}".encode()), CONTEXT)
    events = [event for batch in batches for event in batch.events.to_pylist()]
    assert [event["event.original"] for event in events] == [
        event["event.original"] for event in whole
    ]


def test_a_line_without_end_is_rejected_and_the_next_one_read() -> None:
    events, (rejected,) = read("x" * (3 << 20), line())
    assert (rejected.line, rejected.reason) == (1, "line is too long")
    assert events[0]["batch.line"] == 2


@pytest.mark.parametrize(
    ("tail", "labels"),
    [
        (' "192.0.2.7, 10.0.0.9"', {"forwarded_for": "192.0.2.7, 10.0.0.9"}),
        (" 0.214 0.209 HIT", {"request_seconds": "0.214", "cache": "hit"}),
        (' rt=0.2 urt="0.1" cs=MISS', {"upstream_seconds": "0.1", "cache": "miss"}),
        (" TCP_MEM_HIT:HIER_NONE", {"cache": "hit"}),
        (" upstream: 10.1.1.1:443", {"upstream": "10.1.1.1:443"}),
    ],
)
def test_what_a_site_adds_to_a_line_is_told_apart(tail: str, labels: dict[str, str]) -> None:
    (event,), _ = read(line(tail=tail))
    assert labels.items() <= dict(event["labels"]).items()


# Beats takes the first public address of a list for the client's, we the first of all: inside an
# organisation clients have private ones. It has no address where a name was logged, and
# none of a request that is no HTTP.
OURS = {"source.ip": ("10.0.0.2", "10.5.102.222", "localhost", None), "url.original": ("hello",)}
SAME = (
    *("event.outcome", "http.response.status_code", "http.response.body.bytes"),
    *("http.request.method", "url.original", "user_agent.original", "source.ip"),
)


@pytest.mark.shared_data
def test_real_nginx_logs_give_what_beats_makes_of_them(real_logs: Path) -> None:
    compared = differing = 0
    for log in (real_logs / "beats-golden/filebeat/module/nginx/access/test").glob("*.log"):
        documents = json.loads(log.with_name(f"{log.name}-expected.json").read_bytes())
        events, rejected = read(*log.read_text().splitlines())
        assert (len(events), rejected) == (len(documents), [])
        for event, document in zip(events, documents, strict=True):
            compared += 1
            told = {**event, **dict(event["labels"] or {})}
            assert event["@timestamp"] == datetime.fromisoformat(document["@timestamp"])
            assert [event["event.category"]] == document["event.category"]
            assert [event["event.type"]] == document["event.type"]
            assert told.get("referrer") == document.get("http.request.referrer")
            host = document.get("destination.domain", document.get("destination.ip", "mirror"))
            assert event["host.name"] == host
            for name in SAME:
                if event[name] != document.get(name):
                    differing += 1
                    assert event[name] in OURS[name], (name, event["event.original"])
    assert (compared, differing) == (34, 10)
