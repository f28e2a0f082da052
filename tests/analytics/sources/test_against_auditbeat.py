"""auditd against Auditbeat's and Filebeat's auditd modules: each field of their documents.

What agrees, differs and is left out stands in docs/comparison/auditd.md; this holds it to that.
"""

import json
from collections.abc import Iterator
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
COALESCED: dict[str, Agreement] = {
    "auditd.data.a0": label("a0"),
    "auditd.data.acct": column("user.target.name"),
    "auditd.data.addr": column("source.ip"),
    "auditd.data.cmd": column("process.command_line"),
    "auditd.data.exit": label("exit"),
    "auditd.data.id": label("id"),
    "auditd.data.old-ses": label("old-ses"),
    "auditd.data.old_ses": label("old_ses"),
    "auditd.data.new_ses": label("new_ses"),
    "auditd.data.op": label("op"),
    "auditd.data.grantors": label("grantors"),
    "auditd.data.syscall": call,
    "auditd.data.terminal": label("terminal"),
    "auditd.data.tty": label("tty"),
    "auditd.message_type": lambda told, row: same(told, row["labels"]["record"].lower()),
    "auditd.result": outcome,
    "auditd.session": label("session"),
    "auditd.summary.how": column("process.executable"),
    "auditd.summary.object.primary": thing,
    "auditd.summary.object.secondary": thing,
    "event.action": action,
    "event.category": column("event.category"),
    "event.original": lambda told, row: same(told, row["event.original"].split("\n")),
    "event.outcome": outcome,
    "event.type": column("event.type"),
    "file.path": path,
    "file.uid": column("file.owner"),
    "process.executable": column("process.executable"),
    "process.name": column("process.name"),
    "process.parent.pid": column("process.parent.pid"),
    "process.pid": column("process.pid"),
    "process.title": column("process.command_line"),
    "process.working_directory": column("process.working_directory"),
    "source.ip": column("source.ip"),
    "tags": keys,
    "user.audit.id": login,
    "user.effective.id": rights,
    "user.id": column("user.id"),
    "user.target.id": thing,
    "user.target.name": column("user.target.name"),
}
SINGLE: dict[str, Agreement] = {
    "@timestamp": lambda told, row: same(
        told, row["@timestamp"].isoformat(timespec="milliseconds").replace("+00:00", "Z")
    ),
    "auditd.log.key": keys,
    "auditd.log.node": column("host.name"),
    "auditd.log.op": label("op"),
    "auditd.log.path": path,
    "auditd.log.ses": label("session"),
    "auditd.log.success": outcome,
    "auditd.log.syscall": call,
    "auditd.log.tty": label("tty"),
    "auditd.log.uid": rights,
    "auditd.log.unit": label("unit"),
    "auditd.log.vm": label("vm"),
    "event.category": column("event.category"),
    "event.original": lambda told, row: told in row["event.original"].split("\n"),
    "event.outcome": outcome,
    "event.type": column("event.type"),
    "process.args": column("process.args"),
    "process.executable": column("process.executable"),
    "process.exit_code": label("exit"),
    "process.name": column("process.name"),
    "process.parent.pid": column("process.parent.pid"),
    "process.pid": column("process.pid"),
    "process.working_directory": column("process.working_directory"),
    "source.ip": column("source.ip"),
    "user.audit.id": login,
    "user.effective.id": rights,
    "user.id": rights,
    "user.name": column("user.target.name"),
    "user.target.name": column("user.target.name"),
    "user.terminal": label("terminal"),
}


def documents_of(folder: Path) -> Iterator[tuple[Path, Row]]:
    for expected in sorted(folder.rglob("*-expected.json")):
        for document in json.loads(expected.read_text(encoding="utf-8")):
            yield expected, flat(document)


def coalesced(real_logs: Path) -> Iterator[tuple[Row, Row]]:
    """Each document of Auditbeat, with our event of the same records."""
    for _, document in documents_of(real_logs / "beats-golden/auditbeat/module/auditd"):
        (row,) = rows_of("\n".join(document["event.original"]) + "\n")
        yield document, row


def single(real_logs: Path) -> Iterator[tuple[Row, Row]]:
    """Each document of Filebeat, one a record, with our event that the record is part of."""
    events: dict[Path, dict[str, Row]] = {}
    for expected, document in documents_of(real_logs / "beats-golden/filebeat/module/auditd"):
        if expected not in events:
            log = expected.with_name(expected.name.removesuffix("-expected.json"))
            rows = rows_of(log.read_text(encoding="utf-8"))
            lines = ((line, row) for row in rows for line in row["event.original"].split("\n"))
            events[expected] = {line.strip(): row for line, row in lines}
        yield document, events[expected][document["event.original"].strip()]


@pytest.mark.shared_data
def test_joined_events_agree_as_often_as_the_page_says(real_logs: Path) -> None:
    assert compared(coalesced(real_logs), COALESCED) == told_of("Auditbeat")


@pytest.mark.shared_data
def test_single_records_agree_as_often_as_the_page_says(real_logs: Path) -> None:
    assert compared(single(real_logs), SINGLE) == told_of("Filebeat")


@pytest.mark.shared_data
@pytest.mark.parametrize(
    "field", ["user.audit.id", "event.action", "auditd.summary.object.primary", "event.outcome"]
)
def test_actor_action_and_object_agree(real_logs: Path, field: str) -> None:
    yes, no = compared(coalesced(real_logs), COALESCED)[0][field]
    assert yes >= ENOUGH * (yes + no)
