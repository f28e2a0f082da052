import numpy as np

from analytics.governance.victims.acts import FOLDER, NODE, Acts, thinned, unprompted
from analytics.governance.victims.failures import HOUR, MINUTE
from analytics.governance.victims.joining import Ragged

ON = 1_777_000_000_000_000
THING = Ragged(np.array([0]), np.array([3]), 1)  # one run, which depends on thing 3


def acts(*told: tuple[int, float], kind: int = NODE, thing: int = 3) -> Acts:
    """Acts of persons at hours."""
    person, hours = np.array(told).T
    size = len(told)
    times = (ON + hours * HOUR).astype(np.int64)
    return Acts(
        np.full(size, thing), person.astype(np.int64), times, np.full(size, kind), np.arange(size)
    )


def kept(found: Acts, *failures: float) -> list[int]:
    onset = (ON + np.array(failures) * HOUR).astype(np.int64)
    return unprompted(found, THING, np.zeros(len(failures), dtype=np.int64), onset).row.tolist()  # type: ignore[no-any-return]


def test_who_comes_after_a_failure_answers_to_it() -> None:
    assert kept(acts((1, 9.9), (2, 10.1), (2, 11.5), (2, 12.5)), 10) == [0, 3]


def test_who_answers_each_time_a_thing_breaks_never_counts() -> None:
    assert kept(acts((1, 10.2), (1, 11.8), (1, 13.2)), 10, 11.5, 13) == []


def test_who_was_there_before_it_broke_is_no_helper_afterwards() -> None:
    assert kept(acts((1, 9.9), (1, 10.5)), 10) == [0, 1]


def test_who_was_there_once_by_themselves_still_answers_to_what_breaks_days_later() -> None:
    answers = acts((1, 9.9), (1, 10.5), (1, 30.5), (1, 50.5), (1, 70.5))
    assert kept(answers, 10, 30, 50, 70) == [0, 1, 2]


def test_in_files_help_takes_longer() -> None:
    assert kept(acts((1, 14)), 10) == [0]
    assert kept(acts((1, 14), kind=FOLDER), 10) == []


def test_what_fails_elsewhere_explains_nothing() -> None:
    assert kept(acts((1, 10.2), thing=4), 10) == [0]


def test_of_a_minute_the_first_and_the_last_act_are_kept() -> None:
    minute = MINUTE / HOUR
    found = thinned(acts(*((1, n * minute / 10) for n in range(25)), (2, 0.0)))
    assert sorted(found.row.tolist())[-1] == 25
    assert 3 <= len(found.row) <= 8
    assert {0, 24, 25} <= set(found.row.tolist())
