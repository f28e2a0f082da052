"""The command model on the public set of masquerades: what must hold at least."""

import pytest

from benchmarks.masquerade import figures, judged, poisoned, read
from tests.conftest import REAL_LOGS

pytestmark = [pytest.mark.slow, pytest.mark.shared_data]


def test_masqueraders_are_told_from_users() -> None:
    told = read(REAL_LOGS / "sea-masquerade")
    odds, threshold = judged(told)
    found = figures(odds, told.labels, threshold)
    assert found.area >= 0.965
    assert found.at_one >= 58
    assert found.cost <= 42


@pytest.mark.parametrize("share", [0.02, 0.1])
def test_what_an_intruder_typed_into_the_training_costs_a_few_points(share: float) -> None:
    told = read(REAL_LOGS / "sea-masquerade")
    for seed in range(3):
        bad = poisoned(told, share, seed)
        odds, threshold = judged(bad)
        assert figures(odds, told.labels, threshold).cost <= 42
