"""Fixtures with the addresses of real servers: elastic_url, next_elastic_url,
secured_elastic_url, redis_url, postgres_url,
ldap_url.

Where a server cannot be had the test skips with the reason; in CI (CI=true) it fails.
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.services.elasticsearch import elasticsearch, next_elasticsearch
from tests.services.openldap import openldap
from tests.services.postgresql import postgresql
from tests.services.redis import redis
from tests.services.running import FOLDER, Command, Missing, shared, start_all, stop_all
from tests.services.secured import secured_elasticsearch


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
def next_elastic_url() -> str:
    """A node of release 9."""
    return _url("elasticsearch-9", next_elasticsearch)


@pytest.fixture(scope="session")
def secured_elastic_url() -> str:
    """A node with TLS and accounts; see tests.services.secured."""
    return _url("elasticsearch-secured", secured_elasticsearch)


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
