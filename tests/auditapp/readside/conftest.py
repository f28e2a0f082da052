"""The small organisation of the pages."""

from tests.auditapp.dashboard.conftest import _own_store, site

__all__ = ["_own_store", "site"]
