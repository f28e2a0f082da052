"""Sudo's own log: its three forms, events that share a key, and lines that were wrapped."""

import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from analytics.event import Context, Rejected
from analytics.sources.sudo_log import SOURCE

CONTEXT = Context(
    feed="login",
    batch="1",
    origin="first-line",
    received=datetime(2026, 3, 1, tzinfo=UTC),
    host="gpu03",
)
GOLDEN = Path(__file__).resolve().parents[2] / "golden/sudo_log"
ACCEPT = {
    "uuid": "a1",
    "server_time": {"seconds": 1771711200, "nanoseconds": 5000},
    "submituser": "ana",
    "command": "/usr/bin/id",
    "runuser": "root",
    "submithost": "login1",
}


def read(log: bytes) -> tuple[list[dict[str, Any]], list[Rejected]]:
    batches = list(SOURCE.parse(io.BytesIO(log), CONTEXT))
    rows = [row for batch in batches for row in batch.events.to_pylist()]
    return rows, [rejected for batch in batches for rejected in batch.rejected]


def test_events_with_the_same_key_in_one_object_are_all_read() -> None:
    inner = json.dumps(ACCEPT, indent=4).replace("\n", "\n    ")
    other = inner.replace('"a1"', '"a2"').replace("/usr/bin/id", "/usr/bin/rm")
    rows, rejected = read(f'{{\n    "accept": {inner},\n    "accept": {other}\n}}\n'.encode())
    assert [row["process.command_line"] for row in rows] == ["/usr/bin/id", "/usr/bin/rm"]
    assert not rejected


def test_the_same_event_compact_and_spread_has_one_id() -> None:
    spread = json.dumps({"accept": ACCEPT}, indent=4).encode()
    rows = [read(text)[0][0] for text in (json.dumps({"accept": ACCEPT}).encode(), spread)]
    assert rows[0]["event.id"] == rows[1]["event.id"]


def test_an_exit_is_joined_with_its_command() -> None:
    ended = {"uuid": "a1", "server_time": {"seconds": 1771711260, "nanoseconds": 0}}
    lines = [{"accept": ACCEPT}, {"exit": ended | {"exit_value": 1}}]
    rows, _ = read("\n".join(map(json.dumps, lines)).encode())
    assert rows[1]["actor.account"] == "unix:ana"
    assert rows[1]["process.command_line"] == "/usr/bin/id"
    assert dict(rows[1]["labels"])["exit"] == "1"


def test_a_wrapped_line_is_one_command() -> None:
    log = (
        b"Feb 21 21:54:44 : ana : TTY=pts/0 ; PWD=/home/ana ; USER=root ;\r\n"
        b"    COMMAND=/usr/bin/rsync -a /shared/ckpt\r\n    away:/x\r\n"
    )
    rows, rejected = read(log)
    assert rows[0]["process.command_line"] == "/usr/bin/rsync -a /shared/ckpt away:/x"
    assert not rejected


@pytest.mark.parametrize(
    "event",
    [
        {"accept": {"server_time": {"seconds": 10**30}}},
        {"accept": {"server_time": {"seconds": "1"}}},
        {"accept": {"server_time": []}},
        {"accept": []},
        {"accept": None},
    ],
)
def test_what_has_no_time_is_rejected(event: object) -> None:
    rows, rejected = read(json.dumps(event).encode())
    assert not rows
    assert len(rejected) == 1


@pytest.mark.parametrize("sample", ["events.json", "compact.ndjson", "classic.log", "index.txt"])
def test_it_knows_its_own(sample: str) -> None:
    assert SOURCE.recognises((GOLDEN / sample).read_bytes(), "upload") > 0.5


def test_an_alert_of_another_system_is_not_sudos() -> None:
    assert SOURCE.recognises(b'{"alert": {"number": 7}, "action": "created"}', "x") == 0
