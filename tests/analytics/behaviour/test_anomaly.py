from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from analytics.behaviour import anomaly, person_days
from analytics.behaviour.figures import readable
from analytics.findings import Finding, ReasonKind
from analytics.identity import Directory
from analytics.risk import weights
from tests.analytics.laboratory import DAY, DIRECTORY, cancelled, command, table, written

TODAY = DAY.date()
WEIGHTS = weights.load()
USUAL = [
    row
    for name in ("alice", "bob", "carol", "mallory")
    for row in [command(name, "ls", host__name="login1")] * 5
]


def history(rows: list[dict[str, Any]], days: int, until: date = TODAY) -> pa.Table:
    """The same day's events on each of so many days before."""
    day = person_days.of_day(table(*rows), DIRECTORY)
    return pa.concat_tables(
        day.append_column("day", pa.array([until - timedelta(days=back)] * day.num_rows))
        for back in range(1, days + 1)
    )


def found(
    rows: list[dict[str, Any]], past: pa.Table, directory: Directory = DIRECTORY
) -> list[Finding]:
    """The anomalies of a day."""
    events = table(*rows)
    today = person_days.of_day(events, directory)
    return anomaly.find(TODAY, today, past, directory, events, WEIGHTS)


def test_a_killing_spree_is_an_anomaly_that_says_so() -> None:
    spree = [cancelled("uid:site/1002", "bob", str(n), at=12 + n / 10) for n in range(14)]
    (one,) = found([*USUAL, *spree], history(USUAL, 30))
    assert one.kind is ReasonKind.ANOMALY
    assert (one.id, one.person) == ("jobs_cancelled_of_others", "mallory")
    assert one.sentence == "cancelled 14 jobs of others; expected under 0.1"
    assert one.events == tuple(row["event.id"] for row in reversed(spree))
    assert one.time == spree[-1]["@timestamp"]
    assert one.resource == "slurm:bob"
    assert one.points == 99
    assert one.confidence > 0.8
    assert one.observed == 14
    assert one.expected is not None
    assert 0 < one.expected < 0.1
    assert one.probability is not None
    assert one.probability < 1e-9


def test_a_day_like_the_others_is_none() -> None:
    assert found(USUAL, history(USUAL, 30)) == []


def test_without_a_past_nothing_can_be_said() -> None:
    spree = [cancelled("slurm:mallory", "bob", str(n)) for n in range(14)]
    nothing = history(USUAL, 1).slice(0, 0)
    assert found(spree, nothing) == []
    assert found(spree, history([command("alice", "ls")], 2)) == []
    assert anomaly.find(TODAY, nothing, nothing, DIRECTORY, table(), WEIGHTS) == []


def test_a_feature_younger_than_the_past_is_learnt_first() -> None:
    spree = [cancelled("slurm:mallory", "bob", str(n)) for n in range(14)]
    past = history(USUAL, 30)
    young = past.schema.get_field_index("jobs_cancelled_of_others")
    unknown = past.set_column(
        young, "jobs_cancelled_of_others", pa.nulls(past.num_rows, pa.float64())
    )
    assert found([*USUAL, *spree], unknown) == []
    assert found([*USUAL, *spree], past.remove_column(young)) == []


def test_points_grow_with_surprise_up_to_the_features_weight() -> None:
    assert anomaly.points(1e-3, 99, WEIGHTS) == 33
    assert anomaly.points(1e-6, 99, WEIGHTS) == 66
    assert anomaly.points(0.0, 99, WEIGHTS) == 99
    assert anomaly.points(1e-6, 21, WEIGHTS) == 21


def test_evidence_is_the_persons_own() -> None:
    rows = [written("mallory", f"/data/{n}", "unix:bob") for n in range(300)]
    others = [written("alice", "/data/0", "unix:bob")]
    past = history([*USUAL, *others], 30)
    (one,) = (one for one in found([*rows, *others], past) if one.id == "files_written_of_others")
    assert len(one.events) == 200
    assert set(one.events) <= {row["event.id"] for row in rows}


def test_only_events_with_new_values_prove_that_there_are_new_values() -> None:
    old = [command("mallory", "ls", host__name="login1") for _ in range(5)]
    new = [command("mallory", "ls", host__name=f"gpu{n % 20}") for n in range(40)]
    past = history(USUAL, 30)
    (one,) = (one for one in found([*old, *new], past) if one.id == "new_hosts")
    assert one.observed == 20
    assert set(one.events) == {row["event.id"] for row in new}


def test_only_events_in_unusual_hours_prove_unusual_hours() -> None:
    by_day = [command("mallory", "ls", at=9.5 + hour) for hour in range(8)]
    by_night = [command("mallory", "ls", at=1.5 + hour) for hour in range(4)]
    past = history([*USUAL, *by_day], 30)
    (one,) = (one for one in found([*by_day, *by_night], past) if one.id == "unusual_hours")
    assert set(one.events) == {row["event.id"] for row in by_night}


def test_numbers_read_as_people_write_them() -> None:
    assert readable(14, "jobs") == "14"
    assert readable(0.1, "jobs") == "0.1"
    assert readable(0.004, "jobs") == "under 0.1"
    assert readable(0, "jobs") == "0"
    assert readable(9.97, "jobs") == "10"
    assert readable(12345.6, "commands") == "12,346"
    assert readable(3.2e9, "bytes") == "3.2 GB"
    assert readable(999.6, "bytes") == "1.0 kB"
    assert readable(1e19, "bytes") == "10,000 PB"


def test_person_days_of_the_past_may_lack_people_of_today() -> None:
    spree = [cancelled("slurm:mallory", "bob", str(n)) for n in range(14)]
    past = history(USUAL, 30)
    past = past.filter(pc.not_equal(past["person"], "mallory"))
    (one,) = found([*USUAL, *spree], past)
    assert one.person == "mallory"
    assert one.confidence < 0.8
