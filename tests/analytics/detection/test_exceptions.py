"""What exceptions hide, over columns."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as some

from analytics.detection.exceptions import ALERTS, Condition, Exempt, How, asked, columns, hidden

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ALWAYS = {"begin": NOON - timedelta(days=1), "end": NOON + timedelta(days=1)}
NO_EVENTS = pa.table({"event.id": pa.array([], pa.string())})


def alerts(*rows: dict[str, Any]) -> pa.Table:
    usual = {
        "rule": "killed",
        "severity": "high",
        "time": NOON,
        "account": "unix:ana",
        "person": "p1",
        "object": "/data/run",
        "events": ["e1"],
    }
    return pa.Table.from_pylist([usual | row for row in rows], ALERTS)


def events(**columns: list[Any]) -> pa.Table:
    return pa.table({name.replace("__", "."): values for name, values in columns.items()})


def by(exempt: Exempt, *rows: dict[str, Any], of: pa.Table = NO_EVENTS) -> list[bool]:
    return [one == exempt.id for one in hidden([exempt], alerts(*rows), of)]


@pytest.mark.parametrize(
    ("asks", "other"),
    [
        ({"rule": "killed"}, {"rule": "killed2"}),
        ({"account": "unix:ana"}, {"account": None}),
        ({"account": "unix:ana"}, {"account": "unix:anas"}),
        ({"person": "p1"}, {"person": None}),
        ({"conditions": (Condition("object", How.EQUALS, "/data/run"),)}, {"object": "/data/run2"}),
        ({"conditions": (Condition("object", How.BEGINS, "/data/"),)}, {"object": "/DATA/run"}),
        ({"conditions": (Condition("object", How.LIKE, "/data/r?n"),)}, {"object": "/data/run2"}),
        ({"conditions": (Condition("object", How.LIKE, "*run"),)}, {"object": None}),
        ({"rule": "killed", "account": "unix:ana"}, {"account": "unix:ben"}),
    ],
)
def test_everything_that_is_asked_for_must_hold(
    asks: dict[str, Any], other: dict[str, Any]
) -> None:
    assert by(Exempt(id=7, **ALWAYS, **asks), {}, other) == [True, False]


def test_it_holds_from_its_begin_to_before_its_end() -> None:
    exempt = Exempt(id=1, begin=NOON, end=NOON + timedelta(hours=1), rule="killed")
    times = [timedelta(seconds=-1), timedelta(0), timedelta(minutes=59), timedelta(hours=1)]
    assert by(exempt, *({"time": NOON + each} for each in times)) == [False, True, True, False]


def test_critical_alerts_stay_unless_a_second_person_approved() -> None:
    critical = {"severity": "critical"}
    assert by(Exempt(id=1, **ALWAYS, rule="killed"), {}, critical) == [True, False]
    assert by(Exempt(id=1, **ALWAYS, rule="killed", approved=True), {}, critical) == [True, True]


def test_the_first_of_several_hides() -> None:
    both = [Exempt(id=4, **ALWAYS, rule="killed"), Exempt(id=9, **ALWAYS, account="unix:ana")]
    assert hidden(both, alerts({}, {"rule": "x"}, {"account": "x"}), NO_EVENTS) == [4, 9, 4]


@pytest.mark.parametrize(
    ("condition", "good"),
    [
        (Condition("host.name", How.EQUALS, "gpu01"), {"host__name": ["gpu01", "gpu02", None]}),
        (
            Condition("process.command_line", How.LIKE, "kill -9 *"),
            {"process__command_line": ["kill -9 7\n8", "/bin/kill -9 7", None]},
        ),
        (Condition("process.args", How.BEGINS, "--f"), {"process__args": [["a", "--f"], [], None]}),
        (Condition("process.args[1]", How.EQUALS, "b"), {"process__args": [["a", "b"], ["b"], []]}),
        (
            Condition("process.image", How.EQUALS, "/bin/kill"),
            {"process__executable": ["/bin/kill", "/kill", None]},
        ),
        (
            Condition("labels.team", How.EQUALS, "vision"),
            {"labels": [[("team", "vision")], [("team", "x")], []]},
        ),
    ],
)
def test_values_of_the_event_are_asked_for(
    condition: Condition, good: dict[str, list[Any]]
) -> None:
    exempt = Exempt(id=1, **ALWAYS, conditions=(condition,))
    table = events(event__id=["e1", "e2", "e3"], **good)
    if "labels" in good:
        labels = pa.array(good["labels"], pa.map_(pa.string(), pa.string()))
        table = table.set_column(1, "labels", labels)
    rows = [{"events": [each]} for each in ("e1", "e2", "e3", "unknown")]
    assert by(exempt, *rows, of=table) == [True, False, False, False]
    assert set(table.column_names) <= set(columns([exempt]))


def test_of_several_events_every_one_must_be_so() -> None:
    exempt = Exempt(id=1, **ALWAYS, conditions=(Condition("host.name", How.EQUALS, "a"),))
    table = events(event__id=["e1", "e2", "e3"], host__name=["a", "a", "b"])
    rows = [{"events": ["e1", "e2"]}, {"events": ["e1", "e3"]}, {"events": []}]
    assert by(exempt, *rows, of=table) == [True, False, False]


def test_conditions_hold_together_in_one_event() -> None:
    both = (Condition("host.name", How.EQUALS, "a"), Condition("user.name", How.EQUALS, "u"))
    exempt = Exempt(id=1, **ALWAYS, conditions=both)
    table = events(event__id=["e1", "e2"], host__name=["a", "a"], user__name=["u", "v"])
    assert by(exempt, {"events": ["e1"]}, {"events": ["e2"]}, of=table) == [True, False]


def test_only_events_that_could_matter_are_looked_at() -> None:
    host = (Condition("host.name", How.EQUALS, "a"),)
    table = alerts({"events": ["e2", "e1"]}, {"rule": "other", "events": ["e3"]})
    assert asked([Exempt(id=1, **ALWAYS, rule="killed", conditions=host)], table) == ["e1", "e2"]
    plain = [Exempt(id=1, **ALWAYS, rule="killed")]
    assert asked(plain, table) == []
    assert columns(plain) == []


@given(some.text(min_size=1), some.text())
def test_no_character_of_a_value_but_the_wildcards_has_a_meaning(text: str, other: str) -> None:
    table = pa.array([text, other])
    for how in How:
        if how is How.LIKE and set(text) & {"*", "?"}:
            continue
        chosen = Condition("object", how, text).chosen(table).tolist()
        same = other.startswith(text) if how is How.BEGINS else other == text
        assert chosen == [True, same]
