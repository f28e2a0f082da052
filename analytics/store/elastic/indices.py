"""The indices of events: one a month, behind one alias for all readers and one for the month's
writers.

An index is named after its month and its generation (`foureyes-events-2026.01-001`). Only aliases
are read and written, so that another generation can take its place while both go on.
"""

import os
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

from elasticsearch import ApiError

from analytics.store.elastic import mapping
from analytics.store.elastic.address import Cluster
from analytics.store.elastic.connection import Connection
from analytics.store.elastic.mapping import Json

RETIRED = "retired"
GRACE = timedelta(minutes=30)  # a scan holds its point in time for ten
ALREADY = "resource_already_exists_exception"


class Indices:
    """Makes, finds and drops them."""

    def __init__(self, connection: Connection, prefix: str, cluster: Cluster) -> None:
        """Asks nothing yet."""
        self.readers = f"{prefix}-events"
        self._writers = f"{prefix}-write-"
        self._name = re.compile(rf"{re.escape(prefix)}-events-(\d{{4}}\.\d\d)(?:-(\d{{3}}))?")
        self._days = f"{prefix}-person-days"
        self._connection = connection
        self._cluster = cluster
        self._prepared: int | None = None  # by this process

    def writers(self, month: str) -> str:
        """The alias through which a month (`2026.01`) is written."""
        return self._writers + month

    def month_of(self, index: str) -> str:
        """The month of an index."""
        found = self._name.fullmatch(index)
        return found[1] if found else ""

    def prepare(self) -> None:
        """Puts the templates, once a process; fields that are new go into older indices too."""
        if self._prepared == os.getpid():
            return
        indices, pattern = self._connection.client().indices, f"{self.readers}-*"
        events = mapping.events(pattern, self._cluster)
        indices.put_index_template(name=self.readers, body=events)
        days = mapping.person_days(self._days, self._cluster)
        indices.put_index_template(name=self._days, body=days)
        for index, held in self.current().items():
            missing = {n: m for n, m in mapping.properties().items() if n not in held}
            if missing:
                indices.put_mapping(index=index, properties=missing)
        self._adopt()
        self._prepared = os.getpid()

    def settle(self, month: str) -> None:
        """Makes a month's first index, with its aliases, unless another did so first."""
        aliases: Json = {self.readers: {}, self.writers(month): {"is_write_index": True}}
        try:
            self._connection.client().indices.create(
                index=self.generation(month, 1), aliases=aliases, wait_for_active_shards="1"
            )
        except ApiError as error:
            if error.error != ALREADY:
                raise

    def generation(self, month: str, number: int) -> str:
        """The name of a month's index of that generation."""
        return f"{self.readers}-{month}-{number:03}"

    def current(self) -> dict[str, Json]:
        """The indices that are read now, in order of month, with the mapping of each field."""
        answer = (
            self._connection.client()
            .options(ignore_status=404)
            .indices.get_mapping(index=self.readers)
        )
        if "error" in answer:
            return {}
        return {
            index: mapping.flattened(answer[index]["mappings"].get("properties", {}))
            for index in sorted(answer, key=self.month_of)
        }

    def every(self, month: str = "*") -> list[str]:
        """All indices of a month, or of all, also those that nobody reads yet."""
        found = self._connection.client().indices.get_alias(index=f"{self.readers}-{month}*")
        return sorted(index for index in found if self.month_of(index))

    def newest(self, month: str) -> int:
        """The number of a month's newest generation."""
        found = (self._name.fullmatch(index) for index in self.every(month))
        return max((int(one[2] or 0) for one in found if one), default=0)

    def outdated(self) -> list[str]:
        """The indices that are read and whose fields or shards are not what they should be."""
        return [index for index in self.current() if not self.fits(index)]

    def fits(self, index: str) -> bool:
        """Whether its fields and shards are what they should be. A field it lacks is none of
        another kind: it is added when the store is opened."""
        wanted, indices = mapping.properties(), self._connection.client().indices
        held = mapping.flattened(
            indices.get_mapping(index=index)[index]["mappings"].get("properties", {})
        )
        settings = indices.get_settings(index=index)[index]["settings"]["index"]
        same = all(held.get(name, wanted[name]) == wanted[name] for name in wanted)
        return same and int(settings["number_of_shards"]) == self._cluster.shards

    def expire(self, before: date) -> list[date]:
        """Drops whole months that end by that day; which, in order."""
        gone: dict[date, list[str]] = {}
        for index in self.every():
            year, number = map(int, self.month_of(index).split("."))
            following = date(year + number // 12, number % 12 + 1, 1)
            if following <= before:
                gone.setdefault(date(year, number, 1), []).append(index)
        for month in sorted(gone):
            self._connection.client().indices.delete(index=gone[month])
        return sorted(gone)

    def swap(self, old: str, new: str) -> None:
        """Gives the new index the old one's place, at once for readers and writers."""
        writers = self.writers(self.month_of(old))
        actions: list[Json] = [
            {"remove": {"index": old, "aliases": [self.readers, writers]}},
            {"add": {"index": new, "alias": self.readers}},
            {"add": {"index": new, "alias": writers, "is_write_index": True}},
        ]
        self._connection.client().indices.update_aliases(actions=actions)
        retired = {RETIRED: datetime.now(UTC).isoformat()}
        self._connection.client().indices.put_mapping(index=old, meta=retired)

    def drop_retired(self, now: datetime | None = None) -> None:
        """Drops what was replaced so long ago that nobody reads on in it."""
        now, indices = now or datetime.now(UTC), self._connection.client().indices
        names = self.every()
        held: Any = indices.get_mapping(index=names) if names else {}
        for index in names:
            retired = held[index]["mappings"].get("_meta", {}).get(RETIRED)
            if retired and now - datetime.fromisoformat(retired) > GRACE:
                indices.delete(index=index, ignore_unavailable=True)

    def _adopt(self) -> None:
        """Gives indices of before there were write aliases theirs."""
        client = self._connection.client()
        answer = client.options(ignore_status=404).indices.get_alias(index=self.readers)
        for index, held in () if "error" in answer else answer.items():
            writers = self.writers(self.month_of(index))
            if writers not in held["aliases"]:
                client.indices.put_alias(index=index, name=writers, is_write_index=True)
