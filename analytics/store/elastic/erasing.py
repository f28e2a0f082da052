"""Removes events by their ids: the minimal distribution has no delete by query."""

from collections.abc import Iterable

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from analytics.store.base import StoreUnavailable
from analytics.store.elastic.connection import Connection
from analytics.store.elastic.indices import Indices

DELETED, ABSENT = 200, 404


def erase(connection: Connection, indices: Indices, found: Iterable[pa.Table]) -> int:
    """Removes the events of these tables (`@timestamp`, `event.id`) from every generation of their
    months, and their bytes from the files; how many there were. Raises StoreUnavailable where the
    cluster refuses; what was removed by then stays so."""
    erased, touched = 0, set()
    for table in found:
        months = pc.strftime(table["@timestamp"], format="%Y.%m")
        for month in pc.unique(months).to_pylist():
            ids = table["event.id"].filter(pc.equal(months, month)).to_pylist()
            for index in indices.every(month):
                _delete(connection, index, ids)
                touched.add(index)
            erased += len(ids)
    if touched:
        held = connection.client().options(request_timeout=3_600).indices
        names = sorted(touched)
        held.refresh(index=names)
        held.forcemerge(index=names, only_expunge_deletes=True)
    return erased


def _delete(connection: Connection, index: str, ids: list[str]) -> None:
    body = b"".join(b'{"delete":{"_id":%b}}\n' % orjson.dumps(name) for name in ids)
    answer = connection.client().bulk(
        index=index,
        operations=body,  # type: ignore[arg-type]  # bytes go out as they are
        filter_path=["items.*.status", "items.*.error.reason"],
    )
    for item in answer["items"]:
        told = item["delete"]
        if told["status"] not in (DELETED, ABSENT):
            raise StoreUnavailable(f"not erased: {told.get('error', {}).get('reason', '')}")
