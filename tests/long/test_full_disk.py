"""PostgreSQL's disk is full: nothing is accepted that is not committed, and nothing is lost."""

import os
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep

import psycopg
import pytest

from tests.auditapp.ingest.installation import eventually, history
from tests.end_to_end.production import Production
from tests.long.test_outages import BATCHES, PENDING, Server

pytestmark = [
    pytest.mark.alone,
    pytest.mark.elastic,
    pytest.mark.postgres,
    pytest.mark.redis,
    pytest.mark.timeout(900),
]
DISK_BYTES = 256 << 20  # a new cluster takes 40 MB, and 16 MB for each file of its journal
FULL_SECONDS = 40  # a worker waits to give back what it has in hand while its lease lasts, 60
TRIES = "SELECT max(attempts) FROM ingest_batch"


@pytest.fixture
def disk() -> Iterator[Path]:
    """A file system of that size, which only root may mount, and not in every container."""
    with TemporaryDirectory(prefix="foureyes-disk-") as folder:
        mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES},mode=755", "tmpfs", folder]
        done = subprocess.run(mount, capture_output=True, text=True, check=False)
        if done.returncode:
            reason = f"no file system can be mounted here: {done.stderr.strip()}"
            if os.environ.get("CI") == "true":
                pytest.fail(reason)
            pytest.skip(reason)
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)


def fill(disk: Path) -> Path:
    """A file that takes all that is left."""
    ballast = disk / "ballast"
    with suppress(OSError), ballast.open("ab", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    return ballast


def next_journal(address: str) -> None:
    """Has the server begin files of its journal until there is no room for one, which ends it."""
    with suppress(psycopg.Error), psycopg.connect(address, autocommit=True) as connection:
        for _ in range(40):
            connection.execute("CREATE TABLE any_table (x int); DROP TABLE any_table")
            connection.execute("SELECT pg_switch_wal()")


@pytest.mark.parametrize("journal", [False, True], ids=["tables", "journal"])
def test_what_is_accepted_around_a_full_disk_is_there_once(
    disk: Path, tmp_path: Path, elastic_url: str, redis_url: str, journal: bool
) -> None:
    name = "full-journal" if journal else "full-tables"
    with ExitStack() as stack:
        server = Server("postgresql", disk / "postgresql", stack)
        site = Production(
            tmp_path / "home",
            database=server.command.url,
            events=f"{elastic_url}/{name}",
            broker=redis_url.replace("/0", "/8" if journal else "/10"),
        )
        assert site.finish("migrate") == 0, (site.home / "migrate.log").read_text()
        site.issue_token(name)
        stack.enter_context(site.running("web", "worker", "beat"))
        sender = Sender(site)
        while len(sender.accepted) < 5:
            sender.send()

        ballast = fill(disk)
        if journal:
            next_journal(server.command.url)
        until = monotonic() + FULL_SECONDS
        while monotonic() < until:
            sender.send()
            fill(disk)
            sleep(0.3)
        assert sender.answers[503] > 20
        assert set(sender.answers) <= {202, 503}

        ballast.unlink()
        if server.ended():
            server.start()
        eventually(lambda: sender.send() == 202, 120)
        eventually(lambda: site.rows(PENDING) == [(0,)], 180)
        batches = {str(row[0]): row[1:] for row in site.rows(BATCHES)}
        assert {state for state, *_ in batches.values()} == {"done"}
        assert set(batches) >= set(sender.accepted)
        assert sum(stored for _, _, stored, *_ in batches.values()) == site.events_of(name)
        if not journal:  # the server told of each refusal, so nothing of these is left
            assert set(spooled(site)) == set(batches)
            assert site.rows(TRIES) == [(1,)]


class Sender:
    """Sends one log after another, each of its own commands."""

    def __init__(self, site: Production) -> None:
        self._site, self._sent = site, 0
        self.answers: Counter[int] = Counter()
        self.accepted: list[str] = []

    def send(self) -> int:
        """The status of an answer."""
        self._sent += 1
        log = history(200, 1_767_225_600 + 1000 * self._sent)
        address = "/api/v1/ingest/bash_history?user=asilva&whole=true"
        status, said = self._site.ask(address, log)
        self.answers[status] += 1
        if status == 202:
            self.accepted.append(said["batch"])
        return status


def spooled(site: Production) -> list[str]:
    """The names of logs that the spool keeps."""
    return [path.name for path in (site.home / "spool").glob("*/*") if path.is_file()]
