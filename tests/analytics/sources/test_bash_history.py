"""Bash histories: times, commands over several lines, and what has neither time nor user."""

import dataclasses
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from analytics.event import Context, Rejected
from analytics.sources.bash_history import SOURCE

CONTEXT = Context(
    feed="laptops",
    batch="1",
    origin="first-line",
    received=datetime(2026, 3, 1, tzinfo=UTC),
    host="gpu03",
    user="asilva",
)


def read(log: bytes, **changes: Any) -> tuple[list[dict[str, Any]], list[Rejected]]:
    batches = list(SOURCE.parse(io.BytesIO(log), dataclasses.replace(CONTEXT, **changes)))
    rows = [row for batch in batches for row in batch.events.to_pylist()]
    return rows, [rejected for batch in batches for rejected in batch.rejected]


def test_a_command_goes_on_until_the_next_time() -> None:
    rows, rejected = read(b"#1767225600\nfor i in 1 2\ndo echo $i\n\ndone\n#1767225601\nls\n")
    assert [row["process.command_line"] for row in rows] == [
        "for i in 1 2\ndo echo $i\n\ndone",
        "ls",
    ]
    assert rows[0]["message"] == "asilva ran for i in 1 2"
    assert not rejected


def test_a_file_out_of_step_has_one_command_without_a_time() -> None:
    rows, rejected = read(b"reboot\n#1767225600\nls\n")
    assert [(row["process.name"], row["event.kind"]) for row in rows] == [
        ("reboot", "state"),
        ("ls", "event"),
    ]
    assert not rejected


def test_commands_without_times_are_states_of_when_they_were_first_seen() -> None:
    history = b"cd train\npython train.py\npython train.py\n"
    rows, rejected = read(history)
    assert not rejected
    assert [row["process.command_line"] for row in rows] == history.decode().splitlines()
    assert {row["@timestamp"] for row in rows} == {CONTEXT.received}
    assert {row["event.kind"] for row in rows} == {"state"}
    assert {row["labels"][0] for row in rows} == {("time", "when first received")}
    assert len({row["event.id"] for row in rows}) == 3


def test_a_history_without_times_that_grew_keeps_its_events() -> None:
    before, _ = read(b"ls\nid\n")
    later = CONTEXT.received + timedelta(days=3)
    after, _ = read(b"ls\nid\nps\n", received=later, earlier=((CONTEXT.received, 6),))
    told = [(row["event.id"], row["@timestamp"]) for row in after]
    assert told[:2] == [(row["event.id"], row["@timestamp"]) for row in before]
    assert told[2][1] == later


def test_a_history_of_nobody_says_what_is_missing() -> None:
    rows, rejected = read(b"#1767225600\nls\n#1767225601\nid\n", user=None)
    assert not rows
    assert [one.line for one in rejected] == [1, 3]
    assert "--user" in rejected[0].reason


def test_equal_commands_in_one_second_stay_two() -> None:
    rows, _ = read(b"#1767225600\nls\n#1767225600\nls\n")
    assert len({row["event.id"] for row in rows}) == 2


def test_a_file_that_grew_keeps_its_ids() -> None:
    before, _ = read(b"#1767225600\nls\n#1767225601\ncat <<E\n")
    after, _ = read(b"#1767225600\nls\n#1767225601\ncat <<E\nx\nE\n#1767225602\nid\n")
    assert [row["event.id"] for row in after[:2]] == [row["event.id"] for row in before]


@pytest.mark.parametrize(
    ("command", "args", "name"),
    [
        ('A=1 B+=2 /opt/bin/train --name "big run"', ["big run"], "train"),
        ("echo 'unfinished", ["'unfinished"], "echo"),
        ("FOO=bar", ["FOO=bar"], None),
        ("# only a remark", ["remark"], "#"),
        ("/", ["/"], None),
    ],
)
def test_words_are_parted_as_a_shell_does(command: str, args: list[str], name: str | None) -> None:
    rows, _ = read(f"#1767225600\n{command}\n".encode())
    assert rows[0]["process.args"][-len(args) :] == args
    assert rows[0]["process.name"] == name


def test_a_monstrous_command_is_rejected_and_the_next_read() -> None:
    log = b"#1767225600\n" + b"x" * (3 << 20) + b"\n#1767225601\nls\n"
    rows, rejected = read(log)
    assert [row["process.name"] for row in rows] == ["ls"]
    assert "command is too long" in {one.reason for one in rejected}


@pytest.mark.parametrize(
    ("head", "path", "least", "most"),
    [
        (b"", "home/asilva/.bash_history", 0.9, 1),
        (b"#1767225600\r\nls\r\n", "upload", 0.9, 1),
        (b"reboot\n#1767225600\nls\n", "upload", 0.5, 0.9),
        (b": 1767225600:0;ls\n", "upload", 0, 0),
        (b"type=EOE msg=audit(1767225600.1:1):\n", "audit.log", 0, 0),
        (b"# 1767225600 is a time\n", "notes.txt", 0, 0),
    ],
)
def test_it_knows_its_own(head: bytes, path: str, least: float, most: float) -> None:
    assert least <= SOURCE.recognises(head, path) <= most


@pytest.mark.shared_data
def test_real_histories_are_read_whole(real_logs: Path) -> None:
    folder = real_logs / "shell-histories"
    rows, rejected = read((folder / "bash_history").read_bytes())
    assert [row["batch.line"] for row in rows] == [1, 3, 5, 7]
    assert rows[3]["process.args"][-1] == "argument2"
    assert not rejected
    rows, rejected = read((folder / "bash_history_desync").read_bytes())
    assert [row["process.name"] for row in rows] == ["reboot", "plaso", "bash", "splunk", "binary"]
    assert [row["event.kind"] for row in rows] == ["state", *["event"] * 4]
    assert not rejected


def test_a_command_of_nothing_but_control_characters_is_kept() -> None:
    rows, rejected = read(b"\x1c\n#1767225600\n\x1d\x1e\n")
    assert [row["process.command_line"] for row in rows] == ["\x1c", "\x1d\x1e"]
    assert not rejected
