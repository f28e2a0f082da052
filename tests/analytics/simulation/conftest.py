"""Simulated site folders that several tests look at."""

from datetime import date
from pathlib import Path

import pytest

from analytics.simulation import known_scenarios, simulate

UNTIL = date(2026, 3, 1)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small organisation in which every insider is at work."""
    folder = tmp_path_factory.mktemp("simulation") / "site"
    simulate(folder, people=24, days=20, seed=5, scenarios=list(known_scenarios()), until=UNTIL)
    return folder


@pytest.fixture(scope="session")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same organisation without insiders."""
    folder = tmp_path_factory.mktemp("simulation") / "calm"
    simulate(folder, people=24, days=20, seed=5, scenarios=(), until=UNTIL)
    return folder
