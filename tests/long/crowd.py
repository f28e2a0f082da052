"""Eight clients at once, which send every log twice, out of order, until it is accepted."""

import json
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from random import Random
from threading import Event, Lock, Thread
from time import monotonic, sleep
from typing import Any

CLIENTS = 8
PATIENCE_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Log:
    """ECS documents, each with a command of its own; of every 25 one is broken off, and cannot
    be read."""

    number: int
    lines: int

    @property
    def broken(self) -> list[int]:
        """Numbers of its lines that cannot be read, from 1."""
        return [n + 1 for n in range(self.lines) if n % 25 == 7]

    @property
    def commands(self) -> list[str]:
        """What the others say."""
        broken = set(self.broken)
        return [f"squeue {self.number}/{n}" for n in range(self.lines) if n + 1 not in broken]

    @property
    def body(self) -> bytes:
        """As it is sent."""
        broken = set(self.broken)
        return b"".join(
            f'{{"broken": "{self.number}/{n}"\n'.encode() if n + 1 in broken else self._line(n)
            for n in range(self.lines)
        )

    def _line(self, n: int) -> bytes:
        document = {
            "@timestamp": f"2026-03-{1 + self.number % 20:02}T10:{n // 60 % 60:02}:{n % 60:02}Z",
            "event": {"kind": "event", "category": ["process"], "type": ["start"]},
            "host": {"name": f"gpu{self.number % 7:02}"},
            "user": {"name": "asilva"},
            "process": {"name": "squeue", "command_line": f"squeue {self.number}/{n}"},
        }
        return json.dumps(document).encode() + b"\n"


@dataclass(slots=True)
class Crowd:
    """The clients; `accepted` holds each log with the id of its batch, once an answer.

    Every other log goes with a key for each of its two sendings, so that a repeated request finds
    its batch; the rest without, so that a lost answer makes a further batch.
    """

    address: str
    token: str
    seed: int
    over: Event = field(default_factory=Event)
    accepted: list[tuple[Log, str]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    refused: int = 0
    unanswered: int = 0
    _again: list[Log] = field(default_factory=list)
    _made: int = 0
    _lock: Lock = field(default_factory=Lock)
    _threads: list[Thread] = field(default_factory=list)

    def start(self) -> None:
        """Sets all of them going."""
        for client in range(CLIENTS):
            chance = Random(f"{self.seed} {client}")
            thread = Thread(target=self._run, args=(chance,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def stop(self, seconds: float) -> None:
        """No new logs; returns when each that was begun was sent twice."""
        self.over.set()
        until = monotonic() + seconds
        for thread in self._threads:
            thread.join(max(until - monotonic(), 0))
            assert not thread.is_alive(), "a client still sends"

    @property
    def sent(self) -> int:
        """How many different logs."""
        return self._made

    def _run(self, chance: Random) -> None:
        try:
            while (task := self._next(chance)) is not None:
                log, time = task
                key = f"{log.number}-{time}" if log.number % 2 else ""
                batch = self._deliver(log.body, key)
                with self._lock:
                    self.accepted.append((log, batch))
                if not self.over.is_set():
                    sleep(chance.uniform(0, 1.5))
        except (TimeoutError, ValueError) as error:
            self.errors.append(str(error))

    def _next(self, chance: Random) -> tuple[Log, int] | None:
        """A new log, or one that somebody sent a while ago; None when all is sent twice."""
        with self._lock:
            over = self.over.is_set()
            if self._again and (over or (len(self._again) > CLIENTS and chance.random() < 0.5)):
                return self._again.pop(chance.randrange(len(self._again))), 2
            if over:
                return None
            log = Log(self._made, chance.choice((1, 5, 40, 200, 400)))
            self._made += 1
            self._again.append(log)
            return log, 1

    def _deliver(self, body: bytes, key: str) -> str:
        until = monotonic() + PATIENCE_SECONDS
        while monotonic() < until:
            try:
                return str(self._post(body, key)["batch"])
            except urllib.error.HTTPError as error:
                if error.code not in (429, 502, 503, 500):
                    raise ValueError(f"{error.code}: {error.read()!r}") from error
                self.refused += 1
            except (OSError, ValueError):  # refused, cut off, or half an answer
                self.unanswered += 1
            sleep(0.5)
        raise TimeoutError(f"nobody accepted a log for {PATIENCE_SECONDS} seconds")

    def _post(self, body: bytes, key: str) -> Any:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "text/plain"}
        request = urllib.request.Request(
            f"{self.address}/api/v1/ingest/ecs",
            body,
            headers | ({"Idempotency-Key": key} if key else {}),
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)
