"""How much is done on which weekday."""

from dataclasses import replace

import numpy as np
import pytest

from analytics.behaviour import baseline, weekdays
from analytics.behaviour.baseline import Past
from analytics.behaviour.features.weekend_events import FEATURE
from analytics.behaviour.peers import Peers

SUNDAY = 20_009
PEOPLE = 8
DAYS = np.arange(SUNDAY - 91, SUNDAY)
SUNDAYS = weekdays.weekday(DAYS) == 6
EVERYONE = Peers(members=(np.arange(PEOPLE),), group_of=np.zeros(PEOPLE, dtype=np.int64))


def past(quiet: list[int], seed: int = 1) -> Past:
    """A quarter of a year of about 60 a day; those who are quiet do a tenth of it on Sundays."""
    usual = np.full((PEOPLE, len(DAYS)), 60.0)
    usual[np.ix_(quiet, np.flatnonzero(SUNDAYS))] = 6.0
    return Past(
        codes=np.repeat(np.arange(PEOPLE), len(DAYS)),
        days=np.tile(DAYS, PEOPLE),
        values=np.random.default_rng(seed).poisson(usual).ravel().astype(float),
    )


def on(day: int, value: float, before: Past) -> baseline.Expectation:
    return baseline.expect(np.full(PEOPLE, value), before, EVERYONE, day=day, grain=None)


def test_a_quiet_sunday_is_compared_with_quiet_sundays() -> None:
    found = on(SUNDAY, 40, past([0]))
    assert found.expected[0] < 15
    assert found.probability[0] < 1e-5
    assert found.expected[1] == pytest.approx(60, rel=0.15)


def test_a_monday_after_quiet_sundays_is_a_monday() -> None:
    found = on(SUNDAY + 1, 60, past([0]))
    assert found.expected[0] == pytest.approx(60, rel=0.1)
    assert found.probability[0] > 0.1


def test_who_never_came_on_a_sunday_is_expected_to_do_what_peers_do_then() -> None:
    before = past(list(range(PEOPLE)))
    kept = ~((before.codes == 0) & (weekdays.weekday(before.days) == 6))
    newcomer = Past(codes=before.codes[kept], days=before.days[kept], values=before.values[kept])
    assert on(SUNDAY, 8, newcomer).expected[0] == pytest.approx(6, rel=0.4)


def test_factors_are_one_on_the_mean_of_the_days_on_which_somebody_was_there() -> None:
    before = past([0, 1])
    factors = weekdays.factors(before.codes, before.days, before.values, EVERYONE)
    mean = np.bincount(before.codes, factors[before.codes, weekdays.weekday(before.days)])
    assert mean / len(DAYS) == pytest.approx(np.ones(PEOPLE))
    nobody = weekdays.factors(before.codes[:0], before.days[:0], before.values[:0], EVERYONE)
    assert nobody == pytest.approx(np.ones((PEOPLE, 7)))


def test_weekdays_are_alike_where_it_is_the_weekday_that_is_odd() -> None:
    apart = past(list(range(PEOPLE)))
    alike = replace(apart, any_weekday=True)
    sunday, monday = (on(day, 60, alike).expected[0] for day in (SUNDAY, SUNDAY + 1))
    assert sunday == pytest.approx(monday, rel=0.2)
    assert on(SUNDAY, 6, apart).expected[0] < 0.2 * sunday
    assert FEATURE.any_weekday
