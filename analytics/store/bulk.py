"""Creating many documents: bodies made by hand, each answer told apart, the busy tried again."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from analytics.store.base import StoreUnavailable

BODY = 4 << 20  # bytes of a request, about
ATTEMPTS = 8
WAIT = 0.1  # seconds after the first attempt, doubled each time: 13 s in all
CREATED, EXISTS = 201, 409
BUSY = frozenset({429, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Creation:
    """A document to create in an index; `row` is its place in the batch."""

    row: int
    index: str
    id: str
    document: bytes

    @property
    def lines(self) -> bytes:
        """The action and the document, as NDJSON."""
        action = orjson.dumps({"create": {"_index": self.index, "_id": self.id}})
        return b"%b\n%b\n" % (action, self.document)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one document: an HTTP status, and the reason where it was refused."""

    status: int
    reason: str = ""


def outcomes(items: Iterable[Mapping[str, Any]]) -> list[Outcome]:
    """The outcomes in a bulk answer."""
    results = [item["create"] for item in items]
    return [Outcome(one["status"], one.get("error", {}).get("reason", "")) for one in results]


Send = Callable[[list[Creation]], list[Outcome]]


def create(creations: Iterable[Creation], send: Send) -> Iterator[tuple[int, bool]]:
    """Each row, and whether its document was created now (else it was there already).

    Raises StoreUnavailable where the store stays busy, ValueError where it refuses a document.
    """
    for request in _requests(creations):
        yield from _created(request, send)


def _created(request: list[Creation], send: Send) -> Iterator[tuple[int, bool]]:
    for attempt in range(ATTEMPTS):
        if attempt:
            time.sleep(WAIT * 2 ** (attempt - 1))
        busy = []
        for creation, outcome in zip(request, send(request), strict=True):
            if outcome.status in (CREATED, EXISTS):
                yield creation.row, outcome.status == CREATED
            elif outcome.status in BUSY:
                busy.append(creation)
            else:
                raise ValueError(f"event {creation.id} is refused: {outcome.reason}")
        request = busy
        if not request:
            return
    raise StoreUnavailable(f"the store is too busy for {len(request)} events")


def _requests(creations: Iterable[Creation]) -> Iterator[list[Creation]]:
    request: list[Creation] = []
    size = 0
    for creation in creations:
        if request and size + len(creation.document) > BODY:
            yield request
            request, size = [], 0
        request.append(creation)
        size += len(creation.document)
    if request:
        yield request
