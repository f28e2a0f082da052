"""Reads many documents as they are at one moment, in portions, through a point in time."""

from collections.abc import Iterator
from typing import Any

from elasticsearch import Elasticsearch

from analytics.store.elastic.mapping import Json

AT_ONCE = 2_000  # documents
HELD = "10m"  # between two portions


def scanned(client: Elasticsearch, index: str, body: Json, **opening: Any) -> Iterator[list[Json]]:
    """All hits of the body's query in no order, at most 2,000 at once; `opening` tells which
    copies are read. An index that is not there has none."""
    point = client.open_point_in_time(
        index=index, keep_alive=HELD, ignore_unavailable=True, **opening
    )["id"]
    body = body | {"sort": ["_shard_doc"], "size": AT_ONCE, "track_total_hits": False}
    try:
        while True:
            answer = client.search(
                body=body | {"pit": {"id": point, "keep_alive": HELD}},
                allow_partial_search_results=False,
            )
            hits: list[Json] = answer["hits"]["hits"]
            point = answer["pit_id"]
            if hits:
                yield hits
            if len(hits) < AT_ONCE:
                break
            body["search_after"] = hits[-1]["sort"]
    finally:
        client.options(ignore_status=404).close_point_in_time(id=point)
