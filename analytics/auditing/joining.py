"""Joins the records of one audit event, which share node, time and serial, wherever they stand."""

import re
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from analytics.event import readable
from analytics.reading import LONGEST_LINE

BLOCK = 1 << 16  # bytes; larger ones fall out of the processor's caches
MOST_OPEN = 256  # events whose end was not seen; in a file of many nodes many are under way
MOST_OPEN_SIZE = 16 << 20
LARGEST_EVENT = 1 << 20
HEADER = r"type=\S+ msg=audit\("
RUNS = re.compile(  # records of one event that follow each other, or a line that is none
    rf"(((?:node=\S+ )?){HEADER}(\d{{1,11}}\.\d{{1,6}}:\d{{1,20}})\):?.*\n"
    rf"(?:\2{HEADER}\3\):?.*\n)*)|(.*)\n"
)
AUDIT_TIME = re.compile(r"msg=audit\(([^)]*)\)")
ALONE = "the end of an event of which nothing else is here"

Reject = Callable[[int, str, str], None]


@dataclass(slots=True)
class Joined:
    """The records of one event: their lines in the order they came, each with its end."""

    line: int  # of its first record
    prefix: str  # `node=… ` or nothing
    stamp: str  # seconds.milliseconds:serial
    text: str
    later: list[str] | None = None
    size: int = 0

    def whole(self) -> "Joined":
        """Itself, with what came later put in its text."""
        if self.later:
            self.text += "".join(self.later)
            self.later = None
        return self


class Joiner:
    """Holds the events that are under way."""

    def __init__(self, reject: Reject) -> None:
        self._reject = reject
        self._open: OrderedDict[str, Joined] = OrderedDict()
        self._size = 0

    def take(self, line: int, run: str, prefix: str, stamp: str) -> Joined | None:
        """Takes records that follow each other; gives their event where they end it."""
        key = prefix + stamp
        event = self._open.get(key)
        if event is None:
            if run.startswith("type=EOE ", len(prefix)):
                self._reject(line, ALONE, run)
                return None
            event = Joined(line, prefix, stamp, run)
            if _ended(run, prefix):
                return event
            self._open[key] = event
        elif event.size + len(run) > LARGEST_EVENT:
            self._reject(line, "the event is too large", run)
            return None
        elif event.later:
            event.later.append(run)
        else:
            event.later = [run]
        event.size += len(run)
        self._size += len(run)
        return self._close(key) if _ended(run, prefix) else None

    def overdue(self) -> Joined | None:
        """An event that has been under way for too long."""
        if len(self._open) > MOST_OPEN or self._size > MOST_OPEN_SIZE:
            return self._close(next(iter(self._open)))
        return None

    def rest(self) -> Iterator[Joined]:
        """Each event that is under way."""
        while self._open:
            yield self._close(next(iter(self._open)))

    def _close(self, key: str) -> Joined:
        event = self._open.pop(key)
        self._size -= event.size
        return event.whole()


def joined(log: BinaryIO, reject: Reject) -> Iterator[Joined]:
    """Each event of a log, once its end was seen, many later ones were, or the log ends.

    Memory is bounded. Lines that are no audit records go to `reject` with their number, why,
    and their text.
    """
    joiner = Joiner(reject)
    for first, text in _blocks(log, reject):
        line = first
        for run, prefix, stamp, other in RUNS.findall(text):
            if stamp:
                event = joiner.take(line, run, prefix, stamp) or joiner.overdue()
                while event:
                    yield event
                    event = joiner.overdue()
                line += run.count("\n")
            else:
                if other and not other.isspace():
                    reject(line, _why(other), other)
                line += 1
    yield from joiner.rest()


def _ended(run: str, prefix: str) -> bool:
    """Whether the last of these records is the one that ends an event."""
    return run.startswith("type=EOE ", run.rfind("\n", 0, -1) + 1 + len(prefix))


def _why(line: str) -> str:
    time = AUDIT_TIME.search(line)
    if time is None:
        return "not an audit record: no msg=audit(…)"
    if ":" not in time[1] or "." not in time[1]:
        return "not an audit record: no seconds.milliseconds:serial in msg=audit(…)"
    return "not an audit record: its header is damaged"


def _blocks(log: BinaryIO, reject: Reject) -> Iterator[tuple[int, str]]:
    """Whole lines, many at once, each with its end, and the number of the first."""
    number, rest, too_long = 1, b"", False
    while data := log.read(BLOCK):
        if too_long and b"\n" in data:
            data = data[data.index(b"\n") + 1 :]
            number, too_long = number + 1, False
        cut = data.rfind(b"\n") + 1
        if cut and not too_long:
            text = _text(rest + data[:cut])
            yield number, text
            number, rest = number + text.count("\n"), b""
        if not too_long:
            rest += data[cut:]
        if len(rest) > LONGEST_LINE:
            reject(number, "line is too long", readable(rest[:4096]))
            rest, too_long = b"", True
    if rest:
        yield number, _text(rest + b"\n")


def _text(block: bytes) -> str:
    return readable(block).replace("\r\n", "\n")
