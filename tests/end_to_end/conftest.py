"""Installations on either store, and one simulated organisation for all tests."""

import uuid
from datetime import date
from pathlib import Path

import pytest

from analytics.simulation import simulate
from tests.end_to_end.installation import Installation


@pytest.fixture(params=["lake", pytest.param("elastic", marks=pytest.mark.elastic)])
def installation(request: pytest.FixtureRequest, tmp_path: Path) -> Installation:
    """An empty, migrated installation."""
    environment = {}
    if request.param == "elastic":
        url = request.getfixturevalue("elastic_url")
        environment["EVENT_STORE_URL"] = f"{url}/test-{uuid.uuid4().hex[:12]}"
    made = Installation(tmp_path / "home", **environment)
    made.run("migrate", "--verbosity", "0")
    return made


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
