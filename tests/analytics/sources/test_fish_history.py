"""Fish histories: escapes, entries that move within the file, and lines that belong nowhere."""

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from analytics.event import Context, Rejected
from analytics.sources.fish_history import SOURCE

CONTEXT = Context(
    feed="laptops",
    batch="1",
    origin="first-line",
    received=datetime(2026, 3, 1, tzinfo=UTC),
    host="gpu03",
    user="asilva",
)


def read(log: bytes) -> tuple[list[dict[str, Any]], list[Rejected]]:
    batches = list(SOURCE.parse(io.BytesIO(log), CONTEXT))
    rows = [row for batch in batches for row in batch.events.to_pylist()]
    return rows, [rejected for batch in batches for rejected in batch.rejected]


def test_line_ends_and_backslashes_read_as_they_were_typed() -> None:
    rows, _ = read(rb"- cmd: for f in *\n  echo a\\\\b\\n\nend" + b"\n  when: 1771700000\n")
    assert rows[0]["process.command_line"] == "for f in *\n  echo a\\\\b\\n\nend"


def test_an_entry_that_moved_keeps_its_id() -> None:
    one, other = b"- cmd: ls\n  when: 1771700000\n", b"- cmd: id\n  when: 1771700001\n"
    before, _ = read(one + other)
    after, _ = read(other + one)
    assert {row["event.id"] for row in before} == {row["event.id"] for row in after}


def test_line_ends_of_windows_are_no_part_of_a_command() -> None:
    rows, rejected = read(b"- cmd: ls\r\n  when: 1771700000\r\n  paths:\r\n    - a\r\n")
    assert rows[0]["process.command_line"] == "ls"
    assert not rejected


def test_a_history_that_ends_within_an_entry_keeps_what_is_there() -> None:
    rows, rejected = read(b"- cmd: ls\n  when: 1771700000\n- cmd: id\n  wh")
    assert [row["process.name"] for row in rows] == ["ls"]
    assert "no time" in rejected[0].reason


@pytest.mark.parametrize(
    ("head", "path", "sure"),
    [
        (b"- cmd: ls\n  when: 1771700000\n", "upload", True),
        (b"", "home/asilva/.local/share/fish/fish_history", True),
        (b"- name: ls\n  when: 1771700000\n", "playbook.yml", False),
    ],
)
def test_it_knows_its_own(head: bytes, path: str, sure: bool) -> None:
    assert (SOURCE.recognises(head, path) > 0.5) is sure


@pytest.mark.shared_data
def test_a_real_history_is_read_whole(real_logs: Path) -> None:
    rows, rejected = read((real_logs / "shell-histories/fish_history").read_bytes())
    assert len(rows) == 10
    assert rows[3]["process.args"] == ["cp", "*.txt", "test"]
    assert not rejected
