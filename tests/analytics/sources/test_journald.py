"""The journal: what can be believed, messages of bytes, and both of its formats."""

import io
import json
import struct
from datetime import UTC, datetime
from typing import Any

import pytest

from analytics.event import Context, Rejected
from analytics.sources.journald import SOURCE

CONTEXT = Context(
    feed="gpus",
    batch="1",
    origin="body",
    received=datetime(2026, 3, 1, tzinfo=UTC),
)
SUDO = {
    "__CURSOR": "s=1;i=1",
    "__REALTIME_TIMESTAMP": "1771711200000000",
    "SYSLOG_IDENTIFIER": "sudo",
    "MESSAGE": "ana : TTY=pts/9 ; PWD=/ ; USER=root ; COMMAND=/usr/bin/id",
    "_UID": "1021",
    "_COMM": "sudo",
    "_EXE": "/usr/bin/sudo",
    "_AUDIT_LOGINUID": "1021",
}


def read(log: bytes) -> tuple[list[dict[str, Any]], list[Rejected]]:
    batches = list(SOURCE.parse(io.BytesIO(log), CONTEXT))
    rows = [row for batch in batches for row in batch.events.to_pylist()]
    return rows, [rejected for batch in batches for rejected in batch.rejected]


def one(**changes: Any) -> dict[str, Any]:
    """The event of sudo's entry with some fields changed; None takes a field away."""
    entry = {name: value for name, value in (SUDO | changes).items() if value is not None}
    rows, _ = read(json.dumps(entry).encode())
    return rows[0]


@pytest.mark.parametrize(
    "changes",
    [
        {"_COMM": "logger", "_EXE": "/usr/bin/logger"},
        {"_EXE": "/home/ana/bin/sudo"},
        {"_COMM": "bash", "_EXE": None},
        {"_TRANSPORT": "stdout", "_EXE": "/tmp/sudo"},
    ],
)
def test_an_entry_in_the_name_of_sudo_is_not_believed(changes: dict[str, Any]) -> None:
    row = one(**changes)
    assert row["event.action"] == "logged-message"
    assert row["actor.account"] == "uid:site/1021"
    assert dict(row["labels"])["claims_to_be"] == "sudo"


@pytest.mark.parametrize("changes", [{}, {"_UID": "0", "_EXE": None}, {"_EXE": None}])
def test_sudos_own_entry_is_believed(changes: dict[str, Any]) -> None:
    row = one(**changes)
    assert (row["event.action"], row["actor.account"]) == ("ran-command", "unix:ana")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ([104, 105], "hi"),
        ([104, 255, 105], "h\\xffi"),
        (["two", "values"], "two\nvalues"),
        ([300, -1], ""),
        (None, ""),
        ({"a": 1}, ""),
        (7, ""),
    ],
)
def test_a_message_is_read_whatever_it_is(value: object, expected: str) -> None:
    entry = {"__REALTIME_TIMESTAMP": "1771711200000000", "MESSAGE": value}
    rows, _ = read(json.dumps(entry).encode())
    assert rows[0]["message"] == expected


def exported(fields: dict[str, Any]) -> bytes:
    """An entry as the journal exports it, every second field in binary."""
    text = b""
    for number, (name, value) in enumerate(fields.items()):
        data = str(value).encode()
        binary = name.encode() + b"\n" + struct.pack("<Q", len(data)) + data + b"\n"
        text += binary if number % 2 else name.encode() + b"=" + data + b"\n"
    return text + b"\n"


def test_an_export_gives_the_same_events_as_json() -> None:
    entries = [SUDO, SUDO | {"__CURSOR": "s=1;i=2", "MESSAGE": "two\nlines"}]
    as_json, _ = read("\n".join(map(json.dumps, entries)).encode())
    as_export, rejected = read(b"".join(map(exported, entries)))
    left_out = ("event.original", "batch.line")
    for row in (*as_json, *as_export):
        for name in left_out:
            del row[name]
    assert as_export == as_json
    assert not rejected


def test_the_same_entry_sent_twice_has_one_id() -> None:
    first, second = one(), one(_HOSTNAME="gpu03", MESSAGE="other")
    assert first["event.id"] == second["event.id"]


@pytest.mark.parametrize("time", ["", "x", "9" * 17, "9" * 5000, "-5", "0"])
def test_an_impossible_time_is_rejected(time: str) -> None:
    rows, rejected = read(json.dumps({"__REALTIME_TIMESTAMP": time, "MESSAGE": "x"}).encode())
    assert not rows
    assert len(rejected) == 1
