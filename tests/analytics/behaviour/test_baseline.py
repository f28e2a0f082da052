from dataclasses import replace
from itertools import chain

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import nbinom

from analytics.behaviour import baseline
from analytics.behaviour.baseline import Expectation, Past
from analytics.behaviour.heavy import heaviest
from analytics.behaviour.peers import Peers, peers_of
from analytics.identity import Directory
from tests.analytics.laboratory import DIRECTORY

TODAY = 20_000


def alone(people: int) -> Peers:
    """All of so many people as one group."""
    everyone = np.arange(people)
    return Peers(members=(everyone,), group_of=np.zeros(people, dtype=np.int64))


def past(*days_of_each: list[float]) -> Past:
    """Past values, a list a person, of the days before `TODAY`."""
    codes = np.repeat(np.arange(len(days_of_each)), [len(days) for days in days_of_each])
    days = [TODAY - len(days) + np.arange(len(days)) for days in days_of_each]
    values = np.array([*chain(*days_of_each)], np.float64)
    return Past(codes=codes, days=np.concatenate(days).astype(np.int64), values=values)


def expect(
    observed: np.ndarray, before: Past, peers: Peers, *, grain: float | None, fewer: bool = False
) -> Expectation:
    return baseline.expect(observed, before, peers, day=TODAY, grain=grain, fewer=fewer)


def test_where_counts_spread_like_poisson_the_tail_is_the_negative_binomials() -> None:
    days = [1.0, 2.0, 1.0, 2.0, 1.0, 2.0, 1.0, 2.0, 1.0, 2.0]
    weekly = replace(past(days), days=TODAY - 7 * np.arange(1, 11))  # all are the same weekday
    usual = expect(np.array([5.0]), weekly, alone(1), grain=None)
    mean = (15 + 0.1) / (10 + 1)
    shape, exposure = 30 * mean + 15, 30 + 10
    assert usual.expected[0] == pytest.approx(shape / exposure)
    assert usual.probability[0] == pytest.approx(nbinom.sf(4, shape, exposure / (exposure + 1)))


def test_what_nobody_ever_did_is_rare_but_not_impossible() -> None:
    usual = expect(np.array([0.0, 1.0, 14.0]), past(*[[0.0] * 20] * 3), alone(3), grain=None)
    assert usual.probability[0] == 1
    assert 0.001 < usual.probability[1] < 0.05
    assert 0 < usual.probability[2] < 1e-12
    assert (usual.expected > 0).all()
    assert (usual.expected < 0.1).all()


def test_a_newcomer_is_expected_to_do_what_peers_do() -> None:
    rng = np.random.default_rng(3)
    days = [rng.poisson(40, 20).astype(float).tolist() for _ in range(10)]
    usual = expect(np.full(11, 45.0), past(*days, []), alone(11), grain=None)
    assert usual.expected[10] == pytest.approx(40, rel=0.1)
    assert usual.probability[10] > 0.05


def test_a_long_past_of_ones_own_outweighs_the_peers() -> None:
    busy, calm = [100.0, 110.0, 90.0] * 10, [10.0, 11.0, 9.0] * 10
    usual = expect(np.array([105.0, 105.0]), past(busy, calm), alone(2), grain=None)
    assert usual.probability[0] > 0.15
    assert usual.probability[1] < 1e-6


def test_one_wild_day_does_not_become_usual() -> None:
    days = [1.0, 0.0, 2.0, 1.0] * 5
    calm = expect(np.array([40.0]), past(days), alone(1), grain=None)
    wild = expect(np.array([40.0]), past([*days, 500.0]), alone(1), grain=None)
    assert wild.expected[0] < 2 * calm.expected[0]
    assert wild.probability[0] < 1e-6


def test_false_alarms_are_as_rare_as_said_where_days_differ_widely() -> None:
    people, days, rng = 4000, 30, np.random.default_rng(1)
    means = rng.gamma(3, 10, people)

    def draw(count: int) -> np.ndarray:
        return rng.poisson(rng.gamma(3, means / 3, (count, people))).T.astype(float)

    before = Past(
        codes=np.repeat(np.arange(people), days),
        days=np.tile(TODAY - days + np.arange(days), people),
        values=draw(days).ravel(),
    )
    usual = expect(draw(1).ravel(), before, alone(people), grain=None)
    assert (usual.probability < 0.001).mean() < 0.005
    assert (usual.probability < 0.01).mean() < 0.03


def test_amounts_are_compared_by_their_magnitude() -> None:
    days = [1e9, 2e9, 0.5e9, 4e9, 1e9] * 4
    observed = np.array([3e9, 1e13, np.nan])
    usual = expect(observed, past(days, days, days), alone(3), grain=1e6)
    assert 0.5e9 < usual.expected[0] < 2e9
    assert usual.probability[0] > 0.05
    assert usual.probability[1] < 1e-6
    assert usual.probability[2] == 1


def test_confidence_grows_with_the_past() -> None:
    trust = baseline.confidence(past([], [1.0] * 3, [1.0] * 60), alone(3))
    assert 0.4 < trust[0] < trust[1] < trust[2] == 0.9
    assert baseline.confidence(past([], [1.0]), alone(2))[1] < 0.4


def test_peers_share_a_role_or_else_a_team() -> None:
    persons = ["alice", "bob", "carol", "mallory", "olga", "stranger"]
    peers = peers_of(persons, DIRECTORY)
    assert peers.members[peers.group_of[0]].tolist() == [0, 1, 2, 3]
    assert peers.group_of[4] == peers.group_of[5] == 0
    assert peers.members[0].tolist() == [0, 1, 2, 3, 4, 5]
    assert peers_of(persons, Directory()).group_of.tolist() == [0] * 6


counts = st.lists(st.integers(0, 10**6).map(float), max_size=20)


@given(st.lists(counts, min_size=1, max_size=5), st.floats(0, 1e9), st.sampled_from([None, 1.0]))
def test_any_past_gives_a_probability(
    days: list[list[float]], observed: float, grain: float | None
) -> None:
    people = len(days)
    usual = expect(np.full(people, observed), past(*days), alone(people), grain=grain)
    assert np.isfinite(usual.expected).all()
    assert (usual.expected >= 0).all()
    assert ((usual.probability >= 0) & (usual.probability <= 1)).all()


@given(counts, st.integers(1, 1000), st.integers(0, 1000))
def test_more_is_never_likelier(days: list[float], observed: int, more: int) -> None:
    values = np.array([float(observed), float(observed + more)])
    less_likely = expect(values, past(days, days), alone(2), grain=None).probability
    assert less_likely[1] <= less_likely[0] + 1e-12


def test_silence_is_odd_where_there_is_noise_on_each_day() -> None:
    rng = np.random.default_rng(6)
    noisy = rng.poisson(200, 40).astype(float).tolist()
    calm = rng.poisson(3, 40).astype(float).tolist()
    usual = expect(
        np.array([0.0, 0.0, 180.0]), past(noisy, calm, noisy), alone(3), grain=None, fewer=True
    )
    assert usual.probability[0] < 1e-6
    assert usual.probability[1] > 0.001
    assert usual.probability[2] > 0.01


@given(st.lists(counts, min_size=1, max_size=6))
def test_heavy_days_are_told_by_quantiles_of_ones_own_and_of_the_peers(
    days: list[list[float]],
) -> None:
    before, people = past(*days), len(days)
    found = heaviest(before.codes, before.values, alone(people))
    peers = np.quantile(before.values, 0.95) if len(before.values) else 0.0
    for each, most in zip(days, found, strict=True):
        own = sorted(each)[int(np.ceil(0.9 * len(each))) - 1] if each else 0.0
        assert most == pytest.approx(2 * max(own, peers, 1.0), rel=1e-6, abs=1e-2)
