"""Zsh's extended histories: `: epoch:seconds;command`, lines joined by a backslash at the end."""

import re
from collections.abc import Iterator
from typing import BinaryIO

from analytics.event import Batch, Collector, Context, Source
from analytics.histories import Command, add
from analytics.reading import LONGEST_LINE, Line, lines

ENTRY = re.compile(rb": *(\d{1,12}):(\d{1,12});(.*)", re.DOTALL)
STARTS = re.compile(rb"^: *\d{9,10}:\d{1,9};", re.MULTILINE)
METAFIED = re.compile(rb"\x83(.)", re.DOTALL)
PADDED_END = re.compile(rb"\\ +\Z")
UNTIMED = "no time: turn on EXTENDED_HISTORY"
NAMES = ("zsh_history", "zhistory", "histfile")


def recognises(head: bytes, path: str) -> float:
    """By `: epoch:seconds;` at the start of lines, or by the file's name."""
    if STARTS.match(head):
        return 0.95
    if path.rsplit("/", 1)[-1].endswith(NAMES):
        return 0.9
    return 0.8 if STARTS.search(head) else 0.0


def parse(log: BinaryIO, context: Context) -> Iterator[Batch]:
    """An event for each timed command; a command without a time is rejected."""
    collector = Collector(context, SOURCE)
    pending: list[Line] = []
    size = 0
    for line in lines(log):
        pending.append(line)
        size += len(line.text) + 1
        if line.text.endswith(b"\\") and not line.too_long and size <= LONGEST_LINE:
            continue
        _close(pending, collector)
        pending, size = [], 0
        if collector.full:
            yield collector.take()
    if pending:
        _close(pending, collector)
    yield from collector.rest()


def _close(pending: list[Line], collector: Collector) -> None:
    """Adds the command that these lines make up."""
    first = pending[0]
    raw = b"\n".join(line.text for line in pending)
    found = ENTRY.fullmatch(b"\n".join(_joined(pending)))
    if not raw.strip():
        return
    if any(line.too_long for line in pending):
        collector.reject(first.number, "command is too long", raw)
    elif not found:
        collector.reject(first.number, UNTIMED, raw)
    elif not found[3].strip():
        collector.reject(first.number, "a time without a command", raw)
    else:
        command = Command(
            line=first.number,
            offset=first.offset,
            epoch=int(found[1]),
            head=first.text,
            raw=raw,
            plain=METAFIED.sub(_plain_byte, found[3]),
            seconds=int(found[2]),
        )
        add(command, collector)


def _joined(pending: list[Line]) -> Iterator[bytes]:
    """The lines without the marks that zsh adds: a backslash that joins, a blank after one."""
    for line in pending[:-1]:
        yield line.text[:-1]
    last = pending[-1].text
    yield last[:-1] if PADDED_END.search(last) else last


def _plain_byte(found: re.Match[bytes]) -> bytes:
    return bytes([found[1][0] ^ 0x20])


SOURCE = Source(
    name="zsh_history",
    family="shell",
    title="Zsh history",
    recognises=recognises,
    parse=parse,
)
