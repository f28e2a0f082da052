"""Fish histories: `- cmd:` and, beneath it, `when:` and the paths that the command named."""

import re
from collections.abc import Iterator
from typing import BinaryIO

from analytics.event import Batch, Collector, Context, Source
from analytics.histories import Command, add
from analytics.reading import LONGEST_LINE, Line, lines
from analytics.seams import begun_by

START = re.compile(rb"- ?cmd: ?(.*)", re.DOTALL)
STARTS = re.compile(rb"^- ?cmd: .*\n\s+when: \d{9,10}\r?$", re.MULTILINE)
WHEN = re.compile(rb"\s+when: ?(\d{1,12})\s*")
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
    collector = Collector(context, SOURCE)
    pending: list[Line] = []
    size = 0
    for line in lines(log):
        begins = START.match(line.text) is not None
        if pending and (begins or size > LONGEST_LINE):
            _close(pending, collector)
            pending, size = [], 0
        if begins or pending:
            pending.append(line)
            size += len(line.text) + 1
        elif line.text.strip():
            collector.reject(line.number, "belongs to no command", line.text)
        if collector.full:
            yield collector.take()
    if pending:
        _close(pending, collector)
    yield from collector.rest()


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
            offset=0,  # fish drops repeated commands and writes the others anew, elsewhere
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
