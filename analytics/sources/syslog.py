"""Syslog files and streams: auth.log, secure, messages, cron.log, in RFC 3164 and RFC 5424."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields
from typing import Any, BinaryIO

import pyarrow as pa

from analytics.columnar.blocks import Block, blocks
from analytics.columnar.parting import parted
from analytics.columnar.values import numbers
from analytics.event import (
    EARLIEST,
    LONGEST_REJECTED,
    Batch,
    Context,
    Rejected,
    Source,
    assemble,
    merged,
    readable,
    table_of,
)
from analytics.fields import BY_NAME
from analytics.reading import LONGEST_LINE
from analytics.syslogging.bulk import Messages
from analytics.syslogging.carried import SEAM, Carried, Entry, may_be_carried
from analytics.syslogging.elevation import Elevation
from analytics.syslogging.envelope import (
    PADDED,
    USUAL_LINES,
    Envelope,
    Labels,
    of_priority,
    opened,
    parts_of,
)
from analytics.syslogging.messages import READERS
from analytics.syslogging.times import EPOCH, MICROSECOND, Clock

AT_ONCE = 1 << 19  # bytes: more would fall out of the caches
LONGEST_ENTRY = 1 << 18  # bytes, with the lines that go on from it
PADDING = b"\x00\xef\xbb\xbf "  # what a crash or an editor leaves before a line
LOOKED_AT = 200  # lines of a head
OWN_TAG = b"foureyes"


@dataclass(slots=True)
class _Entries:
    """Entries, a list for each of their parts; `heads` are their first lines."""

    numbers: list[int] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)
    heads: list[bytes] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    times: list[int] = field(default_factory=list)
    hosts: list[str | None] = field(default_factory=list)
    programs: list[str | None] = field(default_factory=list)
    pids: list[str | None] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    labels: list[Labels] = field(default_factory=list)

    def extend(self, *parts: Iterable[Any]) -> None:
        """Takes some more, their parts in the order above."""
        for name, part in zip(PARTS, parts, strict=True):
            getattr(self, name).extend(part)

    def without(self, rows: Iterable[int]) -> "_Entries":
        """The entries without some."""
        left = set(rows)
        kept = [at for at in range(len(self.numbers)) if at not in left]
        return _Entries(*([getattr(self, name)[at] for at in kept] for name in PARTS))

    def entry(self, at: int, host: str | None) -> Entry:
        """One of them; `host` is that of those that name none."""
        return Entry(
            self.numbers[at],
            self.offsets[at],
            self.heads[at],
            self.texts[at],
            self.times[at],
            self.hosts[at] or host,
            self.programs[at],
            self.messages[at],
        )

    def split(self, at: int) -> "_Entries":
        """Takes the entries from a place on away, and gives them."""
        rest = _Entries(*(getattr(self, name)[at:] for name in PARTS))
        for name in PARTS:
            del getattr(self, name)[at:]
        return rest


PARTS = tuple(part.name for part in fields(_Entries))


class _Reader:
    """Gathers the entries of one log and makes batches of them."""

    def __init__(self, context: Context) -> None:
        self._context, self._elevation = context, Elevation()
        self._clock = Clock(context)
        self._carried = Carried(context, SOURCE)
        self._earliest = (EARLIEST - EPOCH) // MICROSECOND
        self._latest = (context.latest - EPOCH) // MICROSECOND
        self._entries = _Entries()
        self._more: list[bytes] = []  # lines that go on from the last entry
        self._rejected: list[Rejected] = []
        self._more_size = 0

    def take(self, block: Block) -> None:
        """Takes lines: nearly all are of the usual form, each of the others is looked at."""
        if block.too_long:
            self._reject(block.number, "line is too long", block.raw[0])
            return
        parts = parted(block.texts, USUAL_LINES)
        times: list[Any] = self._clock.read_all(parts[1])
        begun = 0
        for at in [*self._odd(block, times), len(times)]:
            if begun < at:
                run = slice(begun, at)
                self._extend(block, [part[run] for part in (times, *parts)], run)
            if at < len(times):
                self._take_other(block.number + at, block.offsets[at], block.raw[at])
            begun = at + 1

    def _extend(self, block: Block, parts: list[list[Any]], run: slice) -> None:
        """Takes the lines of a run, which are of the usual form."""
        if self._more:
            self._close()
        times, priorities, _, *others = parts
        labels = (of_priority(priority and priority.encode()) for priority in priorities)
        self._entries.extend(
            range(block.number + run.start, block.number + run.stop),
            *(column[run] for column in (block.offsets, block.raw, block.texts)),
            times,
            *others,
            labels if any(priorities) else [()] * len(times),
        )

    def _odd(self, block: Block, times: list[Any]) -> list[int]:
        """The places of lines that are not of the usual form, or might be several."""
        earliest, latest, dirty = self._earliest, self._latest, not block.exact
        return [
            at
            for at, (text, time) in enumerate(zip(block.texts, times, strict=True))
            if time is None
            or not earliest <= time <= latest
            or (text.find("<", 1) if text[0] == "<" else text.find(text[:6], 6)) >= 0
            or len(text) > LONGEST_LINE
            or (dirty and "\\x" in text)
        ]

    def _take_other(self, number: int, offset: int, text: bytes) -> None:
        if len(text) > LONGEST_LINE:
            self._reject(number, "line is too long", text)
        elif text[:1] in b" \t" and text.strip() and not PADDED.match(text):
            self._go_on(number, text)
        else:
            for part in parts_of(text):
                if envelope := opened(part.lstrip(PADDING)):
                    self._add(number, offset, part, envelope)
                elif part.strip():
                    self._reject(number, "no time at its beginning", part)
                offset += len(part)

    def _add(self, number: int, offset: int, text: bytes, envelope: Envelope) -> None:
        stamp, *words, labels = envelope
        time = self._clock.read(stamp)
        if time is None or not self._earliest <= time <= self._latest:
            self._wrong_time(number, time, text)
            return
        if self._more:
            self._close()
        host, program, pid, message = (readable(word) if word else None for word in words)
        whole = readable(text)
        row = (number, offset, text, whole, time, host, program, pid, message or "", labels)
        self._entries.extend(*([part] for part in row))

    def _wrong_time(self, number: int, time: int | None, text: bytes) -> None:
        why = "time cannot be read"
        if time is not None:
            why = self._context.implausible(EPOCH + time * MICROSECOND) or "time cannot be"
        self._reject(number, why, text)

    def _go_on(self, number: int, text: bytes) -> None:
        if self._entries.numbers and self._more_size + len(text) <= LONGEST_ENTRY:
            self._more.append(text)
            self._more_size += len(text)
        else:
            self._reject(number, "goes on from no entry, or too long", text)

    def _close(self) -> None:
        """Gives the last entry the lines that go on from it."""
        more = readable(b"\n".join((b"", *self._more)))
        self._entries.texts[-1] += more
        self._entries.messages[-1] += more
        self._more, self._more_size = [], 0

    def _reject(self, number: int, reason: str, text: bytes) -> None:
        kept = readable(text)[:LONGEST_REJECTED]
        self._rejected.append(Rejected(line=number, reason=reason, text=kept))

    def batches(self, *, whole: bool = False) -> Iterator[Batch]:
        """What was gathered; the last entry stays until it is known where it ends."""
        if self._more and whole:
            self._close()
        entries = self._entries
        self._entries = _Entries() if whole else entries.split(-1)
        entries = self._own(entries)
        yield Batch(events=self._table(entries), rejected=tuple(self._rejected))
        self._rejected = []
        yield from self._carried.batches(whole=whole)

    def _own(self, entries: _Entries) -> _Entries:
        """The entries that are not of another log; those are taken as what they are."""
        named = zip(entries.programs, entries.messages, strict=True)
        likely = [at for at, (program, text) in enumerate(named) if may_be_carried(program, text)]
        taken = [at for at in likely if self._carried.takes(entries.entry(at, self._context.host))]
        return entries.without(taken) if taken else entries

    def _table(self, entries: _Entries) -> pa.Table:
        context, times = self._context, entries.times
        if not times:
            return table_of([], context, SOURCE)
        names = [host or context.host for host in entries.hosts]
        told = Messages(entries.programs, entries.messages, entries.labels, context.realm)
        told.complete(self._elevation, names, times)
        columns = {
            "@timestamp": pa.array(times, pa.int64()).cast(BY_NAME["@timestamp"].arrow),
            "event.id": pa.array(context.line_ids(entries.offsets, entries.heads), pa.string()),
            "event.original": pa.array(entries.texts, pa.string()),
            "batch.line": pa.array(entries.numbers, pa.int64()),
            "host.name": pa.array(names, pa.string()),
            "process.pid": numbers(entries.pids, 10),
            **told.columns(),
        }
        return assemble(columns, len(times), context, SOURCE)


def parse(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    """An event for each entry; lines that begin with a blank go on from the one before.

    Records of the audit log become its events: one for those that belong together; what Slurm's
    controller says becomes that log's.
    """
    return merged(_batches(stream, context))


def _batches(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    reader = _Reader(context)
    for block in blocks(stream, AT_ONCE):
        reader.take(block)
        yield from reader.batches()
    yield from reader.batches(whole=True)


def recognises(head: bytes, path: str) -> float:
    """By lines with a time, a host and a program; surer where it knows the programs."""
    found = [line.rstrip(b"\r") for line in head.split(b"\n")[:LOOKED_AT]]
    entries = [_looked(line[:4096]) for line in found if line.strip() and line[:1] not in b" \t"]
    programs = [program for program in entries if program]
    if not programs or 2 * len(programs) < len(entries):
        return 0.0
    if 2 * programs.count(OWN_TAG) >= len(programs):  # what our hooks write by syslog
        return 0.0
    names = {program.rsplit(b"/", 1)[-1].decode("latin-1").lower() for program in programs}
    return 0.7 if names.isdisjoint(READERS) else 0.9


def _looked(line: bytes) -> bytes | None:
    """The program of a line that is clearly of syslog."""
    one = opened(line)
    if one is None:
        return None
    if line[:1] == b"<" and one.labels:  # a priority needs no further mark
        return one.program or b"-"
    if one.program is None:
        return None
    if one.host is None and one.pid is None and not one.labels:
        return None
    if one.pid is None and one.stamp[:4].isdigit() and b" " in one.stamp[:11]:
        return None  # many programs' own logs begin so
    return one.program


SOURCE = Source(
    name="syslog",
    family="shell",
    title="Syslog",
    recognises=recognises,
    parse=parse,
    seam=SEAM,
)
