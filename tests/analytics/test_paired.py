"""Histories with two lines a command are read by columns as they are line by line."""

import io
from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import paired
from analytics.event import Collector, Context
from analytics.sources import bash_history, fish_history
from tests.analytics.sources.test_golden import CONTEXT

NEVER = "x^"
FISH = (
    *(
        "- cmd: ls -la",
        "- cmd: python 'a b' c",
        "- cmd: echo \\\\n",
        "- cmd: é",
        "-cmd: x",
        "- cmd: ",
    ),
    *("  when: 1767225600", "  when: 1767225601 ", "  when: 1", "  paths:", "    - a", "", "stray"),
)
BASH = (
    *("#1767225600", "#1767225601", "#1767225602 ", "#1", "# a comment", "\ufeff#1767225603"),
    *("ls -la", "A=1 python 'a b' c", " x", "x ", "", "é", "echo \\x41", "it's"),
)


def told(source: ModuleType, pair: paired.Pair, log: bytes, context: Context) -> Any:
    others = source.Others(Collector(context, source.SOURCE))
    batches = list(paired.read(io.BytesIO(log), pair, others, context, source.SOURCE))
    rejected = [one for batch in batches for one in batch.rejected]
    return [row for batch in batches for row in batch.events.to_pylist()], rejected


@pytest.mark.parametrize(
    ("source", "lines"), [(fish_history, FISH), (bash_history, BASH)], ids=["fish", "bash"]
)
@pytest.mark.parametrize("user", ["asilva", None])
@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_entries_read_by_columns_are_those_read_line_by_line(
    source: ModuleType, lines: tuple[str, ...], user: str | None, data: st.DataObject
) -> None:
    # entries of the usual form among lines in any order
    usual = f"{lines[0]}\n{lines[6]}\n"
    pieces = st.one_of(st.just(usual), st.sampled_from([f"{line}\n" for line in lines]))
    text = "".join(data.draw(st.lists(pieces, max_size=20))).encode()
    stray = data.draw(st.sampled_from([b"", b"\xff\n", b"ls \xff\n"]))
    context = replace(CONTEXT, user=user)
    by_line = told(source, replace(source.PAIR, first=NEVER), text + stray + text, context)
    assert told(source, source.PAIR, text + stray + text, context) == by_line


def test_nearly_all_of_a_usual_history_is_read_by_columns() -> None:
    log = b"".join(b"- cmd: ls %d\n  when: %d\n" % (at, 1767225600 + at) for at in range(100))
    taken = []

    class Noting(fish_history.Others):
        def take(self, line: Any) -> None:
            taken.append(line)
            super().take(line)

    others = Noting(Collector(CONTEXT, fish_history.SOURCE))
    found = paired.read(io.BytesIO(log), fish_history.PAIR, others, CONTEXT, fish_history.SOURCE)
    assert sum(batch.events.num_rows for batch in found) == 100
    assert len(taken) == 2
