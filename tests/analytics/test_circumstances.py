"""Hosts, duty, leave, incidents and the watch-list."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics import circumstances
from analytics.tables import Table

READERS: dict[str, Callable[[str], Table[Any]]] = {
    "host,sources": circumstances.hosts_of,
    "person,start,end": circumstances.duties_of,
    "person,start,end,kind": circumstances.absences_of,
    "person,reason,start,end": circumstances.watches_of,
    "id,start,end,title,host": circumstances.incidents_of,
}


def only(table: Table[Any]) -> Any:
    """The one row of a table without problems."""
    assert table.problems == []
    ((_, row),) = table.rows
    return row


def test_a_host_says_what_it_sends_and_whose_numbers_it_has() -> None:
    text = "Host,address,kind,sources,realm\ngpu03,10.0.0.3,compute,auditd; bash_history,hpc\n"
    host = only(circumstances.hosts_of(text))
    assert (host.name, host.sources, host.realm) == ("gpu03", ("auditd", "bash_history"), "hpc")


def test_a_last_day_belongs_to_a_span_and_a_time_ends_it() -> None:
    duty = only(circumstances.duties_of("person,start,end\np1,2026-03-02,2026-03-08\n"))
    assert duty.since == datetime(2026, 3, 2, tzinfo=UTC)
    assert duty.until == datetime(2026, 3, 9, tzinfo=UTC)
    text = "person,start,end,kind\np1,2026-03-02T08:00+02:00,2026-03-02T12:00Z,sick\n"
    leave = only(circumstances.absences_of(text))
    assert leave.since == datetime(2026, 3, 2, 6, tzinfo=UTC)
    assert leave.until == datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_a_watch_may_be_open_on_both_sides_and_an_incident_without_id() -> None:
    watch = only(circumstances.watches_of("person,reason\np1,leaver\n"))
    assert (watch.since, watch.until) == (None, None)
    incident = only(circumstances.incidents_of("start,title\n2026-03-02,storage full\n"))
    assert incident.id == "2026-03-02 storage full"


@pytest.mark.parametrize(
    ("header", "row", "reason"),
    [
        ("host,sources", ",auditd", "no host"),
        ("person,start,end", "p1,,2026-01-01", "no start"),
        ("person,start,end", "p1,2026-02-30,", "day is out of range"),
        ("person,start,end", "p1,2026-02-02,2026-02-01", "it ends before it starts"),
        ("person,start,end", "p1,0001-01-01T00:00+10:00,", "is no time: "),
        ("person,reason,start,end", "p1,,,", "somebody is watched without a reason"),
        ("id,start,end,title,host", "1,2026-01-01,,,", "no title"),
    ],
)
def test_what_is_wrong_is_told_by_line(header: str, row: str, reason: str) -> None:
    problems = READERS[header](f"{header}\n{row}\n").problems
    assert [problem.line for problem in problems] == [2]
    assert reason in problems[0].reason


@given(st.sampled_from(sorted(READERS)), st.text(alphabet='p1,;:"\n\x0020269-T+Z', max_size=120))
def test_any_text_is_rows_or_problems(header: str, text: str) -> None:
    READERS[header](header + "\n" + text)
    READERS[header](text)
