"""Moves to other work, leave and newcomers."""

from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pytest

from analytics.behaviour import baseline
from analytics.behaviour.absences import absences, backlog
from analytics.behaviour.course import Course
from analytics.behaviour.feature import Feature
from analytics.behaviour.moves import EPOCH, worth
from analytics.behaviour.peers import peers_of
from analytics.behaviour.person_days import features
from analytics.identity import Directory, Person, Position

TODAY = date(2026, 3, 12)  # a Thursday
NUMBER = (TODAY - EPOCH).days
VOLUME: Feature = features()["commands_run"]
PEOPLE = [f"p{n}" for n in range(12)]
MOVED = TODAY - timedelta(days=7)
DIRECTORY = Directory(
    people={
        name: Person(id=name, name=name, team="t", role="calm" if n < 6 else "busy")
        for n, name in enumerate(PEOPLE)
    }
)
JOINED_THE_BUSY = Directory(
    people=DIRECTORY.people | {"p0": Person(id="p0", name="p0", team="t", role="busy")},
    positions=(Position(person="p0", until=MOVED, team="t", role="calm"),),
)


def rows(levels: dict[str, float], ages: range, seed: int = 2) -> pa.Table:
    """Commands of people on working days."""
    chance = np.random.default_rng(seed)
    days = [TODAY - timedelta(days=age) for age in ages]
    told = [(who, day) for who in levels for day in days if day.weekday() < 5]
    return pa.table(
        {
            "person": [who for who, _ in told],
            "day": pa.array([day for _, day in told], pa.date32()),
            "commands_run": [float(chance.poisson(levels[who])) for who, _ in told],
        }
    )


def expected(today: dict[str, float], history: pa.Table, directory: Directory, who: str) -> float:
    """How many commands are to be expected of somebody."""
    course = Course.of(TODAY, rows(today, range(1)), history, PEOPLE, directory)
    peers = peers_of(PEOPLE, directory)
    told = course.told(VOLUME, peers)
    usual = baseline.expect(
        told.weighed, told.past, peers, day=course.day, grain=None, ahead=course.ahead
    )
    return float(usual.expected[PEOPLE.index(who)])


USUAL = {name: 10.0 if n < 6 else 100.0 for n, name in enumerate(PEOPLE)}


def test_the_past_before_a_move_counts_for_less() -> None:
    days = np.arange(NUMBER - 17, NUMBER - 5)
    codes = np.zeros(len(days), dtype=np.int64)
    told = worth(codes, days, PEOPLE, JOINED_THE_BUSY, TODAY)
    assert told.tolist() == pytest.approx([0.3] * 10 + [1, 1])
    early = worth(codes, days, PEOPLE, JOINED_THE_BUSY, MOVED - timedelta(days=1))
    assert early.tolist() == [1] * len(days)


def test_who_moved_is_soon_compared_with_the_new_work() -> None:
    others = rows({name: level for name, level in USUAL.items() if name != "p0"}, range(1, 91))
    first = pa.concat_tables([others, rows({"p0": 10.0}, range(8, 91))])
    later = pa.concat_tables([first, rows({"p0": 100.0}, range(1, 8))])
    now = USUAL | {"p0": 100.0}
    assert expected(now, first, JOINED_THE_BUSY, "p0") > 2 * expected(now, first, DIRECTORY, "p0")
    assert expected(now, later, JOINED_THE_BUSY, "p0") > 60
    assert expected(now, later, DIRECTORY, "p0") < 20


def test_who_comes_new_is_expected_to_do_what_peers_do() -> None:
    others = {name: level for name, level in USUAL.items() if name != "p7"}
    assert expected(USUAL, rows(others, range(1, 91)), DIRECTORY, "p7") == pytest.approx(
        100, rel=0.1
    )


def test_who_is_back_may_catch_up_and_then_no_longer() -> None:
    away = {name: level for name, level in USUAL.items() if name != "p9"}
    earlier, since = rows({"p9": 100.0}, range(22, 91)), rows({"p9": 100.0}, range(1, 8))
    others = rows(away, range(1, 91))
    first = expected(USUAL, pa.concat_tables([others, earlier]), DIRECTORY, "p9")
    later = expected(USUAL, pa.concat_tables([others, earlier, since]), DIRECTORY, "p9")
    assert first == pytest.approx(200, rel=0.1)
    assert later == pytest.approx(100, rel=0.1)


def test_a_week_without_events_is_an_absence_and_a_weekend_is_none() -> None:
    codes, days = np.array([0, 0, 0, 1]), np.array([10, 13, 30, 36])
    found = absences(codes, days, 40)
    assert found.codes.tolist() == [0, 0]
    assert found.since.tolist() == [14, 31]
    assert found.until.tolist() == [30, 40]
    assert backlog(found, codes, days, 3).tolist() == [2, 1, 1]
    assert absences(codes[:0], days[:0], 40).codes.tolist() == []
