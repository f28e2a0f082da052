"""Backup and restore as docs/operations/elasticsearch.md says, tried on a node."""

from uuid import uuid4

import pytest
from elasticsearch import Elasticsearch

from analytics.store import open_store
from analytics.store.base import Question
from analytics.store.moving import fingerprint
from tests.analytics.store.conftest import _forget
from tests.analytics.store.samples import HARD, shell, table

pytestmark = [pytest.mark.elastic, pytest.mark.slow]


def test_a_restored_snapshot_has_every_event_and_takes_new_ones(elastic_url: str) -> None:
    prefix = f"b{uuid4().hex}"
    store = open_store(f"{elastic_url}/{prefix}")
    store.append(table(HARD))
    store.append(shell(200, first=2_000))
    days = store.days(Question())
    before = [fingerprint(store, day) for day in days]
    with Elasticsearch(elastic_url, request_timeout=120) as client:
        snapshots = client.snapshot
        snapshots.create_repository(
            name=prefix, body={"type": "fs", "settings": {"location": prefix}}
        )
        indices = f"{prefix}-*"
        made = snapshots.create(
            repository=prefix, snapshot="one", indices=indices, wait_for_completion=True
        )
        assert made["snapshot"]["state"] == "SUCCESS"
        store.append(shell(50, first=5_000))
        client.indices.delete(index=list(client.indices.get(index=indices)))
        assert store.count(Question()) == 0
        snapshots.restore(
            repository=prefix,
            snapshot="one",
            indices=indices,
            include_global_state=False,
            wait_for_completion=True,
        )
        client.cluster.health(wait_for_status="yellow")
        assert [fingerprint(store, day) for day in days] == before
        again = store.append(shell(250, first=1_950))
        assert (again.stored, again.duplicates) == (50, 200)
        snapshots.delete_repository(name=prefix)
    store.close()
    _forget(elastic_url, prefix)
