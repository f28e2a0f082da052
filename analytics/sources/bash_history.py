"""Bash histories: with times, `#epoch` stands before each command, which may go on over several
lines; without, each line is a command of some time before the history was received."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

import pyarrow.compute as pc

from analytics.event import Batch, Collector, Context, Source
from analytics.histories import Command, add
from analytics.paired import Pair, read
from analytics.reading import LONGEST_LINE, Line
from analytics.seams import begun_by

TIME = re.compile(rb"(?:\xef\xbb\xbf)?#(\d{9,10})[ \t]*")
PAIR = Pair(
    first=r"^#\d{9,10}$",
    second=r"^[!-~]([ -~]*[!-~])?$",
    begins=r"^#\d{9,10}$",
    parts=lambda first, second: (second, pc.utf8_slice_codeunits(first, 1)),
    head=lambda first, second: b"%b\n%b" % (first, second),
    placed=True,
)
TIMES = re.compile(rb"^#\d{9,10}[ \t]*\r?$", re.MULTILINE)


def recognises(head: bytes, path: str) -> float:
    """By the file's name, or by lines that are nothing but `#` and an epoch."""
    if "bash_history" in path.rsplit("/", 1)[-1]:
        return 0.9
    if TIME.fullmatch(head.removeprefix(b"\xef\xbb\xbf").split(b"\n", 1)[0].rstrip(b"\r")):
        return 0.9
    return 0.7 if TIMES.search(head) else 0.0


@dataclass(slots=True)
class _Open:
    """The command that is being read: its time and the lines so far."""

    time: Line
    epoch: int
    texts: list[bytes] = field(default_factory=list)
    size: int = 0

    def close(self, collector: Collector) -> None:
        while self.texts and not self.texts[-1].strip():
            self.texts.pop()
        if not self.texts:
            collector.reject(self.time.number, "a time without a command", self.time.text)
            return
        plain = b"\n".join(self.texts)
        command = Command(
            line=self.time.number,
            offset=self.time.offset,
            epoch=self.epoch,
            head=self.time.text + b"\n" + self.texts[0],
            raw=self.time.text + b"\n" + plain,
            plain=plain,
        )
        add(command, collector)


def _untimed(line: Line) -> Command:
    return Command(
        line=line.number,
        offset=line.offset,
        epoch=None,
        head=line.text,
        raw=line.text,
        plain=line.text,
    )


@dataclass(slots=True)
class Others:
    """Reads entries line by line."""

    collector: Collector
    current: _Open | None = None

    def take(self, line: Line) -> None:
        """Takes a line; a command is known where the next time is told."""
        current = self.current
        if found := TIME.fullmatch(line.text):
            self.end()
            self.current = _Open(line, int(found[1]))
        elif line.too_long or (current and current.size + len(line.text) > LONGEST_LINE):
            self.collector.reject(line.number, "command is too long", line.text)
        elif current:
            if current.texts or line.text.strip():
                current.texts.append(line.text)
                current.size += len(line.text) + 1
        elif line.text.strip():
            add(_untimed(line), self.collector)

    def end(self) -> None:
        """Ends the command that is being read."""
        if self.current:
            self.current.close(self.collector)
        self.current = None


def parse(log: BinaryIO, context: Context) -> Iterator[Batch]:
    """An event for each command; those before the first time are of kind `state`."""
    return read(log, PAIR, Others(Collector(context, SOURCE)), context, SOURCE)


SOURCE = Source(
    name="bash_history",
    family="shell",
    title="Bash history",
    recognises=recognises,
    parse=parse,
    seam=begun_by(TIMES),
)
