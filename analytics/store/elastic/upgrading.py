"""Moves a month into a new index behind its aliases, while it is read and written.

The minimal distribution has no reindex. Events are copied shard by shard in order of what changed
last (`_seq_no`), pass after pass, until few are left; then writers wait for the last pass, both are
compared, and the aliases are moved at once. How far it came stands in the new index, so a killed
upgrade goes on; no reader ever sees half of it or an event twice.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import orjson
from elasticsearch import Elasticsearch

from analytics.fields import SCHEMA
from analytics.store.base import StoreUnavailable
from analytics.store.elastic import documents
from analytics.store.elastic.bulk import Fate, Request
from analytics.store.elastic.connection import Connection
from analytics.store.elastic.indices import RETIRED, Indices
from analytics.store.elastic.lines import lines
from analytics.store.elastic.mapping import Json
from analytics.store.elastic.scanning import scanned
from analytics.store.elastic.sending import send
from analytics.store.elastic.writing import Writer
from analytics.store.rows import kept

FEW = 1_000  # events that are copied while writers wait
COPIED = "copied"  # by shard: the number up to which all is there

Told = Callable[[str, int, int], None]  # index, events copied, events in all


def upgrade(connection: Connection, indices: Indices, told: Told) -> list[str]:
    """The new indices. Raises StoreUnavailable where the old and the new one differ in the end."""
    names = []
    for old in indices.outdated():
        new = _successor(connection.client(), indices, old)
        _Month(connection, old, new, told).move(indices)
        names.append(new)
    return names


def _successor(client: Elasticsearch, indices: Indices, old: str) -> str:
    """The index that an earlier attempt began to fill, else a new one."""
    month = indices.month_of(old)
    others = [index for index in indices.every(month) if index != old]
    held: Any = client.indices.get_mapping(index=others) if others else {}
    for index in others:
        meta = held[index]["mappings"].get("_meta", {})
        if COPIED in meta and RETIRED not in meta:
            if indices.fits(index):
                return index
            client.indices.delete(index=index)  # of yet another layout
    name = indices.generation(month, indices.newest(month) + 1)
    client.indices.create(index=name, wait_for_active_shards="1")
    client.indices.put_mapping(index=name, meta={COPIED: {}})
    return name


class _Month:
    def __init__(self, connection: Connection, old: str, new: str, told: Told) -> None:
        self._client = connection.client()
        self._old, self._new, self._told = old, new, told
        to_new = partial(send, connection, new, is_alias=False)
        self._writer = Writer(to_new, lambda month: None)

    def move(self, indices: Indices) -> None:
        """Copies, then lets the writers wait, copies the rest, and swaps."""
        while self._copy_newer() > FEW:
            pass
        self._lock(True)
        try:
            self._copy_newer()
            self._compare()
            indices.swap(self._old, self._new)
        finally:
            self._lock(False)

    def _copy_newer(self) -> int:
        """Copies what was written since the last pass; how many events."""
        copied, count = self._copied(), 0
        total = self._count(self._old)
        for shard, mark in self._marks().items():
            body: Json = {"query": {"range": {"_seq_no": {"gt": copied.get(shard, -1)}}}}
            hits = scanned(self._client, self._old, body, preference=f"_shards:{shard}")
            for some in hits:
                self._write(some)
                count += len(some)
                self._told(self._new, count, total)
            copied[shard] = mark
        self._client.indices.put_mapping(index=self._new, meta={COPIED: copied})
        return count

    def _marks(self) -> dict[str, int]:
        """By shard the number of the last change before now, all of which can be found."""
        stats = self._client.indices.stats(index=self._old, metric="docs", level="shards")
        shards = stats["indices"][self._old]["shards"]
        self._client.indices.refresh(index=self._old)
        return {
            shard: copy["seq_no"]["local_checkpoint"]
            for shard, copies in shards.items()
            for copy in copies
            if copy["routing"]["primary"]
        }

    def _copied(self) -> dict[str, int]:
        answer = self._client.indices.get_mapping(index=self._new)
        copied: dict[str, int] = answer[self._new]["mappings"]["_meta"][COPIED]
        return dict(copied)

    def _write(self, hits: list[Json]) -> None:
        events = kept(documents.table([hit["_source"] for hit in hits], SCHEMA.names))
        request = Request("", range(len(hits)), lines(events))
        for row, outcome in self._writer.create([request]):
            if outcome.fate is Fate.REFUSED:
                raise StoreUnavailable(f"event {hits[row]['_id']} does not fit: {outcome.reason}")

    def _lock(self, locked: bool) -> None:
        """Locking waits for the writers that are at it; others meet a busy store meanwhile."""
        if locked:
            self._client.indices.add_block(index=self._old, block="write")
        else:
            settings = {"index.blocks.write": None}
            self._client.options(ignore_status=404).indices.put_settings(
                index=self._old, settings=settings
            )

    def _compare(self) -> None:
        """Raises StoreUnavailable unless both hold the same. All of the old one was copied, so a
        difference can only be what was erased meanwhile: it is erased here too."""
        self._client.indices.refresh(index=self._new)
        if self._count(self._old) != self._count(self._new):
            for ids in self._erased():
                body = b"".join(b'{"delete":{"_id":%b}}\n' % name for name in ids)
                self._client.bulk(index=self._new, operations=body, refresh=True)  # type: ignore[arg-type]
        old, new = self._count(self._old), self._count(self._new)
        if old != new:
            raise StoreUnavailable(f"{self._old} has {old} events, {self._new} has {new}")

    def _erased(self) -> Iterator[list[bytes]]:
        """The ids in the new index that the old one has no more."""
        for hits in scanned(self._client, self._new, {"_source": False}):
            ids = [hit["_id"] for hit in hits]
            answer = self._client.search(
                index=self._old, query={"ids": {"values": ids}}, source=False, size=len(ids)
            )
            there = {hit["_id"] for hit in answer["hits"]["hits"]}
            if gone := [orjson.dumps(name) for name in ids if name not in there]:
                yield gone

    def _count(self, index: str) -> int:
        count: int = self._client.count(index=index)["count"]
        return count
