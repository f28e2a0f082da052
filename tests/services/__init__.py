"""Fixtures with the addresses of real servers: elastic_url, redis_url, postgres_url,
ldap_url.

Where a server cannot be had the test skips with the reason; in CI (CI=true) it fails.
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.services.elasticsearch import elasticsearch
from tests.services.openldap import openldap
from tests.services.postgresql import postgresql
from tests.services.redis import redis
from tests.services.running import FOLDER, Command, Missing, shared, start_all, stop_all


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput") and FOLDER not in os.environ:
        start_all()
        config.add_cleanup(stop_all)


def _url(name: str, prepare: Callable[[Path], Command]) -> str:
    try:
        return shared(name, prepare)
    except Missing as missing:
        if os.environ.get("CI") == "true":
            pytest.fail(str(missing))
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def elastic_url() -> str:
    """An Elasticsearch node; each test takes index names of its own."""
    return _url("elasticsearch", elasticsearch)


@pytest.fixture(scope="session")
def redis_url() -> str:
    """A Redis server; tests take keys or database numbers of their own."""
    return _url("redis", redis)


@pytest.fixture(scope="session")
def postgres_url() -> str:
    """A PostgreSQL 15 server's database; tests make databases of their own beside it."""
    return _url("postgresql", postgresql)


@pytest.fixture(scope="session")
def ldap_url() -> str:
    """A directory as tests.services.openldap describes it; it is only read."""
    return _url("openldap", openldap)
