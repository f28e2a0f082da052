"""The event store on a cluster: an index a month, read and written through aliases."""

import heapq
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from analytics.fields import SCHEMA
from analytics.store.base import Appended, Interval, Page, Question, StoreUnavailable, on
from analytics.store.elastic import documents, dsl
from analytics.store.elastic.address import Address, Cluster
from analytics.store.elastic.bulk import Fate, Outcome, Request, all_created
from analytics.store.elastic.connection import Connection, reachable
from analytics.store.elastic.erasing import erase
from analytics.store.elastic.indices import Indices
from analytics.store.elastic.lines import lines
from analytics.store.elastic.mapping import Json
from analytics.store.elastic.person_days import PersonDays
from analytics.store.elastic.scanning import scanned
from analytics.store.elastic.sending import send
from analytics.store.elastic.upgrading import Told, upgrade
from analytics.store.elastic.writing import Writer
from analytics.store.rows import LONGEST_ID, firsts, month_of, screened

ENCODED = 5_000  # events whose lines are made at once, while others are under way
MOST = 10_000  # rows or buckets of one answer
Rows = npt.NDArray[np.int64]
NEWEST: list[Json] = [
    {"@timestamp": {"order": "desc", "format": "strict_date_optional_time_nanos"}},
    {"event.id": "desc"},
]


class Elastic:
    """An EventStore on a cluster. Safe in several threads and processes, forked ones too."""

    def __init__(self, url: str, cluster: Cluster = Cluster()) -> None:  # noqa: B008 (frozen)
        """Opens no connection yet. `https://user:password@host:9200/prefix`: the names of the
        indices begin with the prefix, else with `foureyes`. ValueError where it cannot be one."""
        address = Address.of(url)
        self._connection = Connection(address, cluster)
        self.indices = Indices(self._connection, address.prefix, cluster)
        self._person_days = PersonDays(self._connection, f"{address.prefix}-person-days")
        self._writer = Writer(self._send, self.indices.settle)

    def append(self, events: pa.Table) -> Appended:
        """Stores the events that are not there yet; see EventStore."""
        return screened(events, self._append)

    def _append(self, batch: pa.Table) -> Appended:
        first = firsts(batch["event.id"])
        months = month_of(batch["@timestamp"])
        new, refused = [False] * batch.num_rows, {}
        with reachable():
            self.indices.prepare()
            for row, outcome in self._writer.create(_portions(batch, months, first)):
                new[row] = outcome.fate is Fate.CREATED
                if outcome.fate is Fate.REFUSED:
                    refused[row] = outcome.reason
            if new:  # so that whoever asks next finds them, also what an earlier try stored
                written = [
                    self.indices.writers(f"{month:%Y.%m}")
                    for month in pc.unique(months).to_pylist()
                ]
                client = self._connection.client()
                client.indices.refresh(index=written, ignore_unavailable=True)
        stored = sum(new)
        duplicates = len(new) - stored - len(refused)
        return Appended(
            stored=stored, duplicates=duplicates, new=pa.array(new, pa.bool_()), refused=refused
        )

    def search(
        self,
        question: Question,
        *,
        limit: int = 100,
        after: tuple[datetime, str] | None = None,
        columns: Sequence[str] | None = None,
        patience: float | None = None,
    ) -> Page:
        """A page of events, newest first; texts have an index, so no patience is needed."""
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
        with reachable():
            answer = self._connection.client().count(
                index=self.indices.readers, query=dsl.question(question), ignore_unavailable=True
            )
        if answer["_shards"]["failed"]:
            raise StoreUnavailable("some shards did not answer")
        number: int = answer["count"]
        return number

    def histogram(
        self, question: Question, *, interval: Interval, by: str | None = None
    ) -> pa.Table:
        """Counts an hour or a day; see EventStore."""
        buckets = self._buckets(question, dsl.intervals(interval, by))
        return documents.histogram(
            [(one["key"]["time"], one["key"].get("value"), one["doc_count"]) for one in buckets]
        )

    def facets(
        self, question: Question, fields: Sequence[str], *, size: int = 10
    ) -> Mapping[str, list[tuple[str, int]]]:
        """The most frequent values of each field, exactly; see EventStore. A field that has more
        than 5,000 different values in one of several months is counted value by value."""
        found = self._aggregated(question, {field: dsl.facet(field, size) for field in fields})
        return {
            field: self._all_counted(question, field, size)
            if found.get(field, {}).get("doc_count_error_upper_bound")
            else [
                (bucket["key"], bucket["doc_count"])
                for bucket in found.get(field, {}).get("buckets", ())
            ]
            for field in fields
        }

    def scan(self, question: Question, columns: Sequence[str]) -> Iterator[pa.Table]:
        """All the events as they were when the first table was asked for, 2,000 rows a table."""
        body: Json = {"query": dsl.question(question), "_source": list(columns)}
        with reachable():
            for hits in scanned(self._connection.client(), self.indices.readers, body):
                yield documents.table([hit["_source"] for hit in hits], columns)

    def get(self, event_id: str, day: date | None = None) -> pa.Table | None:
        """One event as a table of one row; quick where the day is given."""
        if not 0 < len(event_id.encode("utf-8", "replace")) <= LONGEST_ID:
            return None
        parts: list[Json] = [{"ids": {"values": [event_id]}}]
        index = self.indices.readers
        if day is not None:
            parts.append(dsl.question(on(day)))
            index = self.indices.writers(f"{day:%Y.%m}")
        hits = self._hits({"query": {"bool": {"filter": parts}}, "size": 1}, index)
        return documents.table([hits[0]["_source"]], SCHEMA.names) if hits else None

    def days(self, question: Question) -> list[date]:
        """The UTC days that have such events, in order."""
        times = self.histogram(question, interval="day")["time"].to_pylist()
        return [time.astimezone(UTC).date() for time in times]

    def erase(self, question: Question) -> int:
        """Removes all such events; see EventStore."""
        with reachable():
            which = self.scan(question, ["@timestamp", "event.id"])
            return erase(self._connection, self.indices, which)

    def expire(self, before: date) -> list[date]:
        """Removes whole months by their indices; see EventStore."""
        with reachable():
            return self.indices.expire(before)

    def put_person_days(self, day: date, rows: pa.Table) -> None:
        """Replaces all rows of that day: they are one document."""
        with reachable():
            self.indices.prepare()
            self._person_days.put(day, rows)

    def person_days(
        self, since: date, until: date, columns: Sequence[str] | None = None
    ) -> pa.Table:
        """Rows with since ≤ day < until; see EventStore."""
        with reachable():
            return self._person_days.read(since, until, columns)

    def delete_person_days(self) -> None:
        """Forgets all of them, to be computed anew."""
        with reachable():
            self._person_days.clear()

    def upgrade(self, told: Told) -> list[str]:
        """Moves the months whose fields or shards are not what they should be into new indices
        while they are read and written; their new names. Killed meanwhile, it goes on next time."""
        with reachable():
            self.indices.prepare()
            return upgrade(self._connection, self.indices, told)

    def maintain(self) -> None:
        """Drops indices that were replaced a while ago. Elasticsearch merges its own files."""
        with reachable():
            self.indices.drop_retired()

    def ready(self) -> None:
        """Returns where the cluster can answer, else raises StoreUnavailable with the reason."""
        with reachable():
            health = self._connection.client().cluster.health(
                timeout="5s", wait_for_status="yellow"
            )
        if health["status"] == "red":
            raise StoreUnavailable("the cluster's health is red")

    def close(self) -> None:
        """Lets go of connections; the next call makes new ones."""
        self._connection.close()

    def _send(self, request: Request) -> list[Outcome]:
        """The outcome of each event; see Writer."""
        found = send(self._connection, self.indices.writers(request.month), request)
        if not all_created(found) and any(one.fate is Fate.REFUSED for one in found):
            self._check_layout(request.month)
        return found

    def _check_layout(self, month: str) -> None:
        """Raises StoreUnavailable where the month's index, not the events, may be at fault."""
        if any(self.indices.month_of(index) == month for index in self.indices.outdated()):
            raise StoreUnavailable(f"{month} is of an older layout: manage.py upgrade-events")

    def _all_counted(self, question: Question, field: str, size: int) -> list[tuple[str, int]]:
        buckets = self._buckets(question, dsl.values(field))
        counts = ((one["key"]["value"], one["doc_count"]) for one in buckets)
        return heapq.nsmallest(size, counts, key=lambda pair: (-pair[1], pair[0]))

    def _buckets(self, question: Question, sources: list[Json]) -> Iterator[Json]:
        """All buckets of a composite aggregation, in order of their keys."""
        composite: Json = {"size": MOST, "sources": sources}
        while True:
            found = self._aggregated(question, {"rows": {"composite": composite}}).get("rows", {})
            yield from found.get("buckets", ())
            if "after_key" not in found:
                break
            composite["after"] = found["after_key"]

    def _search(self, body: Json, index: str | None = None) -> Any:
        with reachable():
            return self._connection.client().search(
                index=index or self.indices.readers,
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


def _portions(batch: pa.Table, months: pa.ChunkedArray, wanted: pa.Array) -> Iterator[Request]:
    """The wanted events as requests of any size, each of one month."""
    for month in pc.unique(months).to_pylist():
        rows = np.flatnonzero(pc.and_(pc.equal(months, month), wanted))
        for start in range(0, len(rows), ENCODED):
            some = rows[start : start + ENCODED]
            yield Request(f"{month:%Y.%m}", some.tolist(), lines(_taken(batch, some)))


def _taken(batch: pa.Table, rows: Rows) -> pa.Table:
    """These rows; not copied where none between them is left out."""
    first, last = int(rows[0]), int(rows[-1])
    together = last - first + 1 == len(rows)
    return batch.slice(first, len(rows)) if together else batch.take(pa.array(rows))
