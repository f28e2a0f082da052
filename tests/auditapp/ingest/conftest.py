"""Installations in folders of their own; a spool and a token for requests."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import Popen

import pytest
from pytest_django.fixtures import Settings

from auditapp.accounts.models import ApiToken
from tests.auditapp.ingest.installation import Installation


@pytest.fixture
def own_spool(tmp_path: Path, settings: Settings) -> Path:
    """A spool that is empty."""
    settings.SPOOL = tmp_path / "spool"
    return tmp_path / "spool"


@pytest.fixture
def token() -> str:
    """The text of a token that may send everything."""
    return ApiToken.issue(name="shipper", feed="lab")[1]


@pytest.fixture
def own_feed(db: None, own_spool: Path, request: pytest.FixtureRequest) -> str:
    """The text of a token of a feed that no other test has."""
    return ApiToken.issue(name="shipper", feed=request.node.name[:100])[1]


@pytest.fixture
def blank(tmp_path: Path) -> Installation:
    """An installation whose home does not exist yet."""
    unwanted = ("DATABASE_URL", "EVENT_STORE_URL", "CELERY_BROKER_URL", "SECRET_KEY")
    kept = {name: value for name, value in os.environ.items() if name not in unwanted}
    environment = {
        **kept,
        "DJANGO_SETTINGS_MODULE": "auditapp.settings",
        "FOUREYES_HOME": str(tmp_path / "home"),
    }
    return Installation(tmp_path / "home", environment)


@pytest.fixture
def installation(blank: Installation, tables: Path) -> Installation:
    """An installation with its tables."""
    blank.home.mkdir()
    shutil.copy(tables, blank.home)
    return blank


@pytest.fixture
def celery_worker(installation: Installation) -> Iterator[Callable[[], "Popen[bytes]"]]:
    """Starts real workers, which are gone after the test."""
    started = []

    def start() -> "Popen[bytes]":
        arguments = ("-m", "celery", "--app", "auditapp", "--quiet", "worker", "--pool", "solo")
        flags = ("--queues", "ingest,score,report,backfill", "--without-gossip", "--without-mingle")
        worker = installation.start(*arguments, *flags, "--loglevel", "error")
        started.append(worker)
        return worker

    yield start
    for worker in started:
        worker.kill()
        worker.communicate()
