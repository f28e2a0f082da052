import time
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.behaviour.feature import Feature, Measure
from analytics.behaviour.person_days import (
    COLUMNS,
    KEPT,
    codes_of,
    features,
    measured,
    of_day,
    timed,
)
from analytics.fields import SCHEMA
from analytics.identity import Directory
from analytics.selection import any_matches, encoded, evidence, filled, has, matches
from tests.analytics.laboratory import DIRECTORY, cancelled, command, event, push, table


def test_accounts_of_one_person_make_one_row() -> None:
    day = of_day(table(command("alice", "ls"), push("alice-lab")), DIRECTORY)
    assert day.num_rows == 1
    assert day.column_names == ["person", *features()]
    for name, feature in features().items():
        wanted = pa.list_(pa.int64()) if feature.measure.keeps_values else pa.float64()
        assert day.schema.field(name).type == wanted


def test_who_is_unknown_has_no_row() -> None:
    assert of_day(table(command("stranger", "ls"), event()), DIRECTORY).num_rows == 0
    assert of_day(table(), Directory()).num_rows == 0


def test_what_was_done_at_some_earlier_time_is_not_of_the_day() -> None:
    found = command("alice", "ls", event__kind="state")
    told = timed(table(found, command("alice", "id", event__kind="event"), command("alice", "ps")))
    assert told["process.command_line"].to_pylist() == ["id", "ps"]


def test_a_day_in_chunks_is_the_same_day() -> None:
    rows = [
        command("mallory", "sudo x"),
        push("mal", git__files=["optim.py", "x"]),
        command("alice", "ls", host__name="a"),
        push("alice-lab", git__files=["x", "seed.py"], git__commit="c9"),
    ]
    whole = table(*rows)
    chunks = pa.concat_tables([whole.slice(3, 1), whole.slice(0, 2), whole.slice(2, 1)])
    assert of_day(chunks, DIRECTORY) == of_day(whole, DIRECTORY)


def test_a_slice_of_lists_matches_its_own_rows() -> None:
    rows = table(
        push("mal", git__files=["seed"]), push("mal"), push("mal", git__files=["a", "seed"])
    )
    assert any_matches(rows.slice(1), "git.files", "seed").to_pylist() == [False, True]


def test_an_encoded_column_answers_as_it_is() -> None:
    rows = table(command("bob", "sudo ls"), event(), command("bob", "ls"), command("bob", "sudo x"))
    told = encoded(rows, ["process.command_line", "event.category"])
    for asked in (rows, told, told.slice(1, 2), told.slice(0, 0)):
        expected = [line or "" for line in asked["process.command_line"].to_pylist()]
        assert has(asked, "event.category", "process").to_pylist() == [
            line != "" for line in expected
        ]
        assert matches(asked, "process.command_line", "^sudo").to_pylist() == [
            line.startswith("sudo") for line in expected
        ]
        assert filled(asked, "event.category").to_pylist() == [line != "" for line in expected]


def test_evidence_is_the_newest_and_bounded() -> None:
    rows = [command("bob", "ls", at=hour / 100, host__name="h") for hour in range(1000)]
    kept = evidence(table(*rows))
    assert len(kept.events) == 200
    assert kept.events[0] == rows[-1]["event.id"]
    assert kept.time == rows[-1]["@timestamp"]
    assert kept.resource == "h"


def test_a_large_day_takes_a_moment() -> None:
    rows, rng = 200_000, np.random.default_rng(5)
    accounts = pa.array([f"unix:{name}" for name in ("alice", "bob", "carol", "mallory")])
    columns = {name: pa.nulls(rows, SCHEMA.field(name).type) for name in COLUMNS}
    columns["@timestamp"] = pa.array(rng.integers(0, 86_400_000_000, rows)).cast(
        SCHEMA.field("@timestamp").type
    )
    columns["actor.account"] = accounts.take(pa.array(rng.integers(0, 4, rows)))
    columns["host.name"] = pc.cast(pa.array(rng.integers(0, 50, rows)), pa.string())
    start = time.perf_counter()
    day = of_day(pa.table(columns), DIRECTORY)
    assert time.perf_counter() - start < 5
    assert day["distinct_hosts"].to_pylist() == [50.0] * 4


def feature(measure: Measure, **more: Any) -> Feature:
    """A feature that counts every event."""
    return Feature(
        name="any",
        title="Any",
        unit="values",
        columns=(),
        sentence="{observed} {expected}",
        measure=measure,
        select=lambda events: pa.array(np.ones(events.num_rows, dtype=bool)),
        **more,
    )


def values_of(rows: pa.Table, measured_by: Feature) -> list[Any]:
    told = DIRECTORY.joined(rows)
    persons = sorted(pc.unique(told["person"].drop_null()).to_pylist())
    codes = codes_of(told["person"], persons)
    found: list[Any] = measured(measured_by, told, told, codes, len(persons)).to_pylist()
    return found


def test_values_are_kept_once_each_by_person_and_mean_the_same_on_any_day() -> None:
    rows = table(
        command("alice", "ls", host__name="a"),
        command("bob", "ls", host__name="b"),
        command("alice", "ls", host__name="b"),
        command("alice", "ls", host__name="b"),
        command("carol", "ls"),
    )
    alice, bob, carol = values_of(rows, feature(Measure.NEW, of="host.name"))
    assert len(alice) == 2
    assert bob[0] in alice
    assert carol == []
    assert alice == sorted(alice)
    assert bob == [8453121595177857668]


def test_a_list_gives_each_of_its_values_and_values_may_be_made() -> None:
    rows = table(push("mal", git__files=["a/x", "b/x"]), push("mal", git__files=["a/x"]))
    assert values_of(rows, feature(Measure.DISTINCT, of="git.files")) == [2]
    owner = feature(Measure.DISTINCT, of=lambda events: events["owner"])
    assert values_of(table(cancelled("slurm:mallory", "bob", "1")), owner) == [1]


def test_what_is_kept_of_too_many_values_is_kept_again() -> None:
    def kept(hosts: int) -> list[int]:
        rows = [command("alice", "ls", host__name=f"h{number}") for number in range(hosts)]
        (found,) = values_of(table(*rows), feature(Measure.NEW, of="host.name"))
        return list(found)

    few, many = kept(KEPT + 9), kept(3 * KEPT)
    assert len(few) == len(many) == KEPT
    everything = {*kept(200), *kept(KEPT)}  # of the first hosts those among the smallest hashes
    assert {value for value in everything if value <= many[-1]} <= set(many)


def test_hours_are_those_of_the_clock_in_utc() -> None:
    rows = table(*(command("alice", "ls", at=at) for at in (0.1, 23.9, 23.2, 9)))
    assert values_of(rows, feature(Measure.HOURS)) == [[0, 9, 23]]
