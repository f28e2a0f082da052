"""A receiver on this machine, which these tests may reach."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests.auditapp.dashboard.conftest import _own_store, site
from tests.auditapp.outgoing.receiver import Receiver, receiving

__all__ = ["_own_store", "site"]


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    """It listens, and its network is allowed."""
    settings.OUTGOING_HTTP, settings.OUTGOING_ALLOWED = True, ["127.0.0.0/8"]
    with receiving() as found:
        yield found
