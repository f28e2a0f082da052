"""Events as lines of a bulk body: the JSON that a plain encoder would have made."""

import json
from typing import Any

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from analytics.fields import BY_NAME, SCHEMA, Kind
from analytics.store.elastic.lines import lines
from analytics.store.meaning import windows
from tests.analytics.store.samples import HARD, LONG, Row, event, table

texts = st.text(st.characters(codec="utf-8"), max_size=20)
rows = st.fixed_dictionaries(
    {},
    optional={
        "user__name": texts,
        "event__original": texts,
        "process__args": st.lists(texts | st.none(), max_size=3),
        "labels": st.dictionaries(texts, texts | st.none(), max_size=3),
        "job__exit": st.integers(-(2**63), 2**63 - 1),
        "job__gpu_hours": st.floats(allow_nan=False, allow_infinity=False),
        "git__protected": st.booleans(),
    },
)


def plain(row: Row) -> dict[str, Any]:
    """The document that the row is to be."""
    held = {name: value for name, value in row.items() if value is not None}
    for name, value in row.items():
        if BY_NAME[name].kind is Kind.TIME:
            held[name] = value.isoformat(timespec="microseconds").replace("+00:00", "Z")
        if BY_NAME[name].kind is Kind.TEXT and len(value or "") > 8_000:
            held[f"windows.{name}"] = list(windows(value))
    return held


def made(events: pa.Table) -> list[tuple[str, dict[str, Any]]]:
    """The id and the document of each event."""
    found = []
    for text in lines(events).to_pylist():
        action, document, nothing = text.split("\n")
        assert nothing == ""
        found.append((json.loads(action)["create"]["_id"], json.loads(document)))
    return found


def test_hard_events_are_whole() -> None:
    assert made(table(HARD)) == [(row["event.id"], plain(row)) for row in HARD]


@given(some=st.lists(rows, min_size=1, max_size=4), times=st.integers(1, 2))
def test_any_event_is_whole(some: list[dict[str, Any]], times: int) -> None:
    written = [event(number, **fields) for number, fields in enumerate(some * times)]
    assert made(table(written)) == [(row["event.id"], plain(row)) for row in written]


def test_a_slice_of_events_is_that_slice() -> None:
    part = table(HARD).slice(3, 7)
    assert made(part) == [(row["event.id"], plain(row)) for row in HARD[3:10]]
    assert lines(SCHEMA.empty_table()).to_pylist() == []


def test_columns_that_say_the_same_of_all_events_are_whole() -> None:
    for row in HARD:
        rows = [row | {"event.id": name} for name in ("one", "two", "three")]
        assert made(table(rows)) == [(one["event.id"], plain(one)) for one in rows]


def test_ids_are_escaped_and_long_texts_have_windows() -> None:
    odd = {**event(1, event__original=LONG), "event.id": 'a"\\\n\x01é'}
    assert made(table([odd])) == [(odd["event.id"], plain(odd))]
