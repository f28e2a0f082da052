"""One simulated organisation for all tests."""

from datetime import date
from pathlib import Path

import pytest

from analytics.simulation import simulate


@pytest.fixture(scope="session")
def organisation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small organisation with a saboteur in it."""
    folder = tmp_path_factory.mktemp("organisation") / "site"
    simulate(
        folder,
        people=14,
        days=20,
        seed=7,
        scenarios=("saboteur",),
        until=date(2026, 3, 1),
        progress=None,
    )
    return folder
