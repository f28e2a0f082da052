"""The production path while everything fails that can: each accepted line is there once.

Workers are killed at their work, Redis stops and forgets, Elasticsearch is away for a minute,
PostgreSQL restarts, the spool's quota fills; eight clients send every log twice meanwhile.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import monotonic, sleep

import pytest

from analytics.store import open_store
from analytics.store.base import Question
from tests.auditapp.ingest.installation import eventually
from tests.end_to_end.production import Production, kill, stop
from tests.long.crowd import CLIENTS, Crowd
from tests.long.ledger import Ledger, drawn_up
from tests.long.test_faults import running
from tests.services.elasticsearch import elasticsearch
from tests.services.postgresql import postgresql
from tests.services.redis import redis
from tests.services.running import Command, Missing, primary_group

pytestmark = [
    pytest.mark.alone,
    pytest.mark.elastic,
    pytest.mark.postgres,
    pytest.mark.redis,
    pytest.mark.timeout(1800),
]
KILLS = int(os.environ.get("FOUREYES_KILLS", "200"))
QUOTA = 1_500_000  # bytes that may wait; a minute without Elasticsearch brings more
AWAY_SECONDS = 60
WORKING = "SELECT lease_owner FROM ingest_batch WHERE state = 'working'"
PENDING = "SELECT count(*) FROM ingest_batch WHERE state IN ('waiting', 'working')"
BATCHES = "SELECT id, state, lines, stored, duplicates, rejected, records FROM ingest_batch"
REJECTED = "SELECT batch_id, line FROM ingest_rejectedline"


class Server:
    """A server of this test alone, which it stops and starts again."""

    def __init__(self, name: str, folder: Path, stack: ExitStack) -> None:
        prepare = {"redis": redis, "postgresql": postgresql, "elasticsearch": elasticsearch}[name]
        folder.mkdir(parents=True)
        try:
            self.command: Command = prepare(folder)
        except Missing as missing:
            pytest.skip(str(missing))
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        stack.callback(self.stop)
        self.start()

    def start(self) -> None:
        """Returns when it answers."""
        command, user = self.command, self.command.user
        with (self._folder / "said").open("ab") as said:
            self._process = subprocess.Popen(
                list(command.words),
                env={**os.environ, **command.environment},
                user=user,
                group=None if user is None else primary_group(user),
                extra_groups=None if user is None else [],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                cwd=self._folder,
                start_new_session=True,
            )
        eventually(command.answers, 180)

    def ended(self) -> bool:
        """Whether it stopped by itself."""
        return self._process is not None and self._process.poll() is not None

    def stop(self) -> None:
        """As its administrator does."""
        if self._process is not None:
            self._process.send_signal(self.command.stop)
            self._process.wait(60)
            self._process = None

    def kill(self) -> None:
        """As a machine does that loses its power."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(30)
        self._process = None


class Site(Production):
    """An installation with servers of its own, whose worker is started again when it is gone."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.redis = Server("redis", folder / "redis", stack)
        self.postgresql = Server("postgresql", folder / "postgresql", stack)
        self.elastic = Server("elasticsearch", folder / "elasticsearch", stack)
        super().__init__(
            folder / "home",
            database=self.postgresql.command.url,
            events=f"{self.elastic.command.url}/faults",
            broker=self.redis.command.url,
        )
        self.environment |= {
            "FOUREYES_SPOOL_LIMIT_BYTES": str(QUOTA),
            "FOUREYES_LEASE_SECONDS": "10",
            "LOG_LEVEL": "WARNING",
        }
        self.killed = {"child": 0, "container": 0}
        assert self.finish("migrate") == 0, (self.home / "migrate.log").read_text()
        stack.enter_context(self.running("web", "beat"))
        self.worker = self.role("worker")
        stack.callback(lambda: stop(self.worker))

    def kill_at_work(self) -> None:
        """Kills a process that holds a lease; each tenth time all of its container. Does nothing
        where only dead ones do."""
        eventually(lambda: self.rows(WORKING), 120)
        holders = [int(owner.split(":")[1]) for (owner,) in self.rows(WORKING) if owner]
        holder = next((process for process in holders if running(process)), None)
        if holder is None:
            return
        if sum(self.killed.values()) % 10 == 9:
            kill(self.worker)
            self.worker = self.role("worker")
            self.killed["container"] += 1
            return
        with suppress(ProcessLookupError):
            os.kill(holder, signal.SIGKILL)
            self.killed["child"] += 1

    def commands(self) -> Iterator[str]:
        """What each stored event says."""
        store = open_store(self.events)
        try:
            for table in store.scan(Question(), ["process.command_line"]):
                yield from table["process.command_line"].to_pylist()
        finally:
            store.close()

    def ledger(self, crowd: Crowd) -> Ledger:
        """What became of all that was accepted."""
        rows = self.rows(BATCHES)
        for _, state, _, stored, duplicates, rejected, records in rows:
            assert state == "done"
            assert records == stored + duplicates + rejected
        batches = {str(id): (state, lines, kept, dup) for id, state, lines, kept, dup, *_ in rows}
        rejected = [(str(batch), line) for batch, line in self.rows(REJECTED)]
        return drawn_up(crowd.accepted, batches, self.commands(), rejected)


@pytest.fixture
def site() -> Iterator[Site]:
    """A running site; everything of it is gone afterwards."""
    with TemporaryDirectory(prefix="foureyes-outages-") as folder, ExitStack() as stack:
        Path(folder).chmod(0o755)  # servers that refuse root run as other users
        yield Site(Path(folder), stack)


def test_every_accepted_line_is_there_once(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    chance = Random(5)
    site.issue_token("faults")
    crowd = Crowd(f"http://127.0.0.1:{site.port}", site.token, seed=5)
    began = monotonic()
    crowd.start()
    kills(site, chance, KILLS // 3)

    site.redis.kill()
    sleep(10)  # without it logs are accepted, and nothing is worked on
    site.redis.start()
    flush(site)

    site.elastic.stop()
    refused = crowd.refused
    sleep(AWAY_SECONDS)
    assert crowd.refused > refused, "the spool's quota was never full"
    site.elastic.start()
    kills(site, chance, KILLS // 3)

    site.postgresql.stop()
    sleep(3)
    site.postgresql.start()
    kills(site, chance, KILLS - sum(site.killed.values()))

    crowd.stop(600)
    assert crowd.errors == []
    drain(site)
    ledger = site.ledger(crowd)
    with capsys.disabled():
        took = time.strftime("%M:%S", time.gmtime(monotonic() - began))
        sys.stdout.write(
            f"\n{ledger}\nkilled {site.killed}, {crowd.refused} refused, "
            f"{crowd.unanswered} unanswered, {took}\n"
        )
    assert (ledger.lost, ledger.doubled, ledger.alien) == (0, 0, 0)
    assert ledger.logs == crowd.sent >= CLIENTS
    assert ledger.sent == ledger.stored + ledger.duplicates + ledger.rejected


def kills(site: Site, chance: Random, count: int) -> None:
    """So many processes are killed while they hold a lease."""
    until = sum(site.killed.values()) + count
    while sum(site.killed.values()) < until:
        site.kill_at_work()
        sleep(chance.uniform(0, 0.7))


def flush(site: Site) -> None:
    """Redis forgets every hint."""
    import redis as client

    with client.from_url(site.broker) as connection:
        connection.flushall()


def drain(site: Site) -> None:
    """Waits until nothing waits; what failed too often is replayed, as its page offers."""
    eventually(lambda: site.rows(PENDING) == [(0,)], 300)
    while json.loads(site.run("dead-letters", "--all", "--json"))["replayed"]:
        eventually(lambda: site.rows(PENDING) == [(0,)], 300)
