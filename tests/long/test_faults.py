"""Embedded mode while its processes are killed at random: all that was accepted is kept."""

import json
import os
import signal
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from random import Random
from subprocess import Popen
from time import monotonic, sleep

import pytest

from tests.auditapp.ingest.installation import Installation, eventually
from tests.long.shipper import Shipper
from tests.services.running import free_port

pytestmark = pytest.mark.alone
CHAOS_SECONDS = 150
SCAN = (
    "import sys, json\nfrom auditapp.eventstore import store\n"
    "from analytics.store.base import Question\n"
    "for table in store().scan(Question(), ['event.id', 'process.command_line']):\n"
    "    for row in table.to_pylist():\n"
    "        print(json.dumps([row['event.id'], row['process.command_line']]))\n"
)
PENDING = "SELECT count(*) FROM ingest_batch WHERE state IN ('waiting', 'working')"
STANDING = (
    "SELECT id FROM ingest_batch WHERE state != 'done' OR lease_owner != ''"
    " OR lease_until IS NOT NULL OR records != stored + duplicates + rejected"
)


class Whole:
    """`manage.py up`, which is started again whenever it is gone."""

    def __init__(self, installation: Installation, said: Path) -> None:
        self._installation, self._said = installation, said
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.process: Popen[bytes] = self._start()

    def _start(self) -> "Popen[bytes]":
        with self._said.open("ab") as said:
            up = ("manage.py", "up", "--port", str(self.port))
            return self._installation.start(*up, stdout=said, stderr=said)

    def alive(self) -> bool:
        """Whether the site answers."""
        try:
            with urllib.request.urlopen(f"{self.address}/healthz", timeout=5):
                return True
        except (urllib.error.URLError, OSError):
            return False

    def members(self) -> list[int]:
        """Process numbers of the supervisor, its children, and theirs."""
        found = [self.process.pid]
        for process in found:
            with suppress(FileNotFoundError, ProcessLookupError):
                children = Path(f"/proc/{process}/task/{process}/children").read_text()
                found += [int(child) for child in children.split()]
        return found

    def kill_one(self, chance: Random) -> None:
        """Kills any of them; where it was the supervisor, all end, and it is started again."""
        first, *others = self.members()
        victim = first if not others or chance.random() < 0.3 else chance.choice(others)
        with suppress(ProcessLookupError):
            os.kill(victim, signal.SIGKILL)
        if victim == first:
            self.process.wait(30)
            eventually(lambda: not any(running(child) for child in others), 30)
            self.process = self._start()


def running(process: int) -> bool:
    """Whether it runs; one that only waits to be reaped does not."""
    try:
        text = Path(f"/proc/{process}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return text.rpartition(")")[2].split()[0] not in "ZX"


@pytest.fixture
def whole(blank: Installation, tmp_path: Path) -> Iterator[Whole]:
    """A running installation that answers."""
    made = Whole(blank, tmp_path / "said")
    try:
        eventually(made.alive, 90)
        yield made
    finally:
        made.process.terminate()
        made.process.wait(60)


@pytest.mark.parametrize("seed", [1])
def test_whatever_is_killed_each_accepted_record_is_stored_once(
    blank: Installation, whole: Whole, tmp_path: Path, seed: int
) -> None:
    token = blank.run("tokens", "issue", "shipper", "--feed", "lab").stdout.decode().strip()
    shippers = [
        Shipper(whole.address, token, Random(f"{seed} {n}"), first=n * 1_000_000) for n in (1, 2)
    ]
    threads = [shipper.start() for shipper in shippers]
    chaos(whole, Random(seed))
    for shipper, thread in zip(shippers, threads, strict=True):
        shipper.over.set()
        thread.join(240)
        assert not shipper.error
        assert not thread.is_alive()
    eventually(lambda: blank.rows(PENDING) == [(0,)], 240)

    accepted = [pair for shipper in shippers for pair in shipper.accepted]
    assert len(accepted) > 50
    assert blank.rows(STANDING) == []
    records = dict(blank.rows("SELECT id, records FROM ingest_batch"))
    for log, batch in accepted:
        assert records[batch.replace("-", "")] == log.commands
    expected = sorted(line for log, _ in accepted for line in log.lines)
    output, errors = blank.python(SCAN).communicate(timeout=240)
    assert not errors, errors.decode()[-2000:]
    stored = [json.loads(line) for line in output.splitlines()]
    assert len({event for event, _ in stored}) == len(stored)
    assert sorted(line for _, line in stored) == expected
    assert blank.rows("SELECT sum(stored) FROM ingest_batch") == [(len(expected),)]
    fired = blank.rows("SELECT count(*), count(DISTINCT event) FROM cases_alert")
    assert fired == [(len(accepted), len(accepted))]


def chaos(whole: Whole, chance: Random) -> None:
    """Kills one process after another for a while."""
    until = monotonic() + CHAOS_SECONDS
    while monotonic() < until:
        sleep(chance.uniform(0.5, 8))
        whole.kill_one(chance)
