"""Zsh histories: extended entries, joined lines and bytes that Zsh hides."""

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.event import Collector, Context, Rejected
from analytics.reading import lines
from analytics.sources.zsh_history import SOURCE, Others

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


def test_lines_that_end_in_a_backslash_are_one_command() -> None:
    rows, rejected = read(b": 1767225600:5;for n in 1 2; do\\\n echo $n\\\ndone\n")
    assert rows[0]["process.command_line"] == "for n in 1 2; do\n echo $n\ndone"
    assert dict(rows[0]["labels"]) == {"duration_seconds": "5"}
    assert not rejected


def test_a_backslash_of_the_command_itself_survives() -> None:
    rows, _ = read(b": 1767225600:0;echo a \\\\\nb\n: 1767225601:0;echo c \\ \n")
    assert [row["process.command_line"] for row in rows] == ["echo a \\\nb", "echo c \\"]


def metafied(text: bytes) -> bytes:
    """Text as Zsh writes it."""
    hidden = {0, *range(0x83, 0xA3)}
    return b"".join(
        bytes([0x83, byte ^ 0x20]) if byte in hidden else bytes([byte]) for byte in text
    )


@pytest.mark.parametrize("text", ["Ångström", "数据集", "naïve – «ok»", "😀"])
def test_hidden_bytes_read_as_they_were_typed(text: str) -> None:
    rows, _ = read(b": 1767225600:0;echo " + metafied(text.encode()) + b"\n")
    assert rows[0]["process.args"] == ["echo", *text.split()]


def test_an_entry_without_a_time_is_rejected_and_the_next_read() -> None:
    rows, rejected = read(b"ls\\\n-l\n: 1767225600:0;id\n")
    assert [row["process.name"] for row in rows] == ["id"]
    assert [(one.line, one.text) for one in rejected] == [(1, "ls\\\n-l")]
    assert "EXTENDED_HISTORY" in rejected[0].reason


def test_a_history_that_ends_within_a_command_keeps_what_is_there() -> None:
    rows, _ = read(b": 1767225600:0;cat\\")
    assert rows[0]["process.name"] == "cat\\"


@pytest.mark.parametrize(
    ("head", "path", "sure"),
    [
        (b": 1767225600:0;ls\n", "upload", True),
        (b"ls\n: 1767225600:0;ls\n", "upload", True),
        (b"ls\n", "home/asilva/.zsh_history", True),
        (b"#1767225600\nls\n", "upload", False),
        (b"a: 1767225600:0;ls\n", "upload", False),
    ],
)
def test_it_knows_its_own(head: bytes, path: str, sure: bool) -> None:
    assert (SOURCE.recognises(head, path) > 0.5) is sure


@pytest.mark.shared_data
def test_a_real_history_is_read_whole(real_logs: Path) -> None:
    rows, rejected = read((real_logs / "shell-histories/zsh_extended_history.txt").read_bytes())
    assert [row["@timestamp"].timestamp() for row in rows] == [
        1457771210,
        1457771212,
        1458993293,
        1458993297,
    ]
    assert rows[2]["process.command_line"] == "echo dfgdfg \\\n& touch /tmp/afile"
    assert not rejected


HEADS = st.sampled_from([": 1770707166:0;", ":1770707167:12;", ": 99:0;", ": 9999999999:0;", ""])
BODIES = st.sampled_from(
    [
        *(
            "ls",
            "A=1 B=2 make",
            "git commit -m 'a b'",
            'echo "',
            "x \\",
            "a\\",
            " ls",
            "\\x00",
            "é",
        ),
        *("/bin/", "A=1", "ls  -l ", "''", "a\tb", "\x83", "\x1c", "cd 'x", "rm -r /a/b", "", "#x"),
    ]
)


@given(st.lists(st.tuples(HEADS, BODIES), max_size=12), st.sampled_from(["\n", "\r\n"]))
def test_both_ways_of_reading_commands_tell_the_same(
    entries: list[tuple[str, str]], end: str
) -> None:
    log = end.join(head + body for head, body in entries).encode("utf-8", "surrogateescape")
    others = Others(Collector(CONTEXT, SOURCE))
    for line in lines(io.BytesIO(log)):
        others.take(line)
    others.end()
    expected, batches = others.collector.take(), list(SOURCE.parse(io.BytesIO(log), CONTEXT))
    assert [row for batch in batches for row in batch.events.to_pylist()] == (
        expected.events.to_pylist()
    )
    assert [one for batch in batches for one in batch.rejected] == list(expected.rejected)
