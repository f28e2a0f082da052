"""Batches, their ids, and what becomes Rejected."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from analytics.event import (
    LONGEST_REJECTED,
    Collector,
    Context,
    Source,
    account,
    readable,
    table_of,
)
from analytics.fields import SCHEMA

NOW = datetime(2026, 3, 1, tzinfo=UTC)
CONTEXT = Context(feed="f", batch="b", origin="o", received=NOW)
SOURCE = Source(
    name="s",
    family="shell",
    title="S",
    recognises=lambda head, path: 0,
    parse=lambda log, c: iter(()),
)


def row(**more: Any) -> dict[str, Any]:
    return {"@timestamp": NOW, "event.id": "1", **more}


def test_a_table_has_every_field_and_what_all_rows_share() -> None:
    table = table_of([row(), row()], CONTEXT, SOURCE)
    assert table.schema == SCHEMA
    assert table["feed.id"].to_pylist() == ["f", "f"]
    assert table["event.module"].to_pylist() == ["shell", "shell"]
    assert table["git.files"].null_count == 2


def test_a_field_that_does_not_exist_is_an_error_of_the_source() -> None:
    with pytest.raises(KeyError, match="nmae"):
        table_of([row(**{"user.nmae": "x"})], CONTEXT, SOURCE)


@pytest.mark.parametrize(
    ("time", "reason"),
    [
        (datetime(1970, 1, 1, tzinfo=UTC), "before 1980"),
        (datetime(2100, 1, 1, tzinfo=UTC), "in the future"),
        (NOW + timedelta(days=3), "in the future"),
    ],
)
def test_an_event_at_an_impossible_time_is_rejected(time: datetime, reason: str) -> None:
    collector = Collector(CONTEXT, SOURCE)
    collector.add({"@timestamp": time, "event.id": "1", "batch.line": 7, "event.original": "raw"})
    (batch,) = collector.rest()
    assert batch.events.num_rows == 0
    assert (batch.rejected[0].line, batch.rejected[0].text) == (7, "raw")
    assert reason in batch.rejected[0].reason


def test_the_same_line_at_another_place_is_another_event() -> None:
    assert CONTEXT.line_id(0, b"ls") != CONTEXT.line_id(3, b"ls")
    assert CONTEXT.line_id(0, b"ls") == CONTEXT.line_id(0, b"ls")
    other = Context(feed="f", batch="another", origin="o", received=NOW + timedelta(days=1))
    assert other.line_id(0, b"ls") == CONTEXT.line_id(0, b"ls")


def test_parts_of_an_identity_do_not_run_together() -> None:
    assert CONTEXT.event_id("a", "bc") != CONTEXT.event_id("ab", "c")
    assert CONTEXT.event_id("lone surrogate \udcff")


def test_kinds_that_ignore_case_are_written_in_lower_case() -> None:
    assert account("github", "AnaS") == "github:anas"
    assert account("unix", "AnaS") == "unix:AnaS"
    assert account("unix", "") is None
    assert account("unix", None) is None


@pytest.mark.parametrize(
    ("text", "shown"),
    [(b"a\xffb", "a\\xffb"), ("a\udcffb", "a\\udcffb"), ("a\x00b", "a\\x00b"), ("añb", "añb")],
)
def test_text_that_cannot_be_stored_is_made_readable(text: str | bytes, shown: str) -> None:
    assert readable(text) == shown


def test_rows_with_other_names_give_the_same_columns() -> None:
    alike = table_of([row(message="a"), row(message=None)], CONTEXT, SOURCE)
    unlike = table_of([row(message="a"), row()], CONTEXT, SOURCE)
    assert alike == unlike


def test_an_id_never_changes_from_one_version_to_the_next() -> None:
    assert CONTEXT.event_id("a", 1) == "b4feb303ba68581ff5140f67114e15e6"
    assert CONTEXT.line_id(7, b"ls") == "35634baa625ba484a3d2f08eaf036b3a"


def test_of_a_long_rejected_text_the_beginning_is_kept() -> None:
    collector = Collector(CONTEXT, SOURCE)
    collector.reject(1, "long", "é".encode() * LONGEST_REJECTED * 9)
    (batch,) = collector.rest()
    assert batch.rejected[0].text == "é" * LONGEST_REJECTED


def test_ids_made_at_once_are_those_made_one_by_one() -> None:
    names, numbers = ["a", "\ud800", "\udc80\x00"], [1, None, "b"]
    pairs = zip(names, numbers, strict=True)
    made = CONTEXT.event_ids("kind", names, numbers)
    assert made == [CONTEXT.event_id("kind", *pair) for pair in pairs]
    assert len(set(made)) == 3


def test_a_time_that_was_the_future_when_it_came_is_none_when_it_is_read_again() -> None:
    time = NOW + timedelta(days=300)
    assert CONTEXT.implausible(time)
    assert replace(CONTEXT, read=time).implausible(time) is None
    assert replace(CONTEXT, read=NOW - timedelta(days=300)).implausible(NOW) is None
