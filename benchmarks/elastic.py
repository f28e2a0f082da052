"""Our Elasticsearch writer against `elasticsearch.helpers.bulk`, over the same events, same run.

.venv/bin/python -m benchmarks.elastic [--events N] [--rounds N] [--url URL] [--same-start]

The events are those of raw auditd records. Both write into indices of the same template, created
anew each round, and both end with a refresh; the peer gets its actions as ready dictionaries, which
cost it nothing, and orjson, while ours begins with an Arrow table. With --same-start the peer
begins there too, and is used as its documentation shows it: its own JSON, a generator of
dictionaries made from the rows. Rounds alternate, and the median ratios
count: of the clock, and of the client's CPU. Then the same against a server that does nothing but
accept (benchmarks/accepting.py): where the clock's ratio is much larger, the node is what bounds.
Without --url a node is started as the tests do it (Maven, Java 17).
"""

import argparse
import io
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import orjson
import pyarrow as pa
from elasticsearch import Elasticsearch, OrjsonSerializer, helpers

from analytics import pipeline
from analytics.store.elastic import mapping
from analytics.store.elastic.address import Cluster
from analytics.store.elastic.connection import SECONDS
from analytics.store.elastic.lines import lines
from analytics.store.elastic.store import Elastic
from analytics.store.rows import kept
from benchmarks.embedded import auditd, context
from tests.services import running
from tests.services.elasticsearch import elasticsearch


def batches(events: int) -> list[pa.Table]:
    """The events as the pipeline gathers them."""
    source = pipeline.log_sources()["auditd"]
    log = io.BytesIO(auditd(events))
    return [batch.events for batch in pipeline.parse(source, log, context())]


@dataclass(frozen=True, slots=True)
class FromRows:
    """Actions made from a table's rows while they are read."""

    table: pa.Table

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """One after the other."""
        for row in kept(self.table).to_pylist():
            held = {name: value for name, value in row.items() if value is not None}
            if "labels" in held:
                held["labels"] = dict(held["labels"])
            yield {"_op_type": "create", "_id": held["event.id"], "_source": held}


Actions = list[dict[str, Any]] | FromRows


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds: on the clock, of this process's CPU, of the node's."""

    clock: float
    client: float
    node: float

    @classmethod
    def now(cls, url: str) -> "Spent":
        """What was spent so far."""
        with Elasticsearch(url) as client:
            nodes = client.nodes.stats(metric="process").get("nodes", {}).values()
        cpu = sum(node["process"]["cpu"]["total_in_millis"] for node in nodes) / 1000
        return cls(time.perf_counter(), time.process_time(), cpu)

    def since(self, start: "Spent") -> "Spent":
        """The difference."""
        return Spent(self.clock - start.clock, self.client - start.client, self.node - start.node)


def ours(url: str, tables: list[pa.Table]) -> Spent:
    """What our writer spends."""
    store = Elastic(f"{url}/ours{uuid4().hex}")
    started = Spent.now(url)
    stored = sum(store.append(table).stored for table in tables)
    spent = Spent.now(url).since(started)
    assert stored == sum(table.num_rows for table in tables)
    _forget(url, "ours")
    store.close()
    return spent


def theirs(url: str, actions: list[Actions]) -> Spent:
    """What the peer spends."""
    ready = isinstance(actions[0], list)
    serializers = {"application/json": OrjsonSerializer()} if ready else {}
    client = Elasticsearch(url, serializers=serializers, request_timeout=SECONDS)
    index = f"peer{uuid4().hex}-events-1"
    client.indices.put_index_template(
        name="peer", body=mapping.events("peer*", Cluster()) | {"priority": 501}
    )
    wanted = sum(1 for some in actions for _ in some)
    started = Spent.now(url)
    done = 0
    for some in actions:
        done += helpers.bulk(client, ({**one, "_index": index} for one in some))[0]
        client.indices.refresh(index=index)
    spent = Spent.now(url).since(started)
    assert done == wanted
    _forget(url, "peer")
    client.close()
    return spent


def prepared(tables: list[pa.Table]) -> Iterator[list[dict[str, Any]]]:
    """The same documents as dictionaries."""
    for table in tables:
        actions = []
        for text in lines(kept(table)).to_pylist():
            action, document, _ = text.split("\n")
            told = {"_op_type": "create", "_id": orjson.loads(action)["create"]["_id"]}
            actions.append(told | {"_source": orjson.loads(document)})
        yield actions


def main() -> None:
    """Prints a line a round and the median ratios."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--events", type=int, default=200_000)
    asked.add_argument("--rounds", type=int, default=4)
    asked.add_argument("--url", default="")
    asked.add_argument("--same-start", action="store_true")
    options = asked.parse_args()
    tables = batches(options.events)
    actions: list[Actions] = (
        [FromRows(table) for table in tables] if options.same_start else [*prepared(tables)]
    )
    if not options.url:
        running.start_all()
    try:
        url = options.url or running.shared("elasticsearch", elasticsearch)
        print("Elasticsearch", flush=True)
        compare(url, tables, actions, options.rounds)
        with accepting() as accepts:
            print("a server that only accepts", flush=True)
            compare(accepts, tables, actions, options.rounds)
    finally:
        if not options.url and running.FOLDER in os.environ:
            running.stop_all()


def compare(url: str, tables: list[pa.Table], actions: list[Actions], rounds: int) -> None:
    """The first round warms the node up and is not counted."""
    events = sum(table.num_rows for table in tables)
    clock, client = [], []
    for number in range(rounds + 1):
        peer, own = theirs(url, actions), ours(url, tables)
        both = f"{_line('writer', events, own)}; {_line('helpers.bulk', events, peer)}"
        ratios = peer.clock / own.clock, peer.client / own.client
        counted = "" if number else "   (not counted)"
        print(f"{both}; {ratios[0]:.2f} x, CPU {ratios[1]:.2f} x{counted}", flush=True)
        if number:
            clock.append(ratios[0])
            client.append(ratios[1])
    medians = f"{statistics.median(clock):.2f} x, client's CPU {statistics.median(client):.2f} x"
    print(f"median {medians} over {events:,} documents")


@contextmanager
def accepting() -> Iterator[str]:
    """The address of a server that only accepts, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.accepting"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield server.stdout.readline().strip()
        finally:
            server.terminate()


def _line(name: str, events: int, spent: Spent) -> str:
    each = 1e6 / events
    cpu = f"{spent.client * each:.0f} + {spent.node * each:.0f} µs of CPU each"
    return f"{name} {events / spent.clock:,.0f} docs/s ({cpu})"


def _forget(url: str, prefix: str) -> None:
    with Elasticsearch(url) as client:
        found = ",".join(client.indices.get(index=f"{prefix}*")) or "none-*"
        client.indices.delete(index=found)


if __name__ == "__main__":
    main()
