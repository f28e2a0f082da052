"""A web server in a process of its own, as `up` and the image start it, and what is seen of it."""

import http.client
import json
import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.auditapp.ingest.installation import Installation, eventually

LOG = "/api/v1/ingest/bash_history?host=gpu03&user=asilva"


@dataclass
class Site:
    """The server, and a token that it takes."""

    installation: Installation
    port: int
    process: int
    token: str

    def send(
        self, body: bytes | Iterable[bytes], path: str = LOG, token: str = "", **headers: str
    ) -> tuple[int, dict[str, Any]]:
        """Status and JSON of the answer; what is no bytes is sent in chunks."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            connection.request(
                "POST",
                path,
                body,
                {"Authorization": f"Bearer {token or self.token}", **sent},
                encode_chunked=not isinstance(body, bytes),
            )
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> tuple[int, str]:
        """Status and text of a page."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def open(self) -> socket.socket:
        """A connection to write to by hand."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=60)

    def memory(self) -> int:
        """Most bytes that a process of the server ever held in memory."""
        workers = Path(f"/proc/{self.process}/task/{self.process}/children").read_text().split()
        status = [Path(f"/proc/{worker}/status").read_text() for worker in workers]
        peaks = [int(text.split("VmHWM:")[1].split()[0]) for text in status]
        return max(peaks) * 1024


@contextmanager
def serving(installation: Installation, port: int, **settings: str) -> Iterator[Site]:
    """A site with these settings, which is gone afterwards."""
    issued = installation.run("tokens", "issue", "shipper", "--feed", "lab")
    installation.environment.update(settings)
    arguments = ("-m", "gunicorn", "auditapp.wsgi", "--bind", f"127.0.0.1:{port}")
    worker = ("--worker-class", "auditapp.webserver.Worker", "--threads", "8", "--workers", "1")
    said = (installation.home / "web.log").open("ab")
    process = installation.start(
        *arguments, *worker, "--no-control-socket", stdout=said, stderr=said
    )
    site = Site(installation, port, process.pid, issued.stdout.decode().strip())
    try:
        eventually(lambda: answers(site), 60)
        yield site
    finally:
        process.terminate()
        process.wait(40)
        said.close()


def answers(site: Site) -> bool:
    """Whether it is up."""
    try:
        return site.get("/healthz")[0] == 200
    except OSError:
        return False
