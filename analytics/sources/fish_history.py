"""Fish histories: `- cmd:` and, beneath it, `when:` and the paths that the command named."""

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

START = re.compile(rb"- ?cmd: ?(.*)", re.DOTALL)
STARTS = re.compile(rb"^- ?cmd: .*\n\s+when: \d{9,10}\r?$", re.MULTILINE)
WHEN = re.compile(rb"\s+when: ?(\d{1,12})\s*")
PAIR = Pair(
    first=r"^- cmd: [!-\[\]-~]([ -\[\]-~]*[!-\[\]-~])?$",  # nothing that is escaped
    second=r"^  when: \d{9,10}$",
    begins=r"^- cmd: ",
    parts=lambda first, second: (
        pc.utf8_slice_codeunits(first, 7),
        pc.utf8_slice_codeunits(second, 8),
    ),
    head=lambda first, second: b"%b\n%b" % (first, second[8:]),
    placed=False,  # fish drops repeated commands and writes the others anew, elsewhere
)
BENEATH = re.compile(rb"\s+(?:paths:\s*|- .*|pid:.*|cwd:.*|exit.*)", re.DOTALL)
ESCAPED = re.compile(rb"\\([\\n])")
UNTIMED = "no time beneath the command"


def recognises(head: bytes, path: str) -> float:
    """By a command with its time beneath it, or by the file's name."""
    if STARTS.search(head):
        return 0.95
    return 0.8 if path.rsplit("/", 1)[-1] == "fish_history" else 0.0


def parse(log: BinaryIO, context: Context) -> Iterator[Batch]:
    """An event for each timed command; a command without a time is rejected."""
    return read(log, PAIR, Others(Collector(context, SOURCE)), context, SOURCE)


@dataclass(slots=True)
class Others:
    """Reads entries line by line."""

    collector: Collector
    pending: list[Line] = field(default_factory=list)
    size: int = 0

    def take(self, line: Line) -> None:
        """Takes a line; a command is known where the next one begins."""
        begins = START.match(line.text) is not None
        if begins or self.size > LONGEST_LINE:
            self.end()
        if begins or self.pending:
            self.pending.append(line)
            self.size += len(line.text) + 1
        elif line.text.strip():
            self.collector.reject(line.number, "belongs to no command", line.text)

    def end(self) -> None:
        """Ends the command that is being read."""
        if self.pending:
            _close(self.pending, self.collector)
        self.pending, self.size = [], 0


def _close(pending: list[Line], collector: Collector) -> None:
    """Adds the command that these lines make up."""
    first, *rest = pending
    raw = b"\n".join(line.text for line in pending)
    found = START.fullmatch(first.text)
    times = [match for line in rest if (match := WHEN.fullmatch(line.text))]
    strange = [
        line
        for line in rest
        if line.text.strip() and not WHEN.fullmatch(line.text) and not BENEATH.fullmatch(line.text)
    ]
    if any(line.too_long for line in pending):
        collector.reject(first.number, "command is too long", raw)
    elif found is None or not found[1].strip():
        collector.reject(first.number, "a time without a command", raw)
    elif not times:
        collector.reject(first.number, UNTIMED, raw)
    else:
        own = [line.text for line in pending if line not in strange]
        command = Command(
            line=first.number,
            offset=0,
            epoch=int(times[0][1]),
            head=first.text + b"\n" + times[0][1],
            raw=b"\n".join(own).rstrip(),
            plain=ESCAPED.sub(_plain, found[1].rstrip(b"\r")),
        )
        add(command, collector)
        for line in strange:
            collector.reject(line.number, "is no part of a command", line.text)


def _plain(found: re.Match[bytes]) -> bytes:
    return b"\n" if found[1] == b"n" else b"\\"


SOURCE = Source(
    name="fish_history",
    family="shell",
    title="Fish history",
    recognises=recognises,
    parse=parse,
    seam=begun_by(re.compile(rb"^- ?cmd: ?", re.MULTILINE)),
)
