"""This process's event store. Opened on first use and never before a fork: the lake's library
refuses a process whose parent touched it."""

import os
from functools import lru_cache

from django.conf import settings

from analytics.store import open_store
from analytics.store.base import EventStore


def store() -> EventStore:
    """The event store that EVENT_STORE_URL names."""
    return _opened(settings.EVENT_STORE_URL, os.getpid())


@lru_cache(maxsize=4)
def _opened(url: str, _process: int) -> EventStore:
    return open_store(url)
