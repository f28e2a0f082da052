"""The small organisation of the pages, and two people who look into things."""

import pytest

from auditapp.accounts.models import Role, User
from tests.auditapp.dashboard.conftest import _own_store, site

__all__ = ["_own_store", "site"]


@pytest.fixture
def ines(db: None) -> User:
    """An analyst."""
    return User.objects.create_user("ines", role=Role.ANALYST)


@pytest.fixture
def irma(db: None) -> User:
    """An investigator."""
    return User.objects.create_user("irma", role=Role.INVESTIGATOR)
