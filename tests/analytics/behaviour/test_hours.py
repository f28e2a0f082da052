"""Hours in which a person is not usually active."""

from datetime import date

import numpy as np
import pyarrow as pa

from analytics.behaviour import hours
from analytics.behaviour.compared import Compared, Used
from analytics.behaviour.moves import EPOCH
from analytics.behaviour.peers import Peers
from analytics.behaviour.weekdays import days_of_rest, weekday

TODAY = (date(2026, 3, 12) - EPOCH).days  # a Thursday
OFFICE = list(range(9, 18))
REST = np.array([False] * 5 + [True] * 2)
Days = dict[int, list[int]]  # hours by day before today


def side(rows: list[tuple[int, int, list[int]]]) -> Used:
    rows = sorted(rows)
    lists = pa.chunked_array([pa.array([row[2] for row in rows], pa.list_(pa.int64()))])
    codes = np.array([row[1] for row in rows], dtype=np.int64)
    return Used(codes, np.array([row[0] for row in rows], dtype=np.int64), lists)


def compared(*people: Days, today: int = TODAY) -> Compared:
    rows = [
        (today - back, who, found)
        for who, days in enumerate(people)
        for back, found in days.items()
    ]
    everyone = np.arange(len(people))
    peers = Peers(members=(everyone,), group_of=np.zeros(len(people), dtype=np.int64))
    now, before = [row for row in rows if row[0] == today], [row for row in rows if row[0] < today]
    return hours.compared(side(now), side(before), peers, REST)


def working(found: list[int], today: int = TODAY) -> Days:
    """The same hours on each working day of two months."""
    return {back: found for back in range(1, 61) if not REST[(today - back + 3) % 7]}


def test_the_night_is_odd_for_who_works_by_day_and_the_day_for_who_works_at_night() -> None:
    night = [22, 23, 0, 1, 2, 3]
    by_day, by_night = {0: [10, 2, 3]}, {0: [*night, 12]}
    found = compared(by_day | working(OFFICE), by_night | working(night), *[working(OFFICE)] * 3)
    assert found.observed[0] > 1.5
    assert 0 < found.observed[1] < 0.5  # his peers work at noon
    assert np.nanmax(found.past) == 0
    assert found.odd.of(0).tolist() == [2, 3]
    assert found.odd.of(1).tolist() == [12]


def test_an_hour_beside_the_usual_ones_is_usual() -> None:
    found = compared({0: [8, *OFFICE, 18]} | working(OFFICE))
    assert found.observed.tolist() == [0]
    found = compared({0: [0]} | working([22, 23]))  # midnight lies beside eleven at night
    assert found.observed.tolist() == [0]


def test_a_saturday_is_odd_for_who_never_works_then() -> None:
    saturday = TODAY + 2
    busy = working(OFFICE, saturday) | dict.fromkeys((7, 14, 21, 28), OFFICE)
    found = compared({0: OFFICE} | working(OFFICE, saturday), {0: OFFICE} | busy, today=saturday)
    assert found.observed[0] > 5
    assert found.observed[1] == 0


def test_a_newcomer_may_do_what_peers_do() -> None:
    found = compared({0: [10, 11, 2]}, *[working(OFFICE)] * 5)
    assert found.observed[0].round(2) == 1


def test_days_of_rest_are_learnt() -> None:
    week = np.arange(TODAY - 56, TODAY)
    friday_and_saturday = np.isin(weekday(week), (4, 5))
    days = np.repeat(week, np.where(friday_and_saturday, 2, 30))
    assert np.flatnonzero(days_of_rest(days)).tolist() == [4, 5]
    assert not days_of_rest(np.repeat(week, 9)).any()
    assert not days_of_rest(np.array([], dtype=np.int64)).any()
    assert days_of_rest(np.arange(3)).sum() == 0


def test_leave_does_not_make_usual_hours_unusual() -> None:
    """Two in the night are usual, one night in fifteen; three weeks away change nothing of it."""
    seldom = {back: [*found, 2] if back % 15 == 1 else found for back, found in
              working(OFFICE).items()}  # fmt: skip
    away = {back: found for back, found in seldom.items() if not 3 <= back <= 28}
    before, after = compared({0: [2]} | seldom), compared({0: [2]} | away)
    assert after.observed[0] <= before.observed[0] + 1e-9
