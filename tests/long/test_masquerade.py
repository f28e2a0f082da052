"""The command model on the public set of masquerades: what must hold at least."""

import pytest

from benchmarks.masquerade import figures, judged, read
from tests.conftest import REAL_LOGS

pytestmark = [pytest.mark.slow, pytest.mark.shared_data]


def test_masqueraders_are_told_from_users() -> None:
    told = read(REAL_LOGS / "sea-masquerade")
    odds, threshold = judged(told)
    found = figures(odds, told.labels, threshold)
    assert found.area >= 0.955
    assert found.at_one >= 55
    assert found.cost <= 45
