"""An installation as the image runs it: its entry point's roles on PostgreSQL, Redis and
Elasticsearch, each in a process group of its own that can be killed as a container is."""

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg

from analytics.store import open_store
from analytics.store.base import Question, StoreUnavailable
from analytics.store.query import OneOf
from tests.auditapp.ingest.installation import eventually
from tests.end_to_end.installation import ROOT, Installation
from tests.services.running import free_port

ENTRYPOINT = ROOT / "docker" / "entrypoint"
COUNTS = ("lines", "records", "stored", "duplicates", "rejected")


class Production(Installation):
    """Runs roles, sends logs as a shipper does, and looks where containers share their state."""

    def __init__(self, home: Path, *, database: str, events: str, broker: str) -> None:
        self.port = free_port()
        self.database, self.events, self.broker = database, events, broker
        super().__init__(
            home,
            PATH=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            DATABASE_URL=database,
            EVENT_STORE_URL=events,
            CELERY_BROKER_URL=broker,
            BIND=f"127.0.0.1:{self.port}",
        )
        self.token = ""

    def role(self, *words: str, **environment: str) -> "subprocess.Popen[bytes]":
        """A running role; what it says goes to a file of its name in the home folder."""
        self.home.mkdir(exist_ok=True)
        with (self.home / f"{words[0]}.log").open("ab") as log:
            return subprocess.Popen(
                ["sh", str(ENTRYPOINT), *words],
                env=self.environment | environment,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def finish(self, *words: str) -> int:
        """The exit code of a role that ends by itself."""
        return self.role(*words).wait(120)

    @contextmanager
    def running(self, *roles: str) -> Iterator[None]:
        """These roles run, the site answers, and they end when they are told to."""
        started = [self.role(role) for role in roles]
        try:
            eventually(lambda: self.finish("healthy") == 0, 90)
            yield
        finally:
            for process in started:
                stop(process)

    def issue_token(self, feed: str) -> None:
        """From now on this feed's token is sent along."""
        self.token = self.run("tokens", "issue", "shipper", "--feed", feed).strip()

    def ask(self, path: str, body: bytes | None = None, **headers: str) -> tuple[int, Any]:
        """Status and JSON of an answer."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            body,
            {"Authorization": f"Bearer {self.token}", "Content-Type": "text/plain", **headers},
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def send(self, body: bytes, source: str = "auto", encoding: str = "", **label: str) -> str:
        """The address of the batch of a log that is accepted."""
        headers = {"Content-Encoding": encoding} if encoding else {}
        status, said = self.ask(
            f"/api/v1/ingest/{source}?{urlencode({'whole': 'true', **label})}", body, **headers
        )
        assert status == 202, said
        return str(said["address"])

    def taken(self, addresses: Sequence[str], seconds: float) -> dict[str, int]:
        """Sums over batches once all of them are done, which is to be within that time."""
        waiting, sums = list(addresses), dict.fromkeys(COUNTS, 0)

        def done() -> bool:
            while waiting:
                _, batch = self.ask(waiting[0])
                assert batch["state"] != "failed", batch
                if batch["state"] != "done":
                    return False
                for name in COUNTS:
                    sums[name] += batch[name]
                waiting.pop(0)
            return True

        eventually(done, seconds)
        return sums

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What stands in PostgreSQL."""
        with psycopg.connect(self.database) as connection:
            return connection.execute(query.encode()).fetchall()

    def events_of(self, feed: str) -> int:
        """How many events of a feed Elasticsearch holds; 0 while it is busy making an index."""
        store = open_store(self.events)
        try:
            return store.count(Question(query=OneOf("feed.id", (feed,))))
        except StoreUnavailable:
            return 0
        finally:
            store.close()


def kill(process: "subprocess.Popen[bytes]") -> None:
    """Ends a role and all its children at once, as a container ends that is out of memory."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(30)


def stop(process: "subprocess.Popen[bytes]") -> None:
    """Asks a role to end; where it does not within half a minute, kills it."""
    process.terminate()
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        kill(process)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
