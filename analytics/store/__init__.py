"""Event stores: one Protocol, the embedded lake and Elasticsearch."""

from urllib.parse import unquote, urlsplit

from analytics.store.base import EventStore


def open_store(url: str) -> EventStore:
    """The store at `file:///folder` (the lake) or `http(s)://…` (Elasticsearch).

    Opens no file and no connection yet. Raises ValueError for any other address.
    """
    parts = urlsplit(url)
    if parts.scheme == "file":
        from pathlib import Path

        from analytics.store.lake import Lake

        return Lake(Path(unquote(parts.path)))
    if parts.scheme in ("http", "https"):
        from analytics.store.elastic import Elastic

        return Elastic(url)
    raise ValueError(f"an event store is at file:///… or https://…, not {url!r}")
