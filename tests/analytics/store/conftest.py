"""Both stores, empty, under one name."""

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from elasticsearch import Elasticsearch

from analytics.store import EventStore, open_store

BOTH = ["lake", pytest.param("elastic", marks=pytest.mark.elastic)]
Opener = Callable[[], EventStore]


@pytest.fixture(params=BOTH)
def opener(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opener]:
    """Opens the same empty store each time it is called."""
    yield from _opener(request, tmp_path)


@pytest.fixture
def store(opener: Opener) -> Iterator[EventStore]:
    """An empty store."""
    yield from _open(opener)


@pytest.fixture(scope="module", params=BOTH)
def lasting_store(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[EventStore]:
    """A store that is empty for the first test of a module, which fills it for all."""
    for opener in _opener(request, tmp_path_factory.mktemp("lasting")):
        yield from _open(opener)


def _opener(request: pytest.FixtureRequest, folder: Path) -> Iterator[Opener]:
    if request.param == "lake":
        yield lambda: open_store((folder / "lake").as_uri())
    else:
        node = request.getfixturevalue("elastic_url")
        prefix = f"t{uuid4().hex}"
        yield lambda: open_store(f"{node}/{prefix}")
        _forget(node, prefix)


def _open(opener: Opener) -> Iterator[EventStore]:
    store = opener()
    yield store
    store.close()


def _forget(node: str, prefix: str) -> None:
    with Elasticsearch(node) as client:
        names = list(client.indices.get(index=f"{prefix}-*"))
        if names:
            client.indices.delete(index=names)
        client.indices.delete_index_template(name=f"{prefix}-*")
