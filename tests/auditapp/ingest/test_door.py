"""The door, as a real web server opens it: bodies of any size, slow ones, and such as mean harm."""

import gzip
import hashlib
import os
import shutil
import socket
import zlib
from collections.abc import Iterator
from pathlib import Path
from threading import Barrier, Thread
from time import monotonic

import pytest
import zstandard

from tests.auditapp.ingest.installation import Installation, history
from tests.auditapp.ingest.site import LOG, Site, serving
from tests.services.running import free_port

pytestmark = pytest.mark.processes
BLOCK = history(5000)
LARGE = 300  # blocks; 60 MB


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, tables: Path) -> Iterator[Site]:
    """One server for all tests here; it waits two seconds for a client."""
    home = tmp_path_factory.mktemp("site") / "home"
    home.mkdir()
    shutil.copy(tables, home)
    unwanted = ("DATABASE_URL", "EVENT_STORE_URL", "CELERY_BROKER_URL", "SECRET_KEY")
    kept = {name: value for name, value in os.environ.items() if name not in unwanted}
    settings = {"DJANGO_SETTINGS_MODULE": "auditapp.settings", "FOUREYES_HOME": str(home)}
    installation = Installation(home, {**kept, **settings})
    limits = {
        "FOUREYES_PATIENCE_SECONDS": "2",
        "FOUREYES_MAX_BODY_BYTES": str(80 << 20),
        "FOUREYES_TOKEN_BODIES": "4",
    }
    with serving(installation, free_port(), **limits) as site:
        site.send(BLOCK)  # what the first request loads is there before memory is looked at
        yield site


def blocks(number: int = LARGE) -> Iterator[bytes]:
    """A log that nobody holds whole."""
    for _ in range(number):
        yield BLOCK


def gzipped(plain: Iterator[bytes]) -> Iterator[bytes]:
    """The same, packed as it goes."""
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    for block in plain:
        yield packer.compress(block)
    yield packer.flush()


def zstd(plain: Iterator[bytes]) -> Iterator[bytes]:
    """The same with zstd."""
    packer = zstandard.ZstdCompressor(level=1).compressobj()
    for block in plain:
        yield packer.compress(block)
    yield packer.flush()


def spooled(site: Site, batch: str) -> Path:
    """Where a batch's log lies."""
    return next((site.installation.home / "spool").glob(f"*/{batch}"))


def hash_of(path: Path) -> str:
    """Its SHA-256."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def test_large_bodies_pass_through_memory_that_stays_flat(site: Site) -> None:
    """Chunks of unknown number, plain and packed: 60 MB each, and the server may not grow by 25."""
    before = site.memory()
    whole = hashlib.sha256()
    for block in blocks():
        whole.update(block)
    for body, encoding in ((blocks(), ""), (gzipped(blocks()), "gzip"), (zstd(blocks()), "zstd")):
        status, said = site.send(body, Content_Encoding=encoding)
        assert (status, said["bytes"]) == (202, LARGE * len(BLOCK))
        path = spooled(site, said["batch"])
        assert hash_of(path) == whole.hexdigest()
    assert site.memory() - before < 25 << 20


def test_a_bomb_is_stopped_at_the_limit_and_leaves_nothing(site: Site) -> None:
    before = site.memory()
    bombs = {
        "gzip": gzip.compress(bytes(200 << 20), 1),
        "zstd": zstandard.compress(bytes(200 << 20)),
    }
    for encoding, bomb in bombs.items():
        status, said = site.send(bomb, Content_Encoding=encoding)
        assert (status, "detail" in said) in ((413, True), (400, True))
        status, _ = site.send(bomb, "/api/v1/webhooks/github", Content_Encoding=encoding)
        assert status == 413
    assert site.memory() - before < 40 << 20  # a delivery of 25 MiB is read at once
    parts = site.installation.rows("SELECT count(*) FROM ingest_batch")
    assert len(list((site.installation.home / "spool").glob("*/*"))) == parts[0][0]


def test_a_zstd_frame_that_wants_a_large_window_is_refused(site: Site) -> None:
    parameters = zstandard.ZstdCompressionParameters.from_level(3, window_log=27)
    packer = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    body = packer.compress(os.urandom(1 << 20)) + packer.flush()
    status, said = site.send(body, Content_Encoding="zstd")
    assert status == 400, said


def test_nobody_writes_without_a_token_whatever_else_they_send(site: Site) -> None:
    count = "SELECT count(*) FROM ingest_batch"
    before = site.installation.rows(count)
    for body in (BLOCK, blocks(1), gzipped(blocks(1))):
        assert site.send(body, token="fe_" + "x" * 43)[0] == 401
    assert site.send(BLOCK, "/api/v1/webhooks/github")[0] == 403
    assert site.installation.rows(count) == before


def begin(site: Site, length: int = 100_000) -> socket.socket:
    """A body that has begun and does not go on."""
    connection = site.open()
    head = f"POST {LOG} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {site.token}\r\n"
    connection.sendall(f"{head}Content-Length: {length}\r\n\r\n#17".encode())
    return connection


def test_a_body_that_stands_still_is_given_up(site: Site) -> None:
    began = monotonic()
    with begin(site) as connection:
        answer = connection.recv(1000)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert monotonic() - began >= 1.9


def test_senders_that_stand_still_leave_room_for_the_others(site: Site) -> None:
    """As many as one token may have and more hold the door; the site answers all the while."""
    slow = [begin(site) for _ in range(7)]
    other = site.installation.run("tokens", "issue", "other", "--feed", "other")
    try:
        assert site.get("/healthz")[0] == 200
        token = other.stdout.decode().strip()
        assert site.send(BLOCK, token=token)[0] == 202
        answers = {connection.recv(1000).split(b" ")[1] for connection in slow}
        assert answers <= {b"408", b"429"}
    finally:
        for connection in slow:
            connection.close()
    assert site.send(BLOCK)[0] == 202


def test_a_header_that_trickles_holds_no_thread_for_long(site: Site) -> None:
    """More connections than there are threads say one word each and no more."""
    slow = [site.open() for _ in range(12)]
    for connection in slow:
        connection.sendall(b"GET /healthz HT")
    try:
        assert site.get("/healthz")[0] == 200
        assert all(connection.recv(100) == b"" for connection in slow)
    finally:
        for connection in slow:
            connection.close()


def test_a_body_that_breaks_off_leaves_nothing(site: Site) -> None:
    count = "SELECT count(*) FROM ingest_batch"
    before = site.installation.rows(count)
    with begin(site) as connection:
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(1000).startswith(b"HTTP/1.1 400 ")
    assert site.installation.rows(count) == before
    assert not list((site.installation.home / "spool").glob("*/*.part"))


def test_one_key_sent_by_many_at_once_makes_one_batch(site: Site) -> None:
    together, answers = Barrier(4), []

    def send() -> None:
        together.wait()
        answers.append(site.send(BLOCK, Idempotency_Key="of all"))

    senders = [Thread(target=send) for _ in range(4)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert sorted(status for status, _ in answers) == [200, 200, 200, 202]
    assert len({said["batch"] for _, said in answers}) == 1
