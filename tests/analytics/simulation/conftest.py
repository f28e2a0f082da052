"""Simulated site folders that several tests look at."""

from datetime import date
from pathlib import Path

import pytest

from analytics.simulation import simulate

UNTIL = date(2026, 3, 1)
LOUD = (
    "poisoned_pull", "framework_tamper", "review_bypass", "guard_down", "checkpoint_swap",
    "adaptive", "kill_spree", "credential_hop", "staged_theft", "slow_poisoning",
)  # fmt: skip
QUIET = tuple(f"quiet_{name}" for name in LOUD)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small organisation in which three insiders are at work."""
    folder = tmp_path_factory.mktemp("simulation") / "site"
    names = ("saboteur", "quiet_saboteur", "thief")
    simulate(folder, people=24, days=20, seed=5, scenarios=names, until=UNTIL)
    return folder


@pytest.fixture(scope="session")
def loud(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One with all ten kinds of insiders, told loudly."""
    folder = tmp_path_factory.mktemp("simulation") / "loud"
    simulate(folder, people=24, days=20, seed=7, scenarios=LOUD, until=UNTIL)
    return folder


@pytest.fixture(scope="session")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One with all ten kinds, told quietly."""
    folder = tmp_path_factory.mktemp("simulation") / "quiet"
    simulate(folder, people=24, days=20, seed=7, scenarios=QUIET, until=UNTIL)
    return folder


@pytest.fixture(scope="session")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same organisation without insiders."""
    folder = tmp_path_factory.mktemp("simulation") / "calm"
    simulate(folder, people=24, days=20, seed=5, scenarios=(), until=UNTIL)
    return folder
