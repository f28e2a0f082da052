"""A spool, an event store and a token of their own."""

from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from auditapp.accounts.models import ApiToken


@pytest.fixture(autouse=True)
def own_spool(tmp_path: Path, settings: Settings) -> Path:
    """A spool that is empty, as the event store is."""
    settings.EVENT_STORE_URL = (tmp_path / "lake").as_uri()
    settings.SPOOL = tmp_path / "spool"
    return tmp_path / "spool"


@pytest.fixture
def token() -> str:
    """The text of a token that may send everything."""
    return ApiToken.issue(name="shipper", feed="lab")[1]
