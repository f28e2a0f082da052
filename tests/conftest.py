"""What all tests share: the option that rewrites golden files, and the folder of real logs."""

import os
from pathlib import Path

import pytest

pytest_plugins = ["tests.services"]

INSTALLATIONS = {"blank", "installation", "embedded", "organisation"}
REAL_LOGS = Path(__file__).resolve().parents[2] / "shared" / "data"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden", action="store_true", help="rewrite what tests/golden expects"
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever drives an installation by its commands starts processes of its own."""
    for item in items:
        if not INSTALLATIONS.isdisjoint(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.processes)


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    """Whether golden files are to be rewritten rather than compared."""
    return bool(request.config.getoption("--update-golden"))


@pytest.fixture
def real_logs() -> Path:
    """The folder of real logs beside the project; skips where it is absent, but not in CI."""
    if not REAL_LOGS.is_dir():
        reason = f"needs the folder of real logs, {REAL_LOGS}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return REAL_LOGS
