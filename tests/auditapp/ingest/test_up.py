"""The whole thing, started as people start it."""

import http.client
import os
import signal
import socket
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import Popen

import pytest

from tests.auditapp.ingest.installation import Installation, eventually, history

Start = Callable[[], "Popen[bytes]"]


@pytest.fixture
def port() -> int:
    """One that is free."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """What it says."""
    return tmp_path / "output"


@pytest.fixture
def up(blank: Installation, port: int, output: Path) -> Iterator[Start]:
    """Starts it; it is gone after the test."""
    started = []

    def start() -> "Popen[bytes]":
        with output.open("ab") as said:
            process = blank.start("manage.py", "up", "--port", str(port), stdout=said, stderr=said)
        started.append(process)
        return process

    yield start
    for process in started:
        process.terminate()
        process.wait(40)


def get(port: int, path: str) -> int:
    """The status of a page; 0 where nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


def send_in_chunks(port: int, token: str, log: bytes) -> int:
    """The status of a log whose length is not said beforehand."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    blocks = (log[start : start + 1000] for start in range(0, len(log), 1000))
    headers = {"Authorization": f"Bearer {token}"}
    address = "/api/v1/ingest/bash_history?user=asilva&host=gpu03&whole=true"
    connection.request("POST", address, blocks, headers, encode_chunked=True)
    status = connection.getresponse().status
    connection.close()
    return status


def children_of(process: int) -> set[int]:
    """Its children and theirs."""
    direct = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return set().union(*({int(child)} | children_of(int(child)) for child in direct))


def alive(process: int) -> bool:
    """Whether it runs; one that only waits to be reaped does not."""
    try:
        text = Path(f"/proc/{process}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return text.rpartition(")")[2].split()[0] not in "ZX"


def test_it_starts_works_restarts_what_crashes_and_dies_whole(
    blank: Installation, up: Start, port: int, output: Path, tmp_path: Path
) -> None:
    blank.environment["LOG_LEVEL"] = "INFO"
    running = up()
    eventually(lambda: get(port, "/healthz") == 200, 90)
    key = blank.home / "secret_key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600

    eventually(lambda: get(port, "/readyz") == 200)
    assert get(port, "/api/docs/") == 200

    second = blank.run("up", "--port", str(port + 1))
    assert second.returncode != 0
    assert f"is in use by process {running.pid}".encode() in second.stderr

    log = tmp_path / "history"
    log.write_bytes(history(100))
    batch = blank.accept(log)
    blank.python(f"from auditapp.ingest import hints\nhints.process({batch!r})").communicate()
    eventually(lambda: blank.rows("SELECT state, stored FROM ingest_batch") == [("done", 100)])

    token = blank.run("tokens", "issue", "shipper", "--feed", "lab").stdout.decode().strip()
    assert send_in_chunks(port, token, history(5_000)) == 202
    eventually(
        lambda: blank.rows("SELECT stored FROM ingest_batch WHERE lines = 10000") == [(5000,)]
    )

    before = children_of(running.pid)
    web = min(before)
    os.kill(web, signal.SIGKILL)
    eventually(lambda: not alive(web))
    eventually(lambda: len(children_of(running.pid)) >= 4, 60)  # web and its own, scheduler, worker
    eventually(lambda: get(port, "/healthz") == 200, 60)

    family = children_of(running.pid)
    os.kill(running.pid, signal.SIGKILL)
    eventually(lambda: not any(alive(child) for child in family), 15)
    running.wait()
    said = output.read_text()
    assert f"Foureyes is at http://127.0.0.1:{port}" in said
    assert "sign in as analyst" in said
    assert "sign in as administrator" in said
    assert "taken in: 100 events" in said
    assert "exit code" not in said  # nothing ended but what was killed

    again = up()
    eventually(lambda: get(port, "/healthz") == 200, 60)
    again.terminate()
    assert again.wait(60) == 0
    assert "sign in" not in output.read_text().removeprefix(said)
    assert get(port, "/healthz") == 0


def test_a_busy_port_is_one_clear_line(blank: Installation) -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        done = blank.run("up", "--port", str(busy.getsockname()[1]))
    assert done.returncode != 0
    assert done.stderr.startswith(b"CommandError: port ")
    assert len(done.stderr.splitlines()) == 1
