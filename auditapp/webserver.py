"""The web server's worker: gunicorn's, with threads that nobody can hold by being slow.

gunicorn reads from a client for as long as the client likes. Here each request has a budget of
waiting, which grows with what has arrived; whoever is slower than SLOWEST is hung up on.
"""

import os
import socket
import sys
from time import monotonic
from typing import Any

from gunicorn import glogging
from gunicorn.workers.gthread import ThreadWorker

from auditapp.logs import JsonFormatter

PATIENCE = float(os.environ.get("FOUREYES_PATIENCE_SECONDS") or 15)
SLOWEST = 32 << 10  # bytes a second
TURN = 1e-3  # seconds that a large body's thread may keep the others waiting; Python gives it five


class PacedSocket(socket.socket):
    """A connection that counts how long its client was waited for."""

    _waited = 0.0
    _moved = 0
    _body = False

    @classmethod
    def of(cls, connection: socket.socket) -> "PacedSocket":
        """The same connection; the one that was given is no longer to be used."""
        timeout = connection.gettimeout()
        paced = cls(connection.family, connection.type, connection.proto, connection.detach())
        paced.settimeout(timeout)
        return paced

    def begin(self) -> None:
        """A request is expected: its budget starts anew."""
        self._waited, self._moved, self._body = 0.0, 0, False

    def begin_body(self) -> None:
        """The request's header is there."""
        self._body = True

    def recv(self, size: int, flags: int = 0, /) -> bytes:
        """Waits no longer than the budget allows. Then raises TimeoutError in a body, while a
        header just ends, which the server takes for a client that went away."""
        try:
            data: bytes = self._within(self._left(), super().recv, size, flags)
        except TimeoutError:
            if self._body:
                raise
            return b""
        self._moved += len(data)
        return data

    def sendall(self, data: Any, flags: int = 0, /) -> None:
        """Waits for the client to read, for as long as SLOWEST allows. Raises TimeoutError."""
        self._within(PATIENCE + len(data) / SLOWEST, super().sendall, data, flags)

    def _left(self) -> float:
        return PATIENCE + self._moved / SLOWEST - self._waited

    def _within(self, seconds: float, act: Any, *arguments: Any) -> Any:
        before = self.gettimeout()
        if seconds <= 0:
            raise TimeoutError("the client is too slow")
        began = monotonic()
        self.settimeout(seconds if before is None else min(before, seconds))
        try:
            return act(*arguments)
        finally:
            self._waited += monotonic() - began
            self.settimeout(before)


class Log(glogging.Logger):  # type: ignore[misc]
    """gunicorn's logs in the form that LOG_FORMAT names."""

    def setup(self, cfg: Any) -> None:
        """Called by gunicorn."""
        super().setup(cfg)
        if os.environ.get("LOG_FORMAT") == "json":
            for logger in (self.error_log, self.access_log):
                for handler in logger.handlers:
                    handler.setFormatter(JsonFormatter())


class Worker(ThreadWorker):  # type: ignore[misc]
    """Gives every connection a PacedSocket."""

    def init_process(self) -> None:
        """Called once, in the worker's process."""
        sys.setswitchinterval(TURN)
        super().init_process()

    def enqueue_req(self, conn: Any) -> None:
        """Called for each request that begins."""
        if not isinstance(conn.sock, PacedSocket):
            conn.sock = PacedSocket.of(conn.sock)
        conn.sock.begin()
        super().enqueue_req(conn)

    def handle_request(self, req: Any, conn: Any) -> Any:
        """Called once a header was read."""
        conn.sock.begin_body()
        return super().handle_request(req, conn)
