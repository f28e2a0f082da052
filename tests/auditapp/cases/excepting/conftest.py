"""Own folders, and a mounted rule."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from auditapp.cases import rules
from tests.auditapp.cases.excepting.site import HIGH, mount


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Settings) -> Iterator[Path]:
    """Where the rules are mounted."""
    settings.SPOOL = tmp_path / "spool"
    settings.EVENT_STORE_URL = (tmp_path / "lake").as_uri()
    settings.RULE_FOLDERS = [tmp_path / "rules"]
    mount(tmp_path, HIGH)
    yield tmp_path
    rules.forget()
