"""Mapping files make log sources, or are refused with the key that is wrong."""

import io
import re
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.event import Context, Rejected, Source, readable
from analytics.fields import SCHEMA
from analytics.mapping import load
from analytics.mapping.checks import Refusal
from analytics.mapping.description import described
from analytics.mapping.source import source_of

PAGE = Path(__file__).resolve().parents[3] / "docs/sources/mapping.md"
CONTEXT = Context(
    feed="f", batch="b", origin="o", received=datetime(2026, 3, 1, tzinfo=UTC), host="here"
)
LEAST = "name: site_x\ntitle: X\nfamily: shell\nformat: {format}\ntime: {{column: t}}\n"


def block(language: str) -> str:
    """The first block of a language on the docs page."""
    found = re.search(rf"```{language}\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert found
    return found[1]


def of(format_: str, more: str = "") -> Source:
    return source_of(described((LEAST.format(format=format_) + more).encode()))


def read(
    source: Source, log: str | bytes, context: Context = CONTEXT
) -> tuple[list[dict[str, Any]], list[Rejected]]:
    raw = log.encode() if isinstance(log, str) else log
    batches = list(source.parse(io.BytesIO(raw), context))
    events = [event for batch in batches for event in batch.events.to_pylist()]
    return events, [rejected for batch in batches for rejected in batch.rejected]


def test_the_example_of_the_docs_reads_the_log_of_the_docs() -> None:
    source, log = source_of(described(block("yaml").encode())), block("log")
    (first, second), rejected = read(source, log)
    assert not rejected
    assert first["@timestamp"] == datetime(2026, 2, 20, 7, 15, 2, tzinfo=UTC)
    assert (first["user.name"], first["actor.account"]) == ("asilva", "unix:asilva")
    assert (first["actor.basis"], first["process.pid"]) == ("user", 412)
    assert (first["event.outcome"], second["event.outcome"]) == ("success", "failure")
    assert first["message"] == "ASilva ran ssh gpu03 on jump1"
    assert (first["event.dataset"], first["event.module"]) == ("site_jumphost", "shell")
    assert first["event.original"] == log.splitlines()[0]
    assert source.recognises(log.encode(), "logs/jump1/jumpd.log") > 0.9
    assert source.recognises(log.encode(), "logs/other.log") == 0
    assert source.recognises(b'jumpd[ run="', "jumpd.log") == 0


def test_a_wrong_file_does_not_stop_the_rest(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text(block("yaml"))
    (tmp_path / "b.yaml").write_text(block("yaml"))
    (tmp_path / "c.yml").write_text(block("yaml").replace("family: shell", "family: shells"))
    (tmp_path / "d.yml").write_text("{")
    (tmp_path / "notes.txt").write_text("nothing")
    found = load(tmp_path)
    assert list(found.sources) == ["site_jumphost"]
    told = {refused.path.name: refused.reason.split(":")[0] for refused in found.refused}
    assert told == {"b.yaml": "name", "c.yml": "family", "d.yml": "the file"}
    assert load(tmp_path / "missing") == ({}, ())


@pytest.mark.parametrize(
    ("more", "key"),
    [
        ("colour: red", "the file: does not know colour"),
        ("name: jumphost", "name:"),
        ("family: [shell]", "family:"),
        ("fields: {user.nmae: u}", "fields.user.nmae:"),
        ("fields: {event.id: u}", "fields.event.id:"),
        ("fields: {actor.account: u}", "fields.actor.account: belongs below accounts"),
        ("fields: {user.name: {}}", "fields.user.name: needs one of"),
        ("fields: {user.name: {column: u, constant: v}}", "fields.user.name: needs one of"),
        ("fields: {user.name: {column: u, upper: true}}", "fields.user.name: does not know upper"),
        ("fields: {user.name: {column: u, otherwise: x}}", "fields.user.name.otherwise:"),
        ("fields: {user.name: {column: u, lower: 1}}", "fields.user.name.lower:"),
        ("accounts: {actor.account: {column: u}}", "accounts.actor.account.kind:"),
        ("accounts: {actor.account: {kind: x, column: u}}", "accounts.actor.account.kind:"),
        ("time: {column: t, zone: Mars/Base}", "time.zone:"),
        ("time: {column: t, format: '%Q'}", "time.format:"),
        ("time: {}", "time.column:"),
        ("pattern: x", "pattern: belongs to the format regex"),
        ("recognise: {marks: 7}", "recognise.marks:"),
        ("identity: {a: b}", "identity:"),
        ("labels: {only: [a]}", "labels: does not know only"),
    ],
)
def test_what_is_wrong_is_refused_with_its_key(more: str, key: str) -> None:
    with pytest.raises(Refusal) as refused:
        of("json", more)
    assert str(refused.value).startswith(key)


@pytest.mark.parametrize(
    ("more", "key"),
    [
        ("", "pattern: is missing"),
        ("pattern: '(?P<t>.*'", "pattern: missing )"),
        ("pattern: '(?P<t>.*)(?=x)'", "pattern: "),
        ("pattern: '.*'", "pattern: names no group"),
        ("pattern: '(?P<x>.*)'", "time.column: there is no column t; there are x"),
        ("pattern: '(?P<t>.*)'\nfields: {message: {template: '{y}'}}", "fields.message: there is"),
    ],
)
def test_a_pattern_is_checked_against_what_uses_it(more: str, key: str) -> None:
    with pytest.raises(Refusal) as refused:
        of("regex", more)
    assert str(refused.value).startswith(key)


def test_a_pattern_that_explodes_elsewhere_takes_no_longer_than_any_other() -> None:
    source = of("regex", "pattern: '^(?P<t>\\S+) (?P<x>(a+)+)$'")
    start = time.process_time()
    events, rejected = read(source, "2026-02-20T08:00:00Z " + "a" * 100_000 + "b\n")
    assert (len(events), len(rejected)) == (0, 1)
    assert time.process_time() - start < 20


def test_csv_is_read_by_its_header_by_the_file_or_by_what_was_told() -> None:
    rows = '2026-02-20T08:00:00Z;"a;b";7\n2026-02-20T08:00:01Z;c\n'
    more = "delimiter: ;\nfields: {message: u, process.pid: n}\n"
    for source, log, context in (
        (of("csv", more), "t;u;n\n" + rows, CONTEXT),
        (of("csv", more + "columns: [t, u, n]"), rows, CONTEXT),
    ):
        (event,), (rejected,) = read(source, log, context)
        assert (event["message"], event["process.pid"]) == ("a;b", 7)
        assert rejected.reason == "has 2 columns instead of 3"


def test_pairs_and_json_are_read_by_name() -> None:
    more = "fields: {message: m, process.args: {column: a, split: ' '}, git.forced: f}"
    (event,), _ = read(of("keyvalue", more), r'x t=2026-02-20T08:00:00 m="a \"b\"" a="x y" f=yes')
    assert (event["message"], event["process.args"], event["git.forced"]) == (
        'a "b"',
        ["x", "y"],
        True,
    )
    more = "within: [items]\nfields: {message: m.text}\nidentity: [id]"
    log = '{"items":[{"t":"2026-02-20T08:00:00Z","m":{"text":"hi"},"id":5,"z":1},{"t":1}]}'
    (event,), (rejected,) = read(of("json", more), log)
    assert (event["message"], event["labels"]) == ("hi", [("id", "5"), ("z", "1")])
    assert rejected.reason == "no time in t: 1"


@pytest.mark.parametrize(
    ("settings", "text", "expected"),
    [
        ("", "2026-02-20T08:00:00", datetime(2026, 2, 20, 7, tzinfo=UTC)),
        ("format: epoch", "1771574400.5", datetime(2026, 2, 20, 8, 0, 0, 500_000, UTC)),
        ("format: epoch_ms", "1771574400500", datetime(2026, 2, 20, 8, 0, 0, 500_000, UTC)),
        ("format: '%d.%m.%Y %H:%M'", "20.02.2026 08:00", datetime(2026, 2, 20, 7, tzinfo=UTC)),
        ("format: '%b %d %H:%M'", "Dec 31 23:00", datetime(2025, 12, 31, 22, tzinfo=UTC)),
        ("format: '%b %d %H:%M'", "Feb 29 08:00", datetime(2024, 2, 29, 7, tzinfo=UTC)),
        ("format: epoch", "1e999", None),
        ("format: epoch", "nan", None),
        ("", "2026-02-30T08:00:00", None),
        ("", "0001-01-01T00:00:00+14:00", None),
    ],
)
def test_times_are_read_as_they_are_described(
    settings: str, text: str, expected: datetime | None
) -> None:
    more = f"time: {{column: t, zone: Europe/Madrid{', ' + settings if settings else ''}}}"
    events, rejected = read(of("keyvalue", more), f't="{text}"')
    assert [event["@timestamp"] for event in events] == ([expected] if expected else [])
    assert len(rejected) == (expected is None)


def test_a_time_without_zone_is_in_that_of_the_feed() -> None:
    madrid = replace(CONTEXT, timezone=ZoneInfo("Europe/Madrid"))
    (event,), _ = read(of("keyvalue"), "t=2026-02-01T08:00:00", madrid)
    assert event["@timestamp"] == datetime(2026, 2, 1, 7, tzinfo=UTC)


def test_labels_are_what_is_left_or_what_is_kept() -> None:
    log = "t=2026-02-20T08:00:00Z a=1 b=2 c="
    for more, expected in (
        ("fields: {message: a}", [("b", "2")]),
        ("labels: {keep: [a, x]}", [("a", "1")]),
        ("labels: {drop: [a]}", [("b", "2")]),
    ):
        (event,), _ = read(of("keyvalue", more), log)
        assert event["labels"] == expected


MORE = "fields: {process.pid: a, job.gpu_hours: b, message: c}"
SOURCES = [of(name, MORE) for name in ("json", "csv", "keyvalue")]
SOURCES.append(of("regex", "pattern: '(?P<t>\\S+) (?P<a>.*)'\nfields: {process.pid: a}"))


PIECES = [
    *(b"t=", b'"', b"\n", b"a=1", b" ", b"{", b"}", b":", b",", b"\x00", b"\xff", b"t,a,b,c"),
    *(b'{"t":"2026-02-20","a":1e999}', b"2026-02-20", b"9" * 30, b"nan", b"\\"),
]
logs = st.lists(st.sampled_from(PIECES) | st.binary(max_size=4), max_size=30).map(b"".join)


@pytest.mark.parametrize("source", SOURCES, ids=["json", "csv", "keyvalue", "regex"])
@given(log=logs)
def test_no_bytes_make_a_mapping_raise(source: Source, log: bytes) -> None:
    assert 0 <= source.recognises(log, "x") <= 1
    for batch in source.parse(io.BytesIO(log), CONTEXT):
        assert batch.events.schema == SCHEMA


@pytest.mark.parametrize("source", SOURCES[2:], ids=["keyvalue", "regex"])
@given(log=logs)
def test_each_line_is_an_event_or_rejected(source: Source, log: bytes) -> None:
    events, rejected = read(source, log)
    kept = [event["event.original"] for event in events] + [found.text for found in rejected]
    lines = [readable(line.rstrip(b"\r")) for line in log.split(b"\n")]
    assert all(line in kept for line in lines if line.strip())
