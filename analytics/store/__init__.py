"""Event stores: one Protocol, the embedded lake and Elasticsearch."""

from urllib.parse import unquote, urlsplit

from analytics.store.base import EventStore
from analytics.store.elastic.address import Cluster


def open_store(url: str, cluster: Cluster = Cluster()) -> EventStore:  # noqa: B008 (frozen)
    """The store at `file:///folder` (the lake) or `http(s)://…` (Elasticsearch).

    `cluster` says the rest of a cluster. Opens no file and no connection yet. Raises ValueError
    for any other address, and for options that make no sense.
    """
    parts = urlsplit(url)
    if parts.scheme == "file":
        from pathlib import Path

        from analytics.store.lake import Lake

        return Lake(Path(unquote(parts.path)))
    if parts.scheme in ("http", "https"):
        from analytics.store.elastic.store import Elastic

        return Elastic(url, cluster)
    raise ValueError(f"an event store is at file:///… or https://…, not {url!r}")
