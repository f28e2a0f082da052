"""The event store on Elasticsearch 8.19 or 9: an index a month, behind an alias.

It uses nothing that the minimal distribution lacks: no scripts, data streams, life cycles or
delete by query.
"""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from threading import Lock
from typing import Any
from urllib.parse import unquote, urlsplit

import pyarrow as pa
import pyarrow.compute as pc
from elasticsearch import ApiError, Elasticsearch, OrjsonSerializer, TransportError

from analytics.fields import SCHEMA
from analytics.store import bulk, documents, dsl, mapping
from analytics.store.base import Appended, Interval, Page, Question, StoreUnavailable, on
from analytics.store.daily import checked, joined
from analytics.store.mapping import Json
from analytics.store.rows import LONGEST_ID, firsts, kept

PREFIX = "foureyes"
SCANNED = 2_000  # rows of a table that `scan` hands out
MOST = 10_000  # rows or buckets of one answer
NEWEST: list[Json] = [
    {"@timestamp": {"order": "desc", "format": "strict_date_optional_time_nanos"}},
    {"event.id": "desc"},
]


class Elastic:
    """An EventStore on a cluster. Safe in several threads and processes, forked ones too."""

    def __init__(self, url: str) -> None:
        """Opens no connection yet. `https://user:password@host:9200/prefix`: the names of the
        indices begin with the prefix, else with `foureyes`. ValueError where it cannot be one."""
        parts = urlsplit(url)
        prefix = parts.path.strip("/") or PREFIX
        if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,99}", prefix):
            raise ValueError(f"index names cannot begin with {prefix!r}")
        port = parts.port or (443 if parts.scheme == "https" else 80)
        self._host = f"{parts.scheme}://{parts.hostname}:{port}"
        self._user = (unquote(parts.username or ""), unquote(parts.password or ""))
        self._alias = f"{prefix}-events"
        self._all = f"{prefix}-events-*"
        self._days = f"{prefix}-person-days"
        self._opening = Lock()
        self._connected: tuple[int, Elasticsearch] | None = None
        self._prepared = False

    def append(self, events: pa.Table) -> Appended:
        """Stores the events that are not there yet; see EventStore."""
        batch = kept(events)
        new: list[bool] = firsts(batch["event.id"]).to_pylist()
        with _reachable():
            self._prepare()
            creations = [one for one in self._creations(batch) if new[one.row]]
            for row, created in bulk.create(creations, self._send):
                new[row] = created
            if creations:
                months = sorted({creation.index for creation in creations})
                self._client().indices.refresh(index=months)
        stored = sum(new)
        return Appended(stored=stored, duplicates=len(new) - stored, new=pa.array(new, pa.bool_()))

    def search(
        self,
        question: Question,
        *,
        limit: int = 100,
        after: tuple[datetime, str] | None = None,
        columns: Sequence[str] | None = None,
    ) -> Page:
        """A page of events, newest first."""
        names = SCHEMA.names if columns is None else columns
        body: Json = {"query": dsl.question(question), "sort": NEWEST, "track_total_hits": False}
        mark = None if after is None else [dsl.instant(after[0]), after[1]]
        hits: list[Json] = []
        while len(hits) < limit:
            body |= {"size": min(limit - len(hits), MOST), "_source": list(names)}
            page = self._hits(body | ({"search_after": mark} if mark else {}))
            hits += page
            if len(page) < body["size"]:
                mark = None
                break
            mark = page[-1]["sort"]
        events = documents.table([hit["_source"] for hit in hits], names)
        last = None if mark is None else (datetime.fromisoformat(mark[0]), mark[1])
        return Page(events=events, after=last)

    def count(self, question: Question) -> int:
        """How many events, exactly."""
        with _reachable():
            answer = self._client().count(index=self._all, query=dsl.question(question))
        if answer["_shards"]["failed"]:
            raise StoreUnavailable("some shards did not answer")
        number: int = answer["count"]
        return number

    def histogram(
        self, question: Question, *, interval: Interval, by: str | None = None
    ) -> pa.Table:
        """Counts an hour or a day; see EventStore."""
        rows: list[tuple[int, str | None, int]] = []
        composite: Json = {"size": MOST, "sources": dsl.intervals(interval, by)}
        while True:
            found = self._aggregated(question, {"rows": {"composite": composite}})
            for bucket in found.get("rows", {}).get("buckets", ()):
                key = bucket["key"]
                rows.append((key["time"], key.get("value"), bucket["doc_count"]))
            if "after_key" not in found.get("rows", {}):
                break
            composite["after"] = found["rows"]["after_key"]
        return documents.histogram(rows)

    def facets(
        self, question: Question, fields: Sequence[str], *, size: int = 10
    ) -> Mapping[str, list[tuple[str, int]]]:
        """The most frequent values of each field; see EventStore. Exact in one index, and as
        long as each month has no more than 5,000 different values."""
        found = self._aggregated(question, {field: dsl.facet(field, size) for field in fields})
        return {
            field: [
                (bucket["key"], bucket["doc_count"])
                for bucket in found.get(field, {}).get("buckets", ())
            ]
            for field in fields
        }

    def scan(self, question: Question, columns: Sequence[str]) -> Iterator[pa.Table]:
        """All the events as they were when the first table was asked for, 2,000 rows a table."""
        with _reachable():
            client = self._client()
            point = client.open_point_in_time(
                index=self._all, keep_alive="10m", ignore_unavailable=True
            )["id"]
            body: Json = {
                "query": dsl.question(question),
                "sort": ["_shard_doc"],
                "size": SCANNED,
                "_source": list(columns),
                "track_total_hits": False,
            }
            try:
                while True:
                    pit = {"id": point, "keep_alive": "10m"}
                    answer = client.search(
                        body=body | {"pit": pit}, allow_partial_search_results=False
                    )
                    hits = answer["hits"]["hits"]
                    if hits:
                        yield documents.table([hit["_source"] for hit in hits], columns)
                    if len(hits) < SCANNED:
                        break
                    point, body["search_after"] = answer["pit_id"], hits[-1]["sort"]
            finally:
                client.close_point_in_time(id=point)

    def get(self, event_id: str, day: date | None = None) -> pa.Table | None:
        """One event as a table of one row; quick where the day is given."""
        if not 0 < len(event_id.encode("utf-8", "replace")) <= LONGEST_ID:
            return None
        parts: list[Json] = [{"ids": {"values": [event_id]}}]
        index = self._all
        if day is not None:
            parts.append(dsl.question(on(day)))
            index = self._month(f"{day:%Y-%m}")
        hits = self._hits({"query": {"bool": {"filter": parts}}, "size": 1}, index)
        return documents.table([hits[0]["_source"]], SCHEMA.names) if hits else None

    def days(self, question: Question) -> list[date]:
        """The UTC days that have such events, in order."""
        times = self.histogram(question, interval="day")["time"].to_pylist()
        return [time.astimezone(UTC).date() for time in times]

    def put_person_days(self, day: date, rows: pa.Table) -> None:
        """Replaces all rows of that day: they are one document."""
        document = {"day": day.isoformat(), "columns": checked(rows).to_pydict()}
        with _reachable():
            self._prepare()
            client = self._client()
            client.index(index=self._days, id=day.isoformat(), document=document, refresh=True)

    def person_days(self, since: date, until: date) -> pa.Table:
        """Rows with since ≤ day < until; see EventStore."""
        period = {"gte": since.isoformat(), "lt": until.isoformat()}
        body: Json = {"query": {"range": {"day": period}}, "sort": ["day"], "size": 100}
        found: dict[date, pa.Table] = {}
        while True:
            hits = self._hits(body, self._days)
            found |= documents.person_days([hit["_source"] for hit in hits])
            if len(hits) < body["size"]:
                return joined(found)
            body["search_after"] = hits[-1]["sort"]

    def delete_person_days(self) -> None:
        """Forgets all of them, to be computed anew."""
        with _reachable():
            self._client().indices.delete(index=self._days, ignore_unavailable=True)

    def maintain(self) -> None:
        """Nothing: Elasticsearch merges its own files."""

    def ready(self) -> None:
        """Returns where the cluster can answer, else raises StoreUnavailable with the reason."""
        with _reachable():
            health = self._client().cluster.health(timeout="5s", wait_for_status="yellow")
        if health["status"] == "red":
            raise StoreUnavailable("the cluster's health is red")

    def close(self) -> None:
        """Lets go of connections; the next call makes new ones."""
        connected, self._connected = self._connected, None
        if connected is not None and connected[0] == os.getpid():
            connected[1].close()

    def _month(self, month: str) -> str:
        return f"{self._alias}-{month.replace('-', '.')}"

    def _creations(self, batch: pa.Table) -> Iterator[bulk.Creation]:
        months = pc.strftime(batch["@timestamp"], format="%Y-%m").to_pylist()
        ids = batch["event.id"].to_pylist()
        rows = zip(months, ids, documents.documents(batch), strict=True)
        for row, (month, event, document) in enumerate(rows):
            yield bulk.Creation(row, self._month(month), event, document)

    def _send(self, request: list[bulk.Creation]) -> list[bulk.Outcome]:
        client = self._client().options(max_retries=0)
        body = b"".join(creation.lines for creation in request)
        try:
            answer = client.bulk(
                operations=body,  # type: ignore[arg-type]  # bytes go out as they are
                filter_path=["items.*.status", "items.*.error.reason"],
            )
        except ApiError as error:
            if error.status_code in bulk.BUSY:
                return [bulk.Outcome(error.status_code)] * len(request)
            raise
        return bulk.outcomes(answer["items"])

    def _search(self, body: Json, index: str | None = None) -> Any:
        with _reachable():
            return self._client().search(
                index=index or self._all,
                body=body,
                ignore_unavailable=True,
                allow_partial_search_results=False,
            )

    def _hits(self, body: Json, index: str | None = None) -> list[Json]:
        hits: list[Json] = self._search(body, index)["hits"]["hits"]
        return hits

    def _aggregated(self, question: Question, aggregations: Json) -> Json:
        body = {"query": dsl.question(question), "aggs": aggregations, "size": 0}
        answer = self._search(body | {"track_total_hits": False})
        found: Json = answer.get("aggregations", {})
        return found

    def _prepare(self) -> None:
        """Puts the templates, once a process; fields that are new go into older indices too."""
        if self._prepared:
            return
        indices = self._client().indices
        indices.put_index_template(name=self._alias, body=mapping.events(self._all, self._alias))
        indices.put_index_template(name=self._days, body=mapping.person_days(self._days))
        fields = mapping.properties()
        indices.put_mapping(index=self._all, properties=fields, allow_no_indices=True)
        self._prepared = True

    def _client(self) -> Elasticsearch:
        """This process's client."""
        with self._opening:
            if self._connected is None or self._connected[0] != os.getpid():
                client = Elasticsearch(
                    self._host,
                    basic_auth=self._user if self._user[0] else None,
                    serializers={"application/json": OrjsonSerializer()},
                    request_timeout=60,
                )
                self._connected = (os.getpid(), client)
            return self._connected[1]


@contextmanager
def _reachable() -> Iterator[None]:
    """Turns what the network or a cluster in trouble raises into StoreUnavailable."""
    try:
        yield
    except TransportError as error:
        raise StoreUnavailable(str(error)) from error
    except ApiError as error:
        if error.status_code in (401, 403, 404, 408, 429) or error.status_code >= 500:
            raise StoreUnavailable(str(error)) from error
        raise
