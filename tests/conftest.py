"""What all tests share: golden files that can be rewritten, real logs, a database to copy."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("untimed", deadline=None)  # a busy machine is no failure
settings.load_profile("untimed")
pytest_plugins = ["tests.services", "tests.sharing"]

INSTALLATIONS = {"blank", "installation", "embedded", "organisation"}
ROOT = Path(__file__).resolve().parents[1]
REAL_LOGS = ROOT.parent / "shared" / "data"


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


@pytest.fixture(scope="session")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with all tables and no rows, to be copied: to make one takes seconds."""
    home = tmp_path_factory.mktemp("tables")
    own = {"FOUREYES_HOME": str(home), "SECRET_KEY": "only-for-tests"}
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    environment = {**os.environ, **own, "DJANGO_SETTINGS_MODULE": "auditapp.settings"}
    environment.pop("DATABASE_URL", None)
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
    return home / "foureyes.sqlite3"
