"""One site and one browser for all walks."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.browsing import CHROMIUM, chromium
from tests.browser.serving import organised, served


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; skips where it is not installed."""
    if not CHROMIUM.exists():
        pytest.skip(f"needs {CHROMIUM}, as tests/install-services installs it")
    # The event loop of Playwright stays, and Django would let no later test ask the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the site answers."""
    folder: Path = tmp_path_factory.mktemp("browser")
    with served(organised(folder / "home", folder)) as found:
        yield found
