"""Zsh's extended histories: `: epoch:seconds;command`, lines joined by a backslash at the end."""

import re
from collections.abc import Iterator
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.columnar.blocks import Block, blocks
from analytics.columnar.splitting import Splitting
from analytics.columnar.values import labelled
from analytics.event import (
    EARLIEST,
    Batch,
    Collector,
    Context,
    Source,
    assemble,
    merged,
    table_of,
)
from analytics.histories import Command, add, columns_of
from analytics.reading import LONGEST_LINE, Line
from analytics.seams import Seam, beginning, half_line

ENTRY = re.compile(rb": *(\d{1,12}):(\d{1,12});(.*)", re.DOTALL)
STARTS = re.compile(rb"^: *\d{9,10}:\d{1,9};", re.MULTILINE)
METAFIED = re.compile(rb"\x83(.)", re.DOTALL)
USUAL = r"^: *\d{9,10}:(0|[1-9]\d{0,8});([!-~][ -~]*)?[!-\[\]-~]$"
JOINING = re.compile(rb"\\\r?\n\Z")
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
    return merged(_batches(log, context))


def _batches(log: BinaryIO, context: Context) -> Iterator[Batch]:
    others = Others(Collector(context, SOURCE))
    for block in blocks(log):
        usual = _usual(block, others.pending, context)
        for at in np.setdiff1d(np.arange(len(block.raw)), usual.rows).tolist():
            too_long = block.too_long or len(block.raw[at]) > LONGEST_LINE
            others.take(Line(block.number + at, block.offsets[at], block.raw[at], too_long))
        yield _together(_events(block, usual, context), others.collector.take())
    others.end()
    yield from others.collector.rest()


def _together(events: pa.Table, others: Batch) -> Batch:
    """Both in the order of their lines."""
    if others.events.num_rows:
        events = pa.concat_tables([events, others.events])
        events = events.take(pc.sort_indices(events["batch.line"]))
    return Batch(events=events, rejected=others.rejected)


def _usual(block: Block, pending: list[Line], context: Context) -> Splitting:
    """The lines that are a timed command each, in printable ASCII, as most are."""
    texts = pa.array(block.texts, pa.string())
    line = Splitting("command", texts)
    if context.user is None or block.too_long:
        line.leave(np.zeros(len(texts), dtype=bool))
    else:
        joins = np.asarray(pc.ends_with(texts, "\\"))
        line.leave(~np.concatenate(([bool(pending)], joins[:-1])))
    line.match("command", USUAL)
    line.leave(np.asarray(pc.less_equal(pc.binary_length(line["command"]), LONGEST_LINE)))
    if not block.exact:
        line.leave(~np.asarray(pc.match_substring(line["command"], "\\x")))
    line.cut("command", ";", "text")
    line.cut("command", ":", "seconds", last=True)
    line.put("epoch", pc.utf8_ltrim(line["command"], ": ").cast(pa.int64()))
    earliest, latest = EARLIEST.timestamp(), context.latest.timestamp()
    epochs = np.asarray(line["epoch"])
    line.leave((epochs >= earliest) & (epochs <= latest))
    return line


def _events(block: Block, line: Splitting, context: Context) -> pa.Table:
    rows = line.rows.tolist()
    if not rows:
        return table_of([], context, SOURCE)
    offsets, raw = [block.offsets[row] for row in rows], [block.raw[row] for row in rows]
    columns = {
        **columns_of(line["text"], line["epoch"], context),
        "labels": labelled({"duration_seconds": line["seconds"]}),
        "event.id": pa.array(context.line_ids(offsets, raw), pa.string()),
        "event.original": pa.array([block.texts[row] for row in rows], pa.string()),
        "batch.line": pa.array(line.rows + block.number),
    }
    return assemble(columns, len(rows), context, SOURCE)


class Others:
    """Reads the lines of other forms, of which several may be one command."""

    def __init__(self, collector: Collector) -> None:
        """Gives the collector what it reads."""
        self.collector = collector
        self.pending: list[Line] = []
        self._size = 0

    def take(self, line: Line) -> None:
        """Takes a line; the command is known where it does not go on."""
        self.pending.append(line)
        self._size += len(line.text) + 1
        goes_on = line.text.endswith(b"\\") and not line.too_long
        if not goes_on or self._size > LONGEST_LINE:
            self.end()

    def end(self) -> None:
        """Ends the command that is being read."""
        if self.pending:
            _close(self.pending, self.collector)
        self.pending, self._size = [], 0


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


def _rest(text: bytes, whole: bool) -> int:
    """The last line without its end, and the lines before it that go on in the next."""
    start = len(text) - half_line(text, whole)
    while JOINING.search(text, max(0, start - 3), start):
        start = text.rfind(b"\n", 0, start - 1) + 1
    return len(text) - start


SOURCE = Source(
    name="zsh_history",
    family="shell",
    title="Zsh history",
    recognises=recognises,
    parse=parse,
    seam=Seam(_rest, beginning(STARTS)),
)
