"""Documents of one form give without being parsed what they give to a reader of JSON."""

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.event import Context
from analytics.sources.ecs import SOURCE, alike, lined
from analytics.sources.ecs.alike import ENOUGH, Forms
from analytics.sources.ecs.forms import learnt
from analytics.sources.ecs.lined import Block
from tests.analytics.sources.test_ecs import BASE, CONTEXT

TIME = "2026-02-20T08:00:00Z"
LOG = "\n".join(json.dumps(BASE | {"n": n}) for n in range(2 * ENOUGH)).encode() + b"\n"


def read(log: bytes, context: Context = CONTEXT) -> tuple[list[Any], list[Any]]:
    """Events and rejections by line."""
    batches = list(SOURCE.parse(io.BytesIO(log), context))
    rows = [row for batch in batches for row in batch.events.to_pylist()]
    for row in rows:
        row["labels"] = sorted(row["labels"] or ())
        row |= {name: "NaN" for name, value in row.items() if value != value}  # noqa: PLR0124
    rejected = [found for batch in batches for found in batch.rejected]
    return sorted(rows, key=_place), sorted(rejected, key=lambda found: found.line)


def _place(row: dict[str, Any]) -> tuple[int, str]:
    return row["batch.line"], row["event.id"]


def parsed(log: bytes) -> tuple[list[Any], list[Any]]:
    """The same, each document read as JSON."""
    with pytest.MonkeyPatch.context() as changed:
        changed.setattr(alike, "ENOUGH", 1 << 30)
        return read(log)


def formed(log: bytes) -> int:
    """How many documents of a log are found by their forms."""
    forms = Forms(CONTEXT.received)
    found = (forms.found(part) for part in lined.blocks(io.BytesIO(log)) if isinstance(part, Block))
    return sum(documents.size for part in found for documents in part)


@pytest.fixture
def few() -> Iterator[None]:
    """Forms count from few documents on, and blocks are small."""
    with pytest.MonkeyPatch.context() as changed:
        changed.setattr(alike, "ENOUGH", 3)
        changed.setattr(lined, "BLOCK", 2000)
        yield


texts = st.one_of(
    st.sampled_from(["", "a", "git", "auditd", "4294967295", "-1", "7", "x,y", "[", "]", "}", ":"]),
    st.sampled_from(
        ["null", "true", ", ", "é", "\x7f", " ", "2026-02-20", "😀", "\x00", '"', "\\"]
    ),
    st.text(max_size=6),
)
numbers = st.one_of(
    st.integers(-5, 5),
    st.sampled_from([1 << 62, 1 << 63, 1 << 64, -(1 << 63), 10**30, 0.5, 1e-5, 1e22, -0.0, 7.0]),
    st.floats(allow_nan=False),
)
lists = st.one_of(st.lists(texts, max_size=4), st.sampled_from([[], ["a", 1], ["x"] * 70, [""]]))
KINDS: dict[str, st.SearchStrategy[Any]] = {
    "text": texts,
    "number": numbers,
    "whole": st.integers(0, 70_000),
    "list": lists,
    "flag": st.booleans(),
    "any": st.one_of(texts, numbers, lists, st.none(), st.sampled_from([{}, {"a": 1}, True])),
}
NAMES = (
    *("event.module", "event.action", "event.id", "user.name", "user.id", "user.audit.id"),
    *("user.audit.name", "process.pid", "process.args", "host.name", "host.hostname", "host.ip"),
    *("git.forced", "job.gpu_hours", "message", "agent.id", "tags", "x", "y.z", "related.user"),
    *("process.name", "timestamp", "labels.a", "feed.id", "actor.account", "actor.basis", ""),
)
TIMES = st.sampled_from([TIME, TIME, TIME, "2026-02-20T08:00:00.123456789+01:00"])
ODD_TIMES = st.sampled_from(["2026-02-20", "", "x", "2099-01-01T00:00:00Z", 1771574400, None])
OTHERS = (
    *(b"", b"null", b"{", b"[", b'"a","b"', b'{"index":{}}', b"\xff", b"\x00", b'{"@timestamp":'),
    *(b'{"@timestamp":"%b","x":"a","b"}' % TIME.encode(), b'"', b'{"x":"\xed\xa0\x80"}'),
    *(b'{"@timestamp":"%b","x":%b}' % (TIME.encode(), n) for n in (b"007", b"0x1f", b"{}", b"NaN")),
)


@st.composite
def documents(draw: st.DrawFn) -> list[bytes]:
    """Some documents that have the same names, nested or dotted, with the same kinds of values."""
    names = draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=8))
    kinds = {name: KINDS[draw(st.sampled_from(sorted(KINDS)))] for name in names}
    nested = draw(st.sets(st.sampled_from(NAMES)))
    separators = draw(st.sampled_from([(",", ":"), (",", ":"), (", ", ": ")]))
    lines = []
    for _ in range(draw(st.integers(3, 7))):
        document: dict[str, Any] = {"@timestamp": draw(TIMES)}
        if not draw(st.integers(0, 19)):
            document["@timestamp"] = draw(ODD_TIMES)
        for name, values in kinds.items():
            _put(document, tuple(name.split(".")) if name in nested else (name,), draw(values))
        written = json.dumps(document, separators=separators, ensure_ascii=draw(st.booleans()))
        lines.append(written.encode("utf-8", "surrogatepass"))
    return lines


def _put(document: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for key in path[:-1]:
        document = document.setdefault(key, {})
        if type(document) is not dict:
            return
    document[path[-1]] = value


@settings(deadline=None, max_examples=60)
@given(
    several=st.lists(documents(), min_size=1, max_size=3),
    others=st.lists(st.sampled_from(OTHERS), max_size=3),
    end=st.sampled_from([b"\n", b"\r\n"]),
    data=st.data(),
)
@pytest.mark.usefixtures("few")
def test_forms_change_nothing(
    several: list[list[bytes]], others: list[bytes], end: bytes, data: st.DataObject
) -> None:
    lines = [line for some in several for line in some]
    for other in others:
        lines.insert(data.draw(st.integers(0, len(lines))), other)
    log = end.join(lines) + data.draw(st.sampled_from([b"", end]))
    assert read(log) == parsed(log)


@pytest.mark.parametrize("old", [b'"n": 7}', b'"n": 7}\n', b'"did"'])
@pytest.mark.parametrize(
    "new", [b'"n": 07}', b'"n": 7}}', b'"n": "7"}', b'"n": [7]}', b'"d"id"', b"\x00", b"\xff"]
)
def test_a_document_that_is_odd_is_no_other_s_loss(old: bytes, new: bytes) -> None:
    log = LOG.replace(old, new, 1)
    assert read(log) == parsed(log)


def test_documents_of_one_form_are_found_whatever_their_lists_hold() -> None:
    lines = [
        json.dumps(
            {"@timestamp": TIME, "process": {"args": ["a"] * (n % 5 + 1)}, "x": {"y": n / 4}},
            separators=(",", ":"),
        )
        for n in range(ENOUGH)
    ]
    log = "\n".join([*lines, ""]).encode()
    assert formed(log) == ENOUGH
    assert read(log) == parsed(log)


def test_a_bulk_request_s_documents_are_read_in_order() -> None:
    log = LOG.replace(b"\n", b'\n{"index":{}}\n')
    events, rejected = read(log)
    assert len(events) == 2 * ENOUGH
    assert events[1]["event.original"].startswith('{"index":{}}\n')
    assert [found.reason for found in rejected] == ["an action without a document"]


def test_an_object_over_many_lines_amid_lines_is_read() -> None:
    log = LOG + json.dumps(BASE | {"n": 8}, indent=1).encode() + b"\n" + LOG
    assert len(read(log)[0]) == 4 * ENOUGH + 1


@pytest.mark.parametrize(
    "odd",
    [
        b'{"@timestamp":"x","a":[1]}',
        b'{"@timestamp":"x","a":{"b":1},"a.b":2}',
        b'{"@timestamp":"x","a":1,"a":2}',
        b'{"@timestamp":{},"timestamp":"x"}',
        b'["@timestamp","x"]',
        b'{"a":1}',
        b"{}",
        b"{",
    ],
)
def test_of_an_odd_document_no_form_is_learnt(odd: bytes) -> None:
    assert learnt(odd) is None


def test_documents_with_escapes_are_found_by_their_forms() -> None:
    said = ['say \\"yes\\"', "C:\\\\a", "a\\nb", "\\u00e9", "end\\\\", "x"]
    lines = (LOG.replace(b'"n": ', b'"said": "%b", "n": ' % text.encode()) for text in said)
    log = b"".join(lines)
    assert formed(log) == log.count(b"\n")
    assert read(log) == parsed(log)


def test_an_escape_in_a_list_or_a_name_leaves_a_document_to_the_reader() -> None:
    lists = LOG.replace(b'"n": ', b'"list": ["a", "b\\",c"], "n": ').replace(b'", "b', b'","b')
    names = LOG.replace(b'"n"', b'"n\\""')
    for log in (lists, names):
        assert formed(LOG + log) == LOG.count(b"\n")
        assert read(LOG + log) == parsed(LOG + log)
