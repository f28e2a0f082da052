"""Nobody teaches the system slowly: what a ramp is found at, and what becomes of honest change."""

from collections.abc import Callable
from datetime import timedelta

import numpy as np
import pyarrow as pa
import pytest

from analytics.behaviour import anomaly, baseline, person_days
from analytics.behaviour.baseline import Past
from analytics.behaviour.peers import Peers
from tests.analytics.behaviour.test_anomaly import TODAY, WEIGHTS
from tests.analytics.laboratory import DIRECTORY, cancelled, table

DAY = 20_005  # a Wednesday
LOOK_BACK = 91
PEOPLE = 12
NOTICED = WEIGHTS.noticed / len(person_days.features())
Course = Callable[[int, np.random.Generator], float]  # what is done so many days before today


def probability(
    *courses: Course, today: float, grain: float | None = None, seed: int = 1, usual: float = 0.0
) -> float:
    """How unlikely today's number is for the first person. Whoever has no course goes on as usual;
    nobody comes at weekends."""
    chance = np.random.default_rng(seed)
    ages = np.array([age for age in range(LOOK_BACK, 0, -1) if (DAY - age + 3) % 7 < 5])
    values = chance.poisson(usual, (PEOPLE, len(ages))).astype(float)
    observed = chance.poisson(usual, PEOPLE).astype(float)
    for who, course in enumerate(courses):
        values[who] = [course(age, chance) for age in ages]
        observed[who] = course(0, chance)
    observed[0] = today
    past = Past(
        codes=np.repeat(np.arange(PEOPLE), len(ages)),
        days=np.tile(DAY - ages, PEOPLE),
        values=values.ravel() * (grain or 1),
    )
    everyone = Peers(members=(np.arange(PEOPLE),), group_of=np.zeros(PEOPLE, dtype=np.int64))
    found = baseline.expect(observed * (grain or 1), past, everyone, day=DAY, grain=grain)
    return float(found.probability[0])


def points(chance: float) -> float:
    return anomaly.points(chance, 99, WEIGHTS)


def ramp(to: float, days: int) -> Course:
    """From nothing to so many a day, within so many days."""
    return lambda age, chance: chance.poisson(max(0.0, to * (days - age) / days))


def since(age: int, level: float) -> Course:
    """From so many days before today on, each day about so many."""
    return lambda back, chance: chance.poisson(level) if back <= age else 0.0


def never(age: int, chance: np.random.Generator) -> float:
    return 0.0


@pytest.mark.parametrize(("to", "days"), [(3, 30), (8, 30), (14, 30), (8, 60), (14, 60)])
def test_who_ramps_up_is_found_nearly_as_high_as_who_jumps(to: int, days: int) -> None:
    jumped = points(probability(never, today=to))
    ramped = [points(probability(ramp(to, days), today=to, seed=seed)) for seed in range(20)]
    assert jumped > 70
    assert np.mean(ramped) > 0.9 * jumped


def test_a_ramp_of_bytes_does_not_become_usual_either() -> None:
    def grows(age: int, chance: np.random.Generator) -> float:
        return float(np.exp(chance.normal(0.15 * (60 - age) if age < 60 else 0.0, 0.5)))

    def steady(age: int, chance: np.random.Generator) -> float:
        return float(np.exp(chance.normal(0.0, 0.5)))

    everybody = [steady] * (PEOPLE - 1)
    jumped = points(probability(steady, *everybody, today=np.exp(9.0), grain=1e6))
    ramped = points(probability(grows, *everybody, today=np.exp(9.0), grain=1e6))
    assert ramped > 0.8 * jumped > 40


def test_a_project_that_grows_with_its_people_accuses_nobody() -> None:
    together = [ramp(10, 60)] * (PEOPLE * 2 // 3)
    chances = [probability(*together, today=14, seed=seed) for seed in range(10)]
    assert min(chances) > NOTICED
    alone = [probability(together[0], today=14, seed=seed) for seed in range(10)]
    assert max(alone) < NOTICED


def test_an_honest_change_of_one_alone_is_adopted_after_six_weeks() -> None:
    early = [points(probability(since(28, 5), today=6, seed=seed)) for seed in range(10)]
    late = [points(probability(since(45, 5), today=6, seed=seed)) for seed in range(10)]
    assert min(early) > 60
    assert max(late) < 33  # points of a probability of 0.001
    assert np.mean(late) < 20


def test_a_habit_that_was_always_there_is_nobodys_business_but_ones_own() -> None:
    chances = [probability(since(LOOK_BACK, 5), today=7, seed=seed) for seed in range(10)]
    assert min(chances) > 0.01


def test_a_bad_week_teaches_nothing_and_the_weeks_around_it_do() -> None:
    def wild(age: int, chance: np.random.Generator) -> float:
        return 30.0 if 15 <= age <= 20 else chance.poisson(2)

    calm = probability(lambda age, chance: chance.poisson(2), today=12, usual=2)
    after = probability(wild, today=12, usual=2)
    assert points(after) > 0.9 * points(calm) > 30


def test_weeks_in_which_all_are_busy_are_not_held_back() -> None:
    def projects(age: int, chance: np.random.Generator) -> float:
        busy = np.random.default_rng((age + 2) // 7).gamma(1, 8)  # the same for all, week by week
        return float(chance.poisson(busy))

    chances = [probability(*[projects] * PEOPLE, today=16, seed=seed) for seed in range(10)]
    assert min(chances) > 0.001


def test_a_slow_poisoner_is_found_at_the_full_height_of_a_finding() -> None:
    spree = [cancelled("uid:site/1002", "bob", str(n), at=12 + n / 10) for n in range(14)]
    events = table(*spree)
    today = person_days.of_day(events, DIRECTORY)
    rows = [
        (person, age, float(14 * max(0, 60 - age) // 60 if person == "mallory" else 0))
        for person in ("alice", "bob", "carol", "mallory")
        for age in range(1, LOOK_BACK)
    ]
    names = ("jobs_cancelled_of_others", "deletions", "pickle_downloads")
    past = pa.table(
        {
            "person": [row[0] for row in rows],
            "day": [TODAY - timedelta(days=row[1]) for row in rows],
            **{name: [row[2] for row in rows] for name in names},
        }
    )
    (one,) = anomaly.find(TODAY, today, past, DIRECTORY, events, WEIGHTS)
    assert (one.id, one.person, one.points) == ("jobs_cancelled_of_others", "mallory", 99)
