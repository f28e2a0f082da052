"""Documents become columns, chunk by chunk, and nothing of them is lost."""

import io
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, BinaryIO

import orjson
import pyarrow as pa
import pytest

from analytics.event import Batch, Context, Source
from analytics.jsonlog import columns
from analytics.jsonlog.cells import labels, labels_by_row
from analytics.jsonlog.columns import Columns, Entries, Form, batches
from analytics.jsonlog.values import Payload, mapping

CONTEXT = Context(
    feed="doors", batch="doors", origin="doors", received=datetime(2026, 3, 1, tzinfo=UTC)
)
MORNING = "2026-02-10T08:00:00Z"


def records(value: Any) -> Payload | list[Payload] | str:
    doors = mapping(value).get("doors")
    if isinstance(doors, list):
        return [mapping(door) for door in doors]
    return value if isinstance(value, dict) and "door" in value else "no door"


def columns_of(doors: Entries) -> Columns:
    told = {"door": doors.values("door"), "level": doors.values("place.level")}
    return {
        "event.id": doors.ids("door", doors.texts("id"), doors.values("door")),
        "event.category": "iam",
        "user.name": doors.texts("who.name"),
        "event.action": doors.texts(("who", "did.what")),
        "labels": labels(told, len(doors)),
    }


FORM = Form(
    records=records,
    paths=("id", "door", "at", "since", "who.name", ("who", "did.what"), "place.level"),
    times=lambda doors: doors.times("at", "since"),
    timeless="a door without a time",
    columns=columns_of,
    within=("all",),
)


def parse(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    return batches(stream, FORM, context, SOURCE)


SOURCE = Source(
    name="doors", family="context", title="Doors", recognises=lambda head, path: 0.0, parse=parse
)


def read(*documents: Any) -> tuple[list[dict[str, Any]], list[tuple[int, str]]]:
    log = b"\n".join(one if isinstance(one, bytes) else orjson.dumps(one) for one in documents)
    return told_by(list(SOURCE.parse(io.BytesIO(log), CONTEXT)))


def told_by(found: list[Batch]) -> tuple[list[dict[str, Any]], list[tuple[int, str]]]:
    rows = [row for batch in found for row in batch.events.to_pylist()]
    return rows, [(one.line, one.reason) for batch in found for one in batch.rejected]


def door(**told: Any) -> dict[str, Any]:
    return {"door": "north", "at": MORNING} | told


def test_values_are_found_at_their_paths() -> None:
    (row,), _ = read(door(who={"name": "asilva", "did.what": "opened"}, place={"level": 2}))
    assert (row["user.name"], row["event.action"]) == ("asilva", "opened")
    assert row["labels"] == [("door", "north"), ("level", "2")]
    assert row["event.category"] == "iam"


@pytest.mark.parametrize("odd", [None, 7, True, "", [], ["asilva"], {"name": "asilva"}])
def test_what_is_no_text_is_left_out_of_its_row_only(odd: Any) -> None:
    rows, _ = read(door(who={"name": odd}), door(who={"name": "bkim"}))
    assert [row["user.name"] for row in rows] == [None, "bkim"]


@pytest.mark.parametrize("odd", [None, 7, "asilva", [{"name": "asilva"}]])
def test_where_an_object_should_be_anything_may_be(odd: Any) -> None:
    rows, _ = read(door(who=odd), door(who={"name": "bkim"}))
    assert [row["user.name"] for row in rows] == [None, "bkim"]


def test_what_cannot_be_stored_is_shown() -> None:
    rows, _ = read(b'{"door":"a\\u0000b","at":"%b","who":{"name":"\\ud800"}}' % MORNING.encode())
    assert rows[0]["user.name"] == "\\ud800"
    assert dict(rows[0]["labels"])["door"] == "a\\x00b"


@pytest.mark.parametrize(
    "written",
    ["2026-02-10T09:00:00+01:00", "2026-02-10T08:00:00.000000999Z", 1770710400, 1770710400000],
)
def test_times_written_in_different_ways_are_the_same(written: Any) -> None:
    rows, _ = read(door(), door(at=written))
    assert rows[0]["@timestamp"] == rows[1]["@timestamp"] == datetime(2026, 2, 10, 8, tzinfo=UTC)


def test_another_time_stands_in_for_one_that_is_missing() -> None:
    rows, _ = read(door(), {"door": "south", "since": "2026-02-11T08:00:00Z"})
    assert [row["@timestamp"].day for row in rows] == [10, 11]


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        (None, "a door without a time"),
        ("0000-01-01T00:00:00Z", "a door without a time"),
        ("2026-02-30T00:00:00Z", "a door without a time"),
        ("1970-01-01T00:00:00Z", "time 1970-01-01T00:00:00+00:00 is before 1980"),
        ("2031-01-01T00:00:00Z", "time 2031-01-01T00:00:00+00:00 is in the future"),
    ],
)
def test_a_record_whose_time_cannot_be_is_rejected_alone(written: Any, reason: str) -> None:
    rows, rejected = read(door(), door(at=written), door())
    assert [row["batch.line"] for row in rows] == [1, 3]
    assert rejected == [(2, reason)]


def test_rejections_are_in_the_order_of_the_log() -> None:
    _, rejected = read(door(at=None), {"window": 1}, b"{", door(at=0))
    assert [line for line, _ in rejected] == [1, 2, 3, 4]


def test_a_document_of_several_records_gives_several_events_of_one_line() -> None:
    rows, _ = read(door(), {"doors": [door(level=1), door(level=2), door(id="b")]})
    assert [row["batch.line"] for row in rows] == [1, 2, 2, 2]
    assert len({row["event.id"] for row in rows}) == 4
    assert len({row["event.original"] for row in rows}) == 2


def test_an_id_is_the_record_s_own_or_else_its_line_s() -> None:
    (own, other), _ = read(door(id="d1"), door())
    assert own["event.id"] == CONTEXT.event_id("door", "d1", "north")
    line = orjson.dumps(door())
    assert other["event.id"] == CONTEXT.line_id(len(orjson.dumps(door(id="d1"))) + 1, line)


def test_a_log_of_many_chunks_is_the_same_as_its_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    log = [door(id=str(number), at=None if number % 7 == 3 else MORNING) for number in range(50)]
    whole = read(*log)
    monkeypatch.setattr(columns, "AT_ONCE", 4)
    assert read(*log) == whole
    monkeypatch.setattr(columns, "MOST_ROWS", 9)
    assert read(*log) == whole


def test_a_log_of_one_kind_in_an_envelope_is_read() -> None:
    rows, _ = read({"all": [door(id="a"), door(id="b")]})
    assert len(rows) == 2


def test_a_log_without_anything_gives_nothing() -> None:
    assert read() == ([], [])


def labelled(told: dict[str, Sequence[Any]], size: int) -> list[Any]:
    found: pa.Array = labels(told, size)
    found.validate(full=True)
    return list(found.to_pylist())


def test_labels_are_told_row_by_row_without_those_that_are_empty() -> None:
    told: dict[str, Sequence[Any]] = {
        "a": ["x", None, ""],
        "b": [True, 0, None],
        "c": [{"d": 1}, ["e"], {}],
    }
    assert labelled(told, 3) == [
        [("a", "x"), ("b", "true"), ("c", '{"d":1}')],
        [("b", "0"), ("c", '["e"]')],
        [],
    ]


def test_labels_are_cut_where_they_are_long() -> None:
    assert labelled({"a": ["é" * 2000]}, 1) == [[("a", "é" * 1024)]]


def test_rows_without_labels_have_empty_ones() -> None:
    assert labelled({}, 2) == labelled({"a": [None, None]}, 2) == [[], []]


def test_labels_may_have_other_names_in_each_row() -> None:
    found = labels_by_row([{"a": "", "\x00": "\x00"}, {}, {"": "\ud800"}])
    assert found.to_pylist() == [[("a", ""), ("\\x00", "\\x00")], [], [("", "\\ud800")]]
