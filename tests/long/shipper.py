"""A shipper that gives up on nothing: it sends each log until it is told that it was accepted."""

import json
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from random import Random
from threading import Event, Thread
from time import monotonic, sleep
from typing import Any

PATIENCE_SECONDS = 180
DAY = 1_767_225_600


@dataclass(frozen=True, slots=True)
class Log:
    """A bash history in which every command is unique and the last one fires a rule."""

    number: int
    commands: int

    @property
    def lines(self) -> list[str]:
        """Its commands."""
        plain = [f"squeue --job {self.number}_{n}" for n in range(self.commands - 1)]
        return [*plain, f"history -c # {self.number}"]

    @property
    def body(self) -> bytes:
        """As bash writes it, all on one day."""
        begin = DAY + self.number % 1000
        timed = (f"#{begin + n % 80_000}\n{line}\n" for n, line in enumerate(self.lines))
        return "".join(timed).encode()


@dataclass(slots=True)
class Shipper:
    """Sends logs one after another in a thread; `accepted` holds each with its batch's id.

    Every third goes without an Idempotency-Key, so that a lost answer sends it twice.
    """

    address: str
    token: str
    chance: Random
    first: int
    over: Event = field(default_factory=Event)
    accepted: list[tuple[Log, str]] = field(default_factory=list)
    repeated: int = 0
    error: str = ""

    def start(self) -> Thread:
        """The running thread; it ends after the log at hand once `over` is set."""
        thread = Thread(target=self._run, daemon=True)
        thread.start()
        return thread

    def _run(self) -> None:
        number = self.first
        while not self.over.is_set() and not self.error:
            size = self.chance.choice((1, 10, 300, 2000, 8000))
            log = Log(number, size)
            key = f"{number}" if number % 3 else ""
            try:
                self.accepted.append((log, self._deliver(log.body, key)))
            except TimeoutError as error:
                self.error = str(error)
            number += 1
            self.over.wait(self.chance.uniform(0, 2))  # no faster than one worker takes them in

    def _deliver(self, body: bytes, key: str) -> str:
        """The batch's id. Raises TimeoutError where nobody accepts it for three minutes."""
        until = monotonic() + PATIENCE_SECONDS
        while monotonic() < until:
            try:
                return str(self._post(body, key)["batch"])
            except urllib.error.HTTPError as error:
                if error.code < 429:
                    self.error = f"{error.code}: {error.read()!r}"
                    raise TimeoutError(self.error) from error
            except (OSError, ValueError):  # refused, cut off, or half an answer
                self.repeated += 1
            sleep(0.2)
        raise TimeoutError(f"nobody accepted a log for {PATIENCE_SECONDS} seconds")

    def _post(self, body: bytes, key: str) -> Any:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "text/plain"}
        request = urllib.request.Request(
            f"{self.address}/api/v1/ingest/bash_history?host=gpu03&user=asilva&whole=true",
            body,
            headers | ({"Idempotency-Key": key} if key else {}),
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)
