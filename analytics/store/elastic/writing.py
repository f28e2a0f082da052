"""Sends many events: as large and as many requests at once as the cluster bears, the busy ones
again, and tells what became of each."""

import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, as_completed, wait
from itertools import chain, islice
from threading import Event, Lock

from analytics.store.base import StoreUnavailable
from analytics.store.elastic.bulk import Fate, Outcome, Request, all_created

SECONDS = 0.5  # that a request is to take
FIRST = 1 << 20  # bytes of a request, about
LEAST, MOST = 256 << 10, 8 << 20
AT_ONCE = 4  # requests at most
CALM = 8  # requests without trouble before one more goes out at once
ATTEMPTS = 8
WAIT = 0.1  # seconds before the second attempt, doubled each time: about 13 s in all
JITTER = (0.5, 1.5)  # of each wait, so that many writers do not come back together

Delivered = list[tuple[Sequence[int], Sequence[Outcome]]]  # rows of the batch, and their outcomes


class TooLarge(Exception):
    """The cluster takes no request of this size."""


class Pace:
    """How large requests are and how many go out at once, learnt from how they fare."""

    def __init__(self) -> None:
        """Begins carefully."""
        self.size = FIRST
        self.at_once = 2
        self._calm = 0
        self._lock = Lock()

    def passed(self, size: int, seconds: float) -> None:
        """A request of so many bytes took so long. The small rest of a batch says nothing."""
        with self._lock:
            if 2 * size >= self.size:
                fitting = int(size * SECONDS / max(seconds, 1e-3))
                self.size = min(max((self.size + fitting) // 2, LEAST), MOST)
            self._calm += 1
            if self._calm >= CALM and self.at_once < AT_ONCE:
                self.at_once, self._calm = self.at_once + 1, 0

    def pushed_back(self) -> None:
        """The cluster was busy."""
        with self._lock:
            self.size, self.at_once = max(self.size // 2, LEAST), max(self.at_once // 2, 1)
            self._calm = 0


class Writer:
    """Creates events. Safe in several threads.

    `send` gives the outcome of each event of a request, in order; it raises TooLarge, and
    StoreUnavailable. `settle` makes an index for a month that has none.
    """

    def __init__(
        self, send: Callable[[Request], list[Outcome]], settle: Callable[[str], None]
    ) -> None:
        """Sends nothing yet."""
        self.pace = Pace()
        self._send = send
        self._settle = settle

    def create(self, portions: Iterable[Request]) -> Iterator[tuple[int, Outcome]]:
        """The outcome of each event, by its row, in no order: created, known or refused.

        Portions are cut into requests as the pace says. Raises StoreUnavailable where the cluster
        stays busy; some of the events may be there by then.
        """
        stopped = Event()
        requests = (part for portion in portions for part in portion.parts(self.pace.size))
        some = list(islice(requests, 2))
        if len(some) < 2:
            delivered = [one for request in some for one in self._deliver(request, stopped)]
        else:
            delivered = self._create_at_once(chain(some, requests), stopped)
        return chain.from_iterable(zip(*one, strict=True) for one in delivered)

    def _create_at_once(self, requests: Iterable[Request], stopped: Event) -> Delivered:
        delivered: Delivered = []
        flying: set[Future[Delivered]] = set()
        with ThreadPoolExecutor(AT_ONCE) as threads:
            try:
                for request in requests:
                    while len(flying) >= self.pace.at_once:
                        landed, flying = wait(flying, return_when=FIRST_COMPLETED)
                        delivered += [one for done in landed for one in done.result()]
                    flying.add(threads.submit(self._deliver, request, stopped))
                delivered += [one for done in as_completed(flying) for one in done.result()]
            except BaseException:
                stopped.set()
                raise
        return delivered

    def _deliver(self, request: Request, stopped: Event) -> Delivered:
        delivered: Delivered = []
        reason = ""
        for attempt in range(ATTEMPTS):
            if attempt and stopped.wait(WAIT * 2 ** (attempt - 1) * random.uniform(*JITTER)):  # noqa: S311
                break
            outcomes = self._outcomes(request)
            if all_created(outcomes):
                return [*delivered, (request.rows, outcomes)]
            again = []
            for place, outcome in enumerate(outcomes):
                if outcome.fate in (Fate.BUSY, Fate.HOMELESS):
                    again.append(place)
                    reason = outcome.reason
                else:
                    delivered.append(([request.rows[place]], [outcome]))
            if not again:
                return delivered
            request = request.only(again)
        count = len(request.rows)
        raise StoreUnavailable(f"the store is too busy for {count} events: {reason}")

    def _outcomes(self, request: Request) -> list[Outcome]:
        """What became of each document just now."""
        started = time.monotonic()
        try:
            outcomes = self._send(request)
        except TooLarge:
            self.pace.pushed_back()
            if len(request.rows) == 1:
                return [Outcome(Fate.REFUSED, f"the store takes no event of {request.size} bytes")]
            parts = request.parts(request.size // 2)
            return [outcome for part in parts for outcome in self._outcomes(part)]
        fates = set() if all_created(outcomes) else {outcome.fate for outcome in outcomes}
        if Fate.HOMELESS in fates:
            self._settle(request.month)
        elif Fate.BUSY in fates:
            self.pace.pushed_back()
        else:
            self.pace.passed(request.size, time.monotonic() - started)
        return outcomes
