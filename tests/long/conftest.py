"""Long tests drive installations as the ingest tests do; all belong to `make test-long`."""

from pathlib import Path

import pytest

from tests.auditapp.ingest.conftest import blank, installation

__all__ = ["blank", "installation"]  # fixtures that are made there

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.slow)
