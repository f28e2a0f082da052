"""auditd against go-libaudit: its joined events and its parsed records, field by field.

What agrees, differs and is left out stands in docs/comparison/auditd.md; this holds it to that.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from tests.analytics.sources.comparing import (
    Agreement,
    Row,
    action,
    call,
    column,
    compared,
    flat,
    keys,
    label,
    login,
    outcome,
    path,
    rights,
    rows_of,
    same,
    thing,
    told_of,
)

ENOUGH = 0.95


def time(expected: str, row: Row) -> bool:
    """Whether it is the same moment."""
    return bool(datetime.fromisoformat(expected) == row["@timestamp"])


JOINED: dict[str, Agreement] = {
    "@timestamp": time,
    "data.acct": column("user.target.name"),
    "data.cmd": column("process.command_line"),
    "data.exit": label("exit"),
    "data.op": label("op"),
    "data.socket_addr": thing,
    "data.socket_port": label("port"),
    "data.syscall": call,
    "data.terminal": label("terminal"),
    "data.tty": label("tty"),
    "data.unit": label("unit"),
    "destination.ip": label("destination"),
    "destination.port": label("port"),
    "ecs.event.category": column("event.category"),
    "ecs.event.type": column("event.type"),
    "file.path": path,
    "file.uid": column("file.owner"),
    "process.args": column("process.args"),
    "process.cwd": column("process.working_directory"),
    "process.exe": column("process.executable"),
    "process.name": column("process.name"),
    "process.pid": column("process.pid"),
    "process.ppid": column("process.parent.pid"),
    "process.title": column("process.command_line"),
    "record_type": lambda told, row: same(told, row["labels"]["record"].lower()),
    "result": outcome,
    "session": label("session"),
    "source.ip": column("source.ip"),
    "source.port": label("port"),
    "summary.action": action,
    "summary.actor.primary": login,
    "summary.actor.secondary": lambda told, row: told in (row["user.effective.id"], row["user.id"]),
    "summary.how": lambda told, row: told in (row["process.executable"], row["process.name"]),
    "summary.object.primary": thing,
    "summary.object.secondary": thing,
    "tags": keys,
    "user.ids.auid": login,
    "user.ids.euid": rights,
    "user.ids.uid": lambda told, row: told in (row["user.effective.id"], row["user.id"]),
}
PARSED: dict[str, Agreement] = {
    "@timestamp": time,
    "data.acct": column("user.target.name"),
    "data.auid": login,
    "data.cmd": column("process.command_line"),
    "data.comm": column("process.name"),
    "data.cwd": column("process.working_directory"),
    "data.euid": rights,
    "data.exe": column("process.executable"),
    "data.name": path,
    "data.op": label("op"),
    "data.pid": column("process.pid"),
    "data.ppid": column("process.parent.pid"),
    "data.result": outcome,
    "data.ses": label("session"),
    "data.syscall": call,
    "data.tags": keys,
    "data.terminal": label("terminal"),
    "data.tty": label("tty"),
    "data.uid": rights,
    "data.unit": label("unit"),
    "tags": keys,
}


def joined(real_logs: Path) -> Iterator[tuple[Row, Row]]:
    """Each case of its coalescing, with our event of the same records."""
    yaml = pytest.importorskip("yaml")
    folder = real_logs / "go-libaudit-golden/aucoalesce/testdata"
    for golden in sorted(folder.glob("*.golden")):
        source = golden.with_name(golden.name.removesuffix(".json.golden") + ".yaml")
        lines = yaml.safe_load(source.read_text(encoding="utf-8"))["tests"]
        for case in json.loads(golden.read_text(encoding="utf-8")):
            row = rows_of(lines[case["test_name"]] + "\n")[0]
            yield flat(case["event"]), row


def parsed(real_logs: Path) -> Iterator[tuple[Row, Row]]:
    """Each record of its parser, with our event that the record is part of."""
    for golden in sorted((real_logs / "go-libaudit-golden/auparse/testdata").glob("*.golden")):
        log = golden.with_name(golden.name.removesuffix(".golden"))
        rows = rows_of(log.read_text(encoding="utf-8"))
        lines = ((line, row) for row in rows for line in row["event.original"].split("\n"))
        events = {line.partition(" msg=")[2].strip(): row for line, row in lines}
        for record in json.loads(golden.read_text(encoding="utf-8")):
            if record:  # none for a line that is no record
                yield flat(record), events[record["raw_msg"].strip()]


@pytest.mark.shared_data
def test_joined_events_agree_as_often_as_the_page_says(real_logs: Path) -> None:
    assert compared(joined(real_logs), JOINED) == told_of("go-libaudit: joined events")


@pytest.mark.shared_data
def test_parsed_records_agree_as_often_as_the_page_says(real_logs: Path) -> None:
    assert compared(parsed(real_logs), PARSED) == told_of("go-libaudit: single records")


@pytest.mark.shared_data
@pytest.mark.parametrize(
    "field",
    ["user.ids.auid", "user.ids.uid", "summary.action", "summary.object.primary", "result"],
)
def test_actor_action_and_object_agree(real_logs: Path, field: str) -> None:
    yes, no = compared(joined(real_logs), JOINED)[0][field]
    assert yes >= ENOUGH * (yes + no)
