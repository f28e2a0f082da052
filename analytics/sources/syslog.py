"""Syslog files and streams: auth.log, secure, messages, cron.log, in RFC 3164 and RFC 5424."""

from collections.abc import Iterator
from functools import lru_cache
from itertools import repeat
from typing import BinaryIO

import pyarrow as pa

from analytics.event import (
    EARLIEST,
    LATEST_AHEAD,
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
from analytics.reading import Line, lines
from analytics.syslogging.columns import columns_of
from analytics.syslogging.elevation import Elevation
from analytics.syslogging.envelope import (
    USUAL,
    Envelope,
    Labels,
    may_be_glued,
    of_priority,
    opened,
    parts_of,
)
from analytics.syslogging.messages import READERS, told
from analytics.syslogging.times import EPOCH, MICROSECOND, Clock

AT_ONCE = 1_000  # records: more would fall out of the caches
BYTES_AT_ONCE = 8 << 20
LONGEST_ENTRY = 1 << 18  # bytes, with the lines that go on from it
PADDING = b"\x00\xef\xbb\xbf"  # what a crash or an editor leaves before a line
LOOKED_AT = 200  # lines of a head


# Number, offset, head, whole text, time, host, program, pid, message, labels of an entry.
Entry = tuple[int, int, bytes, bytes, int, bytes | None, bytes | None, bytes | None, bytes, Labels]


class _Reader:
    """Gathers the entries of one log and makes batches of them."""

    def __init__(self, context: Context) -> None:
        self._context, self._elevation = context, Elevation()
        self._time = Clock(context).read
        self._earliest = (EARLIEST - EPOCH) // MICROSECOND
        self._latest = (context.received + LATEST_AHEAD - EPOCH) // MICROSECOND
        self._entries: list[Entry] = []
        self._more: list[bytes] = []  # lines that go on from the last entry
        self._rejected: list[Rejected] = []
        self._more_size = 0

    def take(self, line: Line) -> None:
        """Takes a line: an entry, several that were glued, or one that goes on."""
        number, offset, text, too_long = line
        match = USUAL.fullmatch(text)
        if match is None or too_long or may_be_glued(text):
            self._take_other(line)
            return
        priority, stamp, host, program, pid, message = match.groups()
        labels = of_priority(priority) if priority else ()
        time = self._time(stamp)
        if time is None or not self._earliest <= time <= self._latest:
            self._wrong_time(number, time, text)
            return
        if self._more:
            self._close()
        self._entries.append(
            (number, offset, text, text, time, host, program, pid, message, labels)
        )

    def _take_other(self, line: Line) -> None:
        number, offset, text, too_long = line
        if too_long:
            self._reject(number, "line is too long", text)
        elif text[:1] in b" \t" and text.strip():
            self._go_on(line)
        else:
            for part in parts_of(text):
                if envelope := opened(part.lstrip(PADDING)):
                    self._add(number, offset, part, envelope)
                elif part.strip():
                    self._reject(number, "no time at its beginning", part)
                offset += len(part)

    def _add(self, number: int, offset: int, text: bytes, envelope: Envelope) -> None:
        stamp, host, program, pid, message, labels = envelope
        time = self._time(stamp)
        if time is None or not self._earliest <= time <= self._latest:
            self._wrong_time(number, time, text)
            return
        if self._more:
            self._close()
        self._entries.append(
            (number, offset, text, text, time, host, program, pid, message, labels)
        )

    def _wrong_time(self, number: int, time: int | None, text: bytes) -> None:
        why = "time cannot be read"
        if time is not None:
            why = self._context.implausible(EPOCH + time * MICROSECOND) or "time cannot be"
        self._reject(number, why, text)

    def _go_on(self, line: Line) -> None:
        if self._entries and self._more_size + len(line.text) <= LONGEST_ENTRY:
            self._more.append(line.text)
            self._more_size += len(line.text)
        else:
            self._reject(line.number, "goes on from no entry, or too long", line.text)

    def _close(self) -> None:
        """Gives the last entry the lines that go on from it."""
        more = b"\n".join((b"", *self._more))
        number, offset, head, text, time, host, program, pid, message, labels = self._entries[-1]
        self._entries[-1] = (
            *(number, offset, head, text + more, time, host, program, pid, message + more, labels),
        )
        self._more, self._more_size = [], 0

    def _reject(self, number: int, reason: str, text: bytes) -> None:
        kept = readable(text)[:LONGEST_REJECTED]
        self._rejected.append(Rejected(line=number, reason=reason, text=kept))

    def batch(self, *, whole: bool = False) -> Batch:
        """What was gathered; the last entry stays until it is known where it ends."""
        if self._more and whole:
            self._close()
        kept = [] if whole else self._entries[-1:]
        entries = self._entries if whole else self._entries[:-1]
        batch = Batch(events=self._table(entries), rejected=tuple(self._rejected))
        self._entries, self._rejected = kept, []
        return batch

    def _table(self, entries: list[Entry]) -> pa.Table:
        context, realm = self._context, self._context.realm
        if not entries:
            return table_of([], context, SOURCE)
        numbers, offsets, heads, texts, times, *parts = zip(*entries, strict=True)
        hosts, programs, pids, messages, labels = parts
        names = [_name(host) if host else context.host for host in hosts]
        rows = list(map(told, programs, messages, labels, repeat(realm)))
        columns = {
            "@timestamp": pa.array(times, pa.int64()).cast(BY_NAME["@timestamp"].arrow),
            "event.id": pa.array(list(map(context.line_id, offsets, heads)), pa.string()),
            "event.original": pa.array(list(map(readable, texts)), pa.string()),
            "batch.line": pa.array(numbers, pa.int64()),
            "host.name": pa.array(names, pa.string()),
            "process.pid": pa.array(list(map(_number, pids)), pa.int64()),
            **columns_of(self._elevation.completed(rows, names, times)),
        }
        return assemble(columns, len(entries), context, SOURCE)


@lru_cache(maxsize=4096)
def _name(host: bytes) -> str:
    return readable(host)


def _number(pid: bytes | None) -> int | None:
    return int(pid) if pid and len(pid) <= 10 else None


def parse(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    """An event for each entry; lines that begin with a blank go on from the one before."""
    return merged(_batches(stream, context))


def _batches(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    reader = _Reader(context)
    taken = size = 0
    for line in lines(stream):
        reader.take(line)
        taken, size = taken + 1, size + len(line[2])
        if taken >= AT_ONCE or size >= BYTES_AT_ONCE:
            yield reader.batch()
            taken = size = 0
    yield reader.batch(whole=True)


def recognises(head: bytes, path: str) -> float:
    """By lines with a time, a host and a program; surer where it knows the programs."""
    found = [line.rstrip(b"\r") for line in head.split(b"\n")[:LOOKED_AT]]
    entries = [_looked(line[:4096]) for line in found if line.strip() and line[:1] not in b" \t"]
    programs = [program for program in entries if program]
    if not programs or 2 * len(programs) < len(entries):
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
)
