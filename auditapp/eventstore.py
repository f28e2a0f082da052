"""This process's event store. Opened on first use and never before a fork: the lake's library
refuses a process whose parent touched it."""

import os
from functools import lru_cache

from django.conf import settings

from analytics.store import open_store
from analytics.store.base import EventStore
from analytics.store.elastic.address import Cluster


def store() -> EventStore:
    """The event store that EVENT_STORE_URL names."""
    return _opened(settings.EVENT_STORE_URL, os.getpid())


def opened(url: str) -> EventStore:
    """Another store, with the same settings of a cluster. Raises ValueError where it cannot be."""
    cluster = Cluster(
        api_key=settings.EVENT_STORE_API_KEY,
        certificates=settings.EVENT_STORE_CERTIFICATES,
        shards=settings.EVENT_STORE_SHARDS,
        replicas=None if settings.EVENT_STORE_REPLICAS < 0 else settings.EVENT_STORE_REPLICAS,
    )
    return open_store(url, cluster)


@lru_cache(maxsize=4)
def _opened(url: str, _process: int) -> EventStore:
    return opened(url)
