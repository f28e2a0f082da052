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
HEADER = r"type=(\S++) msg=audit\("
RUNS = re.compile(  # records of one event that follow each other, or a line that is none
    rf"(((?:node=\S++ )?){HEADER}(\d{{1,11}}\.\d{{1,6}}:\d{{1,20}})\).*+"
    rf"(?:\n\2{HEADER}\4\).*+)*)\n|(.*+)\n"
)
AUDIT_TIME = re.compile(r"msg=audit\(([^)]*)\)")
MARK, NUL = "msg=audit(", "\\x00"
GLUED = re.compile(r"(?<=\S)(?=(?:node=\S+ )?type=[\w\[\]]+ msg=audit\()")
END = "EOE"
ALONE = "the end of an event of which nothing else is here"

Reject = Callable[[int, str, str], None]


@dataclass(slots=True)
class Joined:
    """The records of one event: their lines in the order they came."""

    line: int  # of its first record
    prefix: str  # `node=… ` or nothing
    stamp: str  # seconds.milliseconds:serial
    text: str
    size: int
    later: list[str] | None = None  # what goes behind `text`

    def add(self, run: str) -> None:
        """Adds records that came later."""
        self.size += len(run) + 1
        if self.later:
            self.later.append(run)
        else:
            self.later = [run]


class Joiner:
    """Holds the events that are under way; those that ended are in `ended` until taken out."""

    def __init__(self, reject: Reject) -> None:
        self.ended: list[Joined] = []
        self._reject = reject
        self._open: OrderedDict[str, Joined] = OrderedDict()
        self._size = 0

    def take(self, line: int, part: str) -> int:
        """Takes the records in some lines, the first of which has this number; says the next one's.

        It is one loop, without a call for each event: most of a log's time would go into these.
        """
        events = self._open
        for run, prefix, first, stamp, last, other in RUNS.findall(part):
            if not stamp:
                if other and not other.isspace():
                    self._reject(line, _why(other), other)
                line += 1
                continue
            number, size, key = line, len(run) + 1, prefix + stamp
            line += run.count("\n") + 1
            event = events.get(key)
            if event is None:
                if first == END:
                    self._reject(number, ALONE, run + "\n")
                    continue
                event = Joined(number, prefix, stamp, run, size)
                if last == END:
                    self.ended.append(event)
                    continue
                events[key] = event
            elif event.size + size > LARGEST_EVENT:
                self._reject(number, "the event is too large", run + "\n")
                continue
            else:
                event.add(run)
            self._size += size
            if (last or first) == END:
                self._close(events.pop(key))
            while len(events) > MOST_OPEN or self._size > MOST_OPEN_SIZE:
                self._close(events.popitem(last=False)[1])
        return line

    def end(self) -> None:
        """Ends each event that is under way."""
        while self._open:
            self._close(self._open.popitem(last=False)[1])

    def _close(self, event: Joined) -> None:
        self._size -= event.size
        if event.later:
            event.text = "\n".join((event.text, *event.later))
        self.ended.append(event)


def joined(log: BinaryIO, reject: Reject) -> Iterator[list[Joined]]:
    """The events of a log, once their end was seen, many later ones were, or the log ends.

    Memory is bounded. Lines that are no audit records go to `reject` with their number, why,
    and their text.
    """
    joiner = Joiner(reject)
    line = 1
    for text, whole in _blocks(log):
        if not whole:
            reject(line, "line is too long", text)
            line += 1
            continue
        for part, ends in _parts(text):
            behind = joiner.take(line, part)
            line = behind if ends else line
        yield joiner.ended
        joiner.ended = []
    joiner.end()
    yield joiner.ended


def _parts(text: str) -> Iterator[tuple[str, bool]]:
    """A block's lines, and whether they end there: what a crash left before a record, or a record
    whose line end was lost, stands with the next one in a line. In quotes nothing is a record,
    but behind a NUL, which the kernel writes nowhere."""
    may_be_glued = text.count(MARK) > text.count("\n") or ("\\" in text and NUL in text)
    if not may_be_glued:
        yield text, True
        return
    for line in text.removesuffix("\n").split("\n"):
        part = ""
        for piece in GLUED.split(line):
            if part and (part.count('"') % 2 == 0 or part.endswith(NUL)):
                yield part + "\n", False
                part = ""
            part += piece
        yield part + "\n", True


def _why(line: str) -> str:
    time = AUDIT_TIME.search(line)
    if time is None:
        return "not an audit record: no msg=audit(…)"
    if ":" not in time[1] or "." not in time[1]:
        return "not an audit record: no seconds.milliseconds:serial in msg=audit(…)"
    return "not an audit record: its header is damaged"


def _blocks(log: BinaryIO) -> Iterator[tuple[str, bool]]:
    """Whole lines, many at once, each with its end; of one that is too long the beginning."""
    rest, too_long = b"", False
    while data := log.read(BLOCK):
        if too_long and b"\n" in data:
            data = data[data.index(b"\n") + 1 :]
            too_long = False
        cut = data.rfind(b"\n") + 1
        if cut and not too_long:
            yield _text(rest + data[:cut]), True
            rest = b""
        if not too_long:
            rest += data[cut:]
        if len(rest) > LONGEST_LINE:
            yield readable(rest[:4096]), False
            rest, too_long = b"", True
    if rest:
        yield _text(rest + b"\n"), True


def _text(block: bytes) -> str:
    text = readable(block)
    return text.replace("\r\n", "\n") if "\r" in text else text
