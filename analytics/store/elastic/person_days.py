"""Person-days in Elasticsearch: a document a day, its columns not indexed."""

from collections.abc import Sequence
from datetime import date

import pyarrow as pa

from analytics.store.daily import checked, joined
from analytics.store.elastic import documents
from analytics.store.elastic.connection import Connection
from analytics.store.elastic.mapping import Json

AT_ONCE = 100  # days


class PersonDays:
    """One index of them."""

    def __init__(self, connection: Connection, index: str) -> None:
        """Asks nothing yet."""
        self._connection = connection
        self._index = index

    def put(self, day: date, rows: pa.Table) -> None:
        """Replaces all rows of that day at once."""
        table = checked(rows)
        columns = {name: documents.packed(table[name]) for name in table.column_names}
        document = {"day": day.isoformat(), "columns": columns}
        client = self._connection.client()
        client.index(index=self._index, id=day.isoformat(), document=document, refresh=True)

    def read(self, since: date, until: date, columns: Sequence[str] | None = None) -> pa.Table:
        """Rows with since ≤ day < until; see EventStore."""
        period = {"gte": since.isoformat(), "lt": until.isoformat()}
        body: Json = {"query": {"range": {"day": period}}, "sort": ["day"], "size": AT_ONCE}
        if columns is not None:
            body["_source"] = ["day", *(f"columns.{name}" for name in ("person", *columns))]
        found: dict[date, pa.Table] = {}
        while True:
            answer = self._connection.client().search(
                index=self._index,
                body=body,
                ignore_unavailable=True,
                allow_partial_search_results=False,
            )
            hits = answer["hits"]["hits"]
            found |= documents.person_days([hit["_source"] for hit in hits])
            if len(hits) < AT_ONCE:
                return joined(found)
            body["search_after"] = hits[-1]["sort"]

    def clear(self) -> None:
        """Removes all days."""
        self._connection.client().indices.delete(index=self._index, ignore_unavailable=True)
