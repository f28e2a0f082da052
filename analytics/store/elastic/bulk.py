"""Bodies of bulk requests, and what the cluster says to each document in them.

A document ends as one of four: created, there already, refused for a fault of its own, or to be
sent again. Whatever else the cluster says is the cluster's trouble, not the document's: the batch
waits, and nothing of it is given up.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
import pyarrow as pa

from analytics.store.base import StoreUnavailable

ANSWERED = ["errors", "items.*.status", "items.*.error.type", "items.*.error.reason"]
ANSWERED += [f"items.*.error.{'caused_by.' * depth}reason" for depth in (1, 2)]
CREATED = 201
EXISTS = 409
TOO_LARGE = 413
BUSY = frozenset({429, 503})  # it was not done, and may be later
OWN_FAULT = frozenset(
    {
        "document_parsing_exception",
        "mapper_parsing_exception",
        "max_bytes_length_exceeded_exception",
    }
)
IMMENSE = "immense term"
LOCKED = "cluster_block_exception"  # while a month moves into a new index
MISSING = "index_not_found_exception"
LONGEST_REASON = 400


class Fate(Enum):
    """What became of a document."""

    CREATED = "created"
    KNOWN = "there already"
    REFUSED = "refused"
    BUSY = "to be sent again"
    HOMELESS = "to be sent again once its month has an index"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A document's fate, and why where it is not created."""

    fate: Fate
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """Events of one month that go out together: their places in the batch, and their lines, which
    lie one behind the other and so are a body as they are."""

    month: str
    rows: Sequence[int]
    lines: pa.Array

    @property
    def body(self) -> bytes:
        """NDJSON."""
        ends = self._ends()
        held: bytes = self.lines.buffers()[2].slice(ends[0], ends[-1] - ends[0]).to_pybytes()
        return held

    @property
    def size(self) -> int:
        """Bytes of the body."""
        ends = self._ends()
        return int(ends[-1] - ends[0])

    def only(self, places: Sequence[int]) -> "Request":
        """Of its events those at these places."""
        rows = [self.rows[place] for place in places]
        return Request(self.month, rows, self.lines.take(pa.array(places, pa.int64())))

    def parts(self, size: int) -> Iterator["Request"]:
        """The same in requests of about that size, each of one event at least."""
        ends = self._ends()
        first = 0
        while first < len(self.rows):
            end = int(np.searchsorted(ends, ends[first] + size, side="right")) - 1
            end = max(end, first + 1)
            yield Request(self.month, self.rows[first:end], self.lines.slice(first, end - first))
            first = end

    def _ends(self) -> "np.ndarray[Any, np.dtype[np.int32]]":
        """Where in the buffer of bytes the lines begin and, last, end."""
        ends = np.frombuffer(self.lines.buffers()[1], np.int32)
        return ends[self.lines.offset : self.lines.offset + len(self.lines) + 1]


CREATED_NOW = Outcome(Fate.CREATED)
KNOWN = Outcome(Fate.KNOWN)


def all_created(outcomes: Sequence[Outcome]) -> bool:
    """Whether nothing else became of them: mostly so, and quick to see."""
    return outcomes.count(CREATED_NOW) == len(outcomes)


def answered(answer: Any, count: int) -> list[Outcome]:
    """The outcomes of so many documents in a bulk answer as `wire` reads it, in order. Raises
    StoreUnavailable for trouble that will not pass by itself within seconds, and where it does not
    speak of each of them."""
    made = answer.get("created", 0)
    found = list(outcomes(answer["items"])) if "items" in answer else [CREATED_NOW] * made
    if len(found) != count:
        raise StoreUnavailable(f"the store answers for {len(found)} of {count} events")
    return found


def outcomes(items: Iterable[Mapping[str, Any]]) -> Iterator[Outcome]:
    """The outcomes of these items, in order."""
    for item in items:
        answer = item["create"]
        status = answer["status"]
        if status == CREATED:
            yield CREATED_NOW
        elif status == EXISTS:
            yield KNOWN
        else:
            yield _trouble(status, answer.get("error", {}))


def _trouble(status: int, error: Mapping[str, Any]) -> Outcome:
    kind, reason = error.get("type", ""), _reason(error)
    if status in BUSY or kind == LOCKED:
        return Outcome(Fate.BUSY, reason)
    if kind == MISSING:
        return Outcome(Fate.HOMELESS, reason)
    if kind in OWN_FAULT or IMMENSE in reason:
        return Outcome(Fate.REFUSED, reason)
    raise StoreUnavailable(f"status {status}, {kind}: {reason}")


def _reason(error: Mapping[str, Any]) -> str:
    """The outer reason says in which field, the innermost one what is wrong there."""
    reasons: list[str] = []
    cause: Any = error
    while isinstance(cause, Mapping):
        reasons += str(cause.get("reason", "")).splitlines()[:1]
        cause = cause.get("caused_by")
    told = dict.fromkeys((*reasons[:1], *reasons[-1:]))
    return ": ".join(reason[:LONGEST_REASON] for reason in told)
