"""The journal: what can be believed, messages of bytes, and both of its formats."""

import io
import json
import random
import struct
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.event import Context, Rejected, readable
from analytics.jsonlog import alike
from analytics.sources.journald import SOURCE
from analytics.syslogging import envelope
from analytics.syslogging.forms import LONGEST_LABEL

SYSLOG = Path(__file__).parents[2] / "golden/syslog"

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


FORGED = {
    "_TRANSPORT": "syslog",
    "MESSAGE": "type=CONFIG_CHANGE msg=audit(1771711200.004:73): auid=1017 ses=9 op=set res=1",
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


def test_a_name_of_any_length_is_a_label_of_a_bounded_one() -> None:
    assert len(dict(one(_COMM="c" * 9000)["labels"])["comm"]) == LONGEST_LABEL


def test_the_same_entry_sent_twice_has_one_id() -> None:
    first, second = one(), one(_HOSTNAME="gpu03", MESSAGE="other")
    assert first["event.id"] == second["event.id"]


@pytest.mark.parametrize("time", ["", "x", "9" * 17, "9" * 5000, "-5", "0"])
def test_an_impossible_time_is_rejected(time: str) -> None:
    rows, rejected = read(json.dumps({"__REALTIME_TIMESTAMP": time, "MESSAGE": "x"}).encode())
    assert not rows
    assert len(rejected) == 1


WHO = {  # what systemd may say of a process
    "_UID": ("0", "1021", "", None),
    "_COMM": ("sshd", "sudo", "bash", None),
    "_EXE": ("/usr/sbin/sshd", "/usr/bin/sudo", "/home/ana/sudo", None),
    "_AUDIT_LOGINUID": ("1021", "4294967295", "", None),
    "_AUDIT_SESSION": ("7", "4294967295", "s" * 2000),
    "_TRANSPORT": ("syslog", "kernel", "stdout", None),
    "PRIORITY": ("6", "3", "9", "x", None),
    "_HOSTNAME": ("gpu03", "", None),
    "_PID": ("77", "", "x", None),
    "SYSLOG_PID": ("78", "12345678901", None),
    "_CMDLINE": ("bash -i", 'é \\ "', None),
    "_SOURCE_REALTIME_TIMESTAMP": ("1771711200000001", "99", "9999999999999999", None),
    "__CURSOR": ("s=1;i=1", "", None),
}


def others(name: str) -> list[str]:
    return [value for value in WHO[name] if value is not None]


def said() -> list[tuple[str, str]]:
    """Programs and what they say, out of the samples of syslog."""
    lines = b"\n".join(path.read_bytes() for path in sorted(SYSLOG.glob("*.log"))).split(b"\n")
    opened = filter(None, map(envelope.opened, lines))
    return [(readable(one.program or b""), readable(one.message)) for one in opened]


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 1 << 32))
def test_entries_read_by_columns_are_what_they_are_one_by_one(seed: int) -> None:
    chance, told = random.Random(seed), said()
    kinds = [{name: chance.choice(of) for name, of in WHO.items()} for _ in range(3)]
    log = b""
    for number in range(120):
        program, message = chance.choice(told)
        who = chance.choice(kinds)
        entry = {"__REALTIME_TIMESTAMP": f"177171120{number:07}", "SYSLOG_IDENTIFIER": program}
        entry |= {name: chance.choice(others(name)) for name in who if who[name] is not None}
        entry |= {"MESSAGE": message, "_SYSTEMD_UNIT": f"session-{number % 3}.scope"}
        log += json.dumps(entry, ensure_ascii=chance.random() < 0.5).encode() + b"\n"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(alike, "ENOUGH", 3)
        by_columns = read(log)
        patch.setattr(alike, "ENOUGH", 1 << 30)
        one_by_one = read(log)
    for rows, _ in (by_columns, one_by_one):
        rows.sort(key=lambda row: row["batch.line"])
        for row in rows:
            row["labels"] = sorted(row["labels"] or ())
    assert by_columns[0] == one_by_one[0]
    assert sorted(by_columns[1], key=lambda one: one.line) == one_by_one[1]


def test_an_audit_record_that_a_user_wrote_is_not_believed() -> None:
    row = one(**FORGED, SYSLOG_IDENTIFIER="audispd", _COMM="logger", _EXE="/usr/bin/logger")
    assert row["event.dataset"] == "journald"
    assert row["event.action"] == "logged-message"
    assert one(**FORGED, _UID="0")["event.dataset"] == "auditd"


@pytest.mark.parametrize("transport", [{}, {"audit": 1}, ["audit"], 7, None])
def test_a_transport_that_is_no_text_is_no_audit_record(transport: object) -> None:
    assert one(**{**FORGED, "_TRANSPORT": transport})["event.dataset"] == "journald"
