"""Values that a person never used before."""

import numpy as np
import pyarrow as pa
import pytest

from analytics.behaviour import novelty
from analytics.behaviour.baseline import Past, expect
from analytics.behaviour.compared import Compared, Used
from analytics.behaviour.peers import Peers

TODAY = 20_000
Days = dict[int, list[int]]  # values by day before today


def used(*of_people: Days) -> tuple[Used, Used]:
    """What each person used today (day 0) and before."""
    rows = [
        (TODAY - back, person, sorted(values))
        for person, days in enumerate(of_people)
        for back, values in days.items()
    ]
    rows.sort()
    return _side([row for row in rows if row[0] == TODAY]), _side(
        [row for row in rows if row[0] < TODAY]
    )


def _side(rows: list[tuple[int, int, list[int]]]) -> Used:
    lists = pa.chunked_array([pa.array([row[2] for row in rows], pa.list_(pa.int64()))])
    codes = np.array([row[1] for row in rows], dtype=np.int64)
    return Used(codes, np.array([row[0] for row in rows], dtype=np.int64), lists)


def compared(*of_people: Days) -> Compared:
    everyone = np.arange(len(of_people))
    peers = Peers(members=(everyone,), group_of=np.zeros(len(of_people), dtype=np.int64))
    return novelty.compared(*used(*of_people), peers)


def test_what_was_used_before_is_not_new() -> None:
    found = compared({0: [1, 2, 3], 5: [1, 2], 9: [1]})
    assert found.observed.tolist() == [1]
    assert found.weighed.tolist() == [1]


def test_what_peers_use_weighs_less_than_what_nobody_ever_used() -> None:
    found = compared({0: [7, 8], 3: [1]}, {2: [7], 3: [7]}, {4: [7]})
    assert found.observed[0] == 2
    assert found.weighed[0] == pytest.approx(1 + 1 / 3)
    assert np.isnan(found.observed[1])


def test_a_past_day_is_compared_with_the_longer_side_around_it() -> None:
    found = compared({0: [1], 2: [1, 4], 9: [1, 3], 10: [1, 2], 1: [1]})
    # in order of days: ten days ago 2 and nine ago 3 never came again; two ago 4 was never before
    assert found.past.tolist() == [1, 1, 1, 0]


def test_hosts_that_a_newcomer_keeps_using_were_no_news_on_the_first_day() -> None:
    found = compared({0: [1, 2, 3], **{back: [1, 2, 3] for back in range(1, 30)}})
    assert found.past.tolist() == [0] * 29


def test_a_day_without_the_feature_is_not_known() -> None:
    codes, days = np.zeros(2, dtype=np.int64), np.array([TODAY - 2, TODAY - 1])
    past = Used(codes, days, pa.chunked_array([pa.array([None, [1]], pa.list_(pa.int64()))]))
    today, _ = used({0: [1]})
    peers = Peers(members=(np.arange(1),), group_of=np.zeros(1, dtype=np.int64))
    found = novelty.compared(today, past, peers)
    assert np.isnan(found.past[0])
    assert found.past[1] == 0


def test_as_many_new_values_as_usual_are_expected_and_more_are_odd() -> None:
    rng = np.random.default_rng(4)
    steady: Days = {back: [*range(10), *rng.integers(100, 10**9, 2)] for back in range(60)}
    homely: Days = {back: list(range(10)) for back in range(1, 60)}
    found = compared(steady, homely | {0: [*range(10), 11, 12, 13]}, *[homely] * 8)
    before = used(steady, homely, *[homely] * 8)[1]
    past = Past(codes=before.codes, days=before.days, values=found.past)
    everyone = np.arange(10)
    peers = Peers(members=(everyone,), group_of=np.zeros(10, dtype=np.int64))
    usual = expect(found.weighed, past, peers, day=TODAY, grain=None)
    assert usual.expected[0] == pytest.approx(2, abs=0.3)
    assert usual.probability[0] > 0.3
    assert usual.expected[1] < 0.2
    assert usual.probability[1] < 0.001


def test_the_expectation_is_the_missing_mass() -> None:
    """Values drawn from a long tail: the number of new ones a day is as was to be expected."""
    rng = np.random.default_rng(5)
    share = 1 / np.arange(1, 5_001)
    share /= share.sum()
    people = [
        {
            back: np.unique(rng.choice(5_000, 10, p=share) + 10_000 * who).tolist()
            for back in range(61)
        }
        for who in range(200)
    ]
    found = compared(*people)
    before = used(*people)[1]
    past = Past(codes=before.codes, days=before.days, values=found.past)
    peers = Peers(members=(np.arange(200),), group_of=np.zeros(200, dtype=np.int64))
    usual = expect(found.weighed, past, peers, day=TODAY, grain=None)
    assert usual.expected.mean() == pytest.approx(found.observed.mean(), rel=0.15)
    assert (usual.probability < 0.001).mean() <= 0.01


def test_people_looked_at_a_few_at_a_time_are_as_they_are_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chance = np.random.default_rng(7)
    people = [
        {int(back): chance.integers(0, 9, 4).tolist() for back in chance.integers(0, 30, 8)}
        for _ in range(40)
    ]
    whole = compared(*people)
    for few in (1, 50, 300):
        monkeypatch.setattr(novelty, "AT_ONCE", few)
        some = compared(*people)
        for name in ("observed", "weighed", "past"):
            np.testing.assert_array_equal(getattr(some, name), getattr(whole, name))
        assert some.odd.values.tolist() == whole.odd.values.tolist()
        assert some.odd.codes.tolist() == whole.odd.codes.tolist()
