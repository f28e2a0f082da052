from itertools import product

import numpy as np
import pytest
from scipy.stats import binom, hypergeom

from analytics.governance.victims.designs import _tests
from analytics.governance.victims.exact import at_least, corrected, odds_ratio, reachable


@pytest.mark.parametrize("count", range(6))
def test_the_exact_probability_is_that_of_every_way_in_which_sets_may_have_failed(
    count: int,
) -> None:
    chances = [0.1, 0.5, 1 / 3, 0.04, 0.9]
    ways = 0.0
    for failed in product([0, 1], repeat=5):
        chance = np.prod([p if hit else 1 - p for p, hit in zip(chances, failed, strict=True)])
        ways += float(chance) * (sum(failed) >= count)
    assert at_least(count, np.array(chances)) == pytest.approx(ways)


def test_among_equal_sets_it_is_the_binomial() -> None:
    assert at_least(7, np.full(30, 0.05)) == pytest.approx(binom.sf(6, 30, 0.05))
    assert at_least(30, np.full(30, 0.05)) == pytest.approx(0.05**30)


def test_of_one_set_it_is_fishers_exact_test() -> None:
    assert at_least(1, np.array([4 / 21])) == pytest.approx(hypergeom.sf(0, 21, 4, 1))


def test_a_test_that_cannot_come_near_is_not_corrected_for() -> None:
    tests = np.array([2e-4, 0.5, 0.5, 0.5])
    hopeless = [np.array([1e-6, 2e-4]), *[np.zeros(0)] * 3]
    assert corrected(tests, hopeless, 0.001)[0] == pytest.approx(2e-4)
    able = [np.array([1e-6, 2e-4]), *[np.array([1e-6, 1e-5, 9e-4])] * 3]
    assert corrected(tests, able, 0.001)[0] == pytest.approx(2e-4 + 3e-5)
    assert corrected(np.array([0.5]), [np.zeros(0)], 0.001)[0] == 1


def test_later_tests_are_never_more_significant_and_not_corrected_for_who_is_named() -> None:
    tests = np.array([3e-4, 1e-5, 2e-4])
    found = corrected(tests, [np.array([1e-5, 2e-4, 3e-4])] * 3, 0.01)
    assert found.tolist() == pytest.approx([4e-4, 3e-5, 4e-4])


def test_what_a_test_can_be_is_each_probability_of_more_than_expected() -> None:
    chances = np.full(30, 0.05)
    found = reachable(chances, 0.01)
    assert found.tolist() == pytest.approx([binom.sf(n, 30, 0.05) for n in range(29, 4, -1)])
    assert at_least(7, chances) in [pytest.approx(one) for one in found]
    assert len(reachable(np.array([0.5]), 0.01)) == 0


def test_one_visit_before_several_failures_is_one_piece_of_evidence() -> None:
    sets = np.zeros(5, dtype=np.int64), np.ones(5, dtype=np.int64), np.ones(5, dtype=bool)
    total, chances = np.full(5, 20), np.full(5, 0.05)
    for visits in (5, 2):
        (probability,), (possible,) = _tests(*sets, total, np.array([visits]), 0.01)
        assert probability == pytest.approx(at_least(visits, chances))
        assert possible.tolist() == reachable(chances, 0.01).tolist()


def test_where_nothing_is_the_matter_somebody_is_named_no_more_often_than_promised() -> None:
    """Which member of each set failed is drawn anew 200 times; error 5 %."""
    chance = np.random.default_rng(7)
    exposed = chance.random((20, 60, 11)) < chance.random((20, 1, 1)) * 0.3  # people, sets, members
    chances = exposed.mean(axis=2)
    telling = (chances > 0) & (chances < 1)
    possible = [reachable(p[t], 0.05) for p, t in zip(chances, telling, strict=True)]
    false = 0
    for _ in range(200):
        failed = chance.integers(11, size=60)
        case = exposed[:, np.arange(60), failed] & telling
        tests = np.array(
            [at_least(int(c.sum()), p[t]) for c, p, t in zip(case, chances, telling, strict=True)]
        )
        false += bool((corrected(tests, possible, 0.05) <= 0.05).any())
    assert 0 < false / 200 < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 200)


def test_mantel_and_haenszels_odds_ratio_by_hand() -> None:
    # three sets of one case and two controls: exposed alone; exposed with one control; not exposed
    more, less = np.array([2 / 3 + 1 / 3]), np.array([1 / 3])
    assert odds_ratio(more, less).tolist() == [pytest.approx(1.5 / (1 / 3 + 0.5))]
