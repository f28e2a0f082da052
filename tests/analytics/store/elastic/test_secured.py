"""A cluster as a site has it: TLS, accounts, API keys."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from elasticsearch import ApiError, Elasticsearch

from analytics.store import open_store
from analytics.store.base import EventStore, Question, StoreUnavailable
from analytics.store.elastic import mapping
from analytics.store.elastic.address import Cluster
from analytics.store.elastic.store import Elastic
from tests.analytics.store.samples import shell
from tests.services.secured import KEEPER, PASSWORD, READER, WRITER, authority

pytestmark = [pytest.mark.elastic, pytest.mark.slow]

DOCUMENTED = Path(__file__).parents[4] / "docs/operations/elasticsearch.md"


@pytest.fixture
def prefix() -> str:
    return f"s{uuid4().hex}"


def opened(url: str, prefix: str, user: str) -> EventStore:
    """The store as that user sees it."""
    known = url.replace("https://", f"https://{user}:{PASSWORD}@")
    return open_store(f"{known}/{prefix}", Cluster(certificates=str(authority())))


@pytest.fixture
def key(keeper: Elasticsearch, prefix: str) -> dict[str, str]:
    """A new key with the rights that are documented, and no more."""
    made = keeper.security.create_api_key(
        name=prefix, role_descriptors=documented_rights(prefix), refresh="true"
    )
    return dict(made.body)


@pytest.fixture
def keeper(secured_elastic_url: str) -> Iterator[Elasticsearch]:
    """Who may make API keys."""
    account = (KEEPER, PASSWORD)
    with Elasticsearch(
        secured_elastic_url, basic_auth=account, ca_certs=str(authority())
    ) as client:
        yield client


def documented_rights(prefix: str) -> dict[str, Any]:
    """The rights that the documentation asks for, for another prefix than the usual one."""
    told = re.search(r"POST /_security/api_key\n(\{.*?\})\n```", DOCUMENTED.read_text(), re.DOTALL)
    assert told
    asked = json.loads(told[1].replace("foureyes-*", f"{prefix}-*"))
    return dict(asked["role_descriptors"])


def with_key(url: str, key: dict[str, str]) -> Elastic:
    """The store of that address, as whoever has the key sees it."""
    return Elastic(url, Cluster(api_key=key["encoded"], certificates=str(authority())))


def does_all_that_a_store_does(store: EventStore) -> None:
    store.ready()
    assert store.append(shell(20)).stored == 20
    assert store.append(shell(20)).duplicates == 20
    assert store.count(Question()) == 20
    assert sum(part.num_rows for part in store.scan(Question(), ["event.id"])) == 20
    assert store.erase(Question()) == 20
    store.maintain()


def test_few_rights_over_tls_are_enough_for_all_a_store_does(
    secured_elastic_url: str, prefix: str
) -> None:
    store = opened(secured_elastic_url, prefix, WRITER)
    does_all_that_a_store_does(store)
    store.close()


def test_a_key_with_the_documented_rights_is_enough_until_it_is_invalidated(
    secured_elastic_url: str, prefix: str, keeper: Elasticsearch, key: dict[str, str]
) -> None:
    store = with_key(f"{secured_elastic_url}/{prefix}", key)
    does_all_that_a_store_does(store)
    keeper.security.invalidate_api_key(ids=[key["id"]])
    with pytest.raises(StoreUnavailable, match="401"):
        store.append(shell(2))
    store.close()


def test_a_key_with_the_documented_rights_is_enough_to_move_a_month_of_an_older_layout(
    secured_elastic_url: str, prefix: str, key: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    fields = mapping.properties()
    fields["job.name"] = {"type": "keyword", "index": False}
    with monkeypatch.context() as earlier:
        earlier.setattr(mapping, "properties", lambda: fields)
        store = with_key(f"{secured_elastic_url}/{prefix}", key)
        store.append(shell(50))
        store.close()
    store = with_key(f"{secured_elastic_url}/{prefix}", key)
    assert len(store.upgrade(lambda index, done, of: None)) == 1
    assert store.count(Question()) == 50
    store.close()


def test_a_key_with_the_documented_rights_reaches_nothing_of_another_prefix(
    secured_elastic_url: str, prefix: str, key: dict[str, str]
) -> None:
    store = with_key(f"{secured_elastic_url}/other{prefix}", key)
    with pytest.raises(StoreUnavailable, match="403"):
        store.append(shell(2))
    store.close()


def test_a_user_who_may_only_read_is_told_so_and_nothing_is_refused(
    secured_elastic_url: str, prefix: str
) -> None:
    store = opened(secured_elastic_url, prefix, READER)
    with pytest.raises(StoreUnavailable, match="403"):
        store.append(shell(2))
    store.close()


def test_an_api_key_is_sent_as_one(secured_elastic_url: str, prefix: str) -> None:
    cluster = Cluster(api_key="bm90OmFrZXk=", certificates=str(authority()))
    store = open_store(f"{secured_elastic_url}/{prefix}", cluster)
    with pytest.raises(StoreUnavailable, match="401") as told:
        store.count(Question())
    assert isinstance(told.value.__cause__, ApiError)
    assert "API key" in str(told.value.__cause__.info)  # the node knows what it was given
    store.close()
    assert cluster.api_key not in repr(cluster)


@pytest.mark.parametrize("key", ["", "bm90OmFrZXk="])
def test_without_a_key_that_is_known_nothing_is_told(
    secured_elastic_url: str, prefix: str, key: str
) -> None:
    cluster = Cluster(api_key=key, certificates=str(authority()))
    store = open_store(f"{secured_elastic_url}/{prefix}", cluster)
    for call in (store.ready, lambda: store.count(Question()), lambda: store.append(shell(1))):
        with pytest.raises(StoreUnavailable, match="401"):
            call()
    store.close()


def test_a_certificate_of_an_unknown_authority_is_not_trusted(
    secured_elastic_url: str, prefix: str
) -> None:
    store = open_store(f"{secured_elastic_url}/{prefix}")
    with pytest.raises(StoreUnavailable, match=r"(?i)certificate"):
        store.ready()
    store.close()


def test_a_file_of_authorities_that_is_not_there_says_so(tmp_path: Path) -> None:
    missing = Cluster(certificates=str(tmp_path / "none.pem"))
    store = open_store("https://127.0.0.1:9", missing)
    with pytest.raises(StoreUnavailable):
        store.ready()


def test_options_that_make_no_sense_are_refused() -> None:
    for url, cluster, reason in (
        ("https://a:b@host", Cluster(api_key="x"), "not both"),
        ("https://host", Cluster(api_key="two\nlines"), "one line"),
        ("http://host", Cluster(certificates="/ca.pem"), "https"),
    ):
        with pytest.raises(ValueError, match=reason):
            open_store(url, cluster)
