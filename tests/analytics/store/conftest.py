"""Both stores, empty, under one name."""

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from elasticsearch import Elasticsearch

from analytics.store import open_store
from analytics.store.base import EventStore

NEXT = [pytest.mark.elastic, pytest.mark.slow]  # the release of Elasticsearch after ours
BOTH = [
    "lake",
    pytest.param("elastic", marks=pytest.mark.elastic),
    pytest.param("next_elastic", marks=NEXT),
]
Opener = Callable[[], EventStore]


@pytest.fixture(params=BOTH)
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty store."""
    yield from _url(request, tmp_path)


@pytest.fixture
def opener(store_url: str) -> Opener:
    """Opens the same store each time it is called."""
    return lambda: open_store(store_url)


@pytest.fixture
def store(store_url: str) -> Iterator[EventStore]:
    """An empty store."""
    yield from _open(store_url)


@pytest.fixture(scope="module", params=BOTH)
def lasting_store(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[EventStore]:
    """A store that is empty for the first test of a module, which fills it for all."""
    for url in _url(request, tmp_path_factory.mktemp("lasting")):
        yield from _open(url)


def _url(request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    if request.param == "lake":
        yield (folder / "lake").as_uri()
    else:
        node = request.getfixturevalue(f"{request.param}_url")
        prefix = f"t{uuid4().hex}"
        yield f"{node}/{prefix}"
        _forget(node, prefix)


def _open(url: str) -> Iterator[EventStore]:
    store = open_store(url)
    yield store
    store.close()


def _forget(node: str, prefix: str) -> None:
    with Elasticsearch(node) as client:
        names = list(client.indices.get(index=f"{prefix}-*"))
        if names:
            client.indices.delete(index=names)
        client.options(ignore_status=404).indices.delete_index_template(name=f"{prefix}-*")
