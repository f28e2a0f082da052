"""Syslog against Filebeat's system module: each field of its expected documents beside ours.

What agrees, differs and is left out stands in docs/sources/syslog.md; this holds it to that.
"""

import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from analytics.event import Context
from analytics.sources.syslog import SOURCE

PAGE = Path(__file__).resolve().parents[3] / "docs/sources/syslog.md"
ROW = re.compile(r"^\| `([^|]+)` \| (\d+) \| (\d+) \|", re.MULTILINE)
LEFT_OUT = re.compile(r"^Left out: (.*?)\.$", re.MULTILINE | re.DOTALL)
CONTEXT = Context(
    feed="beats",
    batch="1",
    origin="beats",
    received=datetime(2026, 3, 1, tzinfo=UTC),
    timezone=timezone(timedelta(hours=-2)),  # event.timezone of all documents
)
# Filebeat's names of what we keep in columns and labels.
COLUMNS = {
    "host.hostname": "host.name",
    "system.auth.sudo.command": "process.command_line",
    "system.auth.sudo.pwd": "process.working_directory",
    "system.auth.sudo.user": "user.effective.name",
    **{name: name for name in ("process.name", "process.pid", "source.ip", "event.outcome")},
    **{name: name for name in ("user.name", "user.id", "user.effective.name")},
    **{name: name for name in ("event.category", "event.type", "event.action")},
}
LABELS = {
    "source.port": "port",
    "system.auth.ssh.method": "method",
    "system.auth.ssh.signature": "key",
    "system.auth.sudo.tty": "tty",
    "system.auth.sudo.error": "reason",
    "system.auth.useradd.home": "home",
    "system.auth.useradd.shell": "shell",
    "group.id": "group_id",
    "group.name": "group",
}
COMPARED = {*COLUMNS, *LABELS, "@timestamp", "message"}


def rows_by_offset(log: bytes) -> dict[int, dict[str, Any]]:
    """Our events by the offset of their first line."""
    offsets = [0]
    for line in log.split(b"\n"):
        offsets.append(offsets[-1] + len(line) + 1)
    batches = list(SOURCE.parse(io.BytesIO(log), CONTEXT))
    assert not [rejected for batch in batches for rejected in batch.rejected]
    rows = [row for batch in batches for row in batch.events.to_pylist()]
    return {offsets[row["batch.line"] - 1]: row for row in rows}


def pairs(folder: Path) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Each expected document with our event of the same line."""
    for log in sorted(folder.glob("*/test/*.log")):
        rows = rows_by_offset(log.read_bytes())
        expected = Path(f"{log}-expected.json").read_text(encoding="utf-8")
        for document in json.loads(expected):
            yield document, rows[document["log.offset"]]


def agrees(name: str, expected: Any, row: dict[str, Any]) -> bool:
    """Whether our event says the same; a message is compared with the raw line."""
    if name == "message":
        return " ".join(expected.split()) in " ".join(row["event.original"].split())
    if name == "@timestamp":
        local = row["@timestamp"].astimezone(CONTEXT.timezone)
        return bool(expected == local.isoformat(timespec="milliseconds"))
    if name in LABELS:
        return bool(str(expected) == dict(row["labels"] or ()).get(LABELS[name]))
    found = row[COLUMNS[name]]
    return found in expected if isinstance(expected, list) else bool(found == expected)


@pytest.mark.shared_data
def test_the_fields_agree_as_often_as_the_page_says(real_logs: Path) -> None:
    same: Counter[str] = Counter()
    other: Counter[str] = Counter()
    left_out: set[str] = set()
    documents = 0
    for document, row in pairs(real_logs / "beats-golden/filebeat/module/system"):
        documents += 1
        left_out |= document.keys() - COMPARED
        for name in document.keys() & COMPARED:
            (same if agrees(name, document[name], row) else other)[name] += 1
    found = {name: (same[name], other[name]) for name in same.keys() | other.keys()}
    page = PAGE.read_text(encoding="utf-8")
    assert documents == 320
    assert found == {name: (int(yes), int(no)) for name, yes, no in ROW.findall(page)}
    told = LEFT_OUT.search(page)
    assert told
    assert left_out == set(re.findall(r"`([^`]+)`", told[1]))


@pytest.mark.shared_data
def test_who_did_it_is_known_where_a_login_or_sudo_says_so(real_logs: Path) -> None:
    told = 0
    for document, row in pairs(real_logs / "beats-golden/filebeat/module/system"):
        won = document.get("system.auth.ssh.event") == "Accepted"
        if won or "system.auth.sudo.command" in document:
            told += 1
            assert row["actor.account"] == f"unix:{document['user.name']}"
        assert row["actor.basis"]
    assert told == 30
