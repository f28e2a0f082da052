"""Access logs (nginx or Apache, combined format) of a Hugging Face mirror or proxy."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from analytics.event import (
    EARLIEST,
    LATEST_AHEAD,
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
from analytics.sources.hf_access.parts import MADE, QUOTED

AT_ONCE = 2_000  # lines: more would fall out of the caches
BYTES_AT_ONCE = 8 << 20
USUAL = re.compile(  # what nearly all lines are, read twice as fast
    rb"([^ ]++) [^ ]++ ([^ ]++) \[([^\]]++)\] " + rb'"([^"\\]*+)" (\d{3}) (\d{1,18}+)(.*+)',
    re.DOTALL,
)
LINE = re.compile(
    rb"(\S++(?: \S++)*?) \S++ (\S++) \[([^\]]++)\] " + QUOTED + rb" (\d{3}|-) (\d{1,18}|-)(.*)",
    re.DOTALL,
)
PARTS = ("prefix", "user", "time", "request", "status", "size", "tail")
MINUTE = re.compile(r"(\d\d)/([A-Z][a-z]{2})/(\d{4}):(\d\d:\d\d) ([+-]\d{4})")
EPOCH, MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec"
HUB_PATH = re.compile(
    rb'"[A-Z]+ \S*?(?:/resolve/[^/ "]+/[^ "]|/api/(?:models|datasets|spaces|resolve-cache)/'
    rb"|\.git/info/lfs/)"
)


@lru_cache(maxsize=50_000)
def _minute(raw: bytes, zone: bytes) -> int | None:
    """Microseconds from 1970 to the minute that these first 17 bytes of a time name."""
    match = MINUTE.fullmatch((raw + zone).decode("ascii", "replace"))
    if not match:
        return None
    day, month, year, clock, offset = match.groups()
    text = f"{year}-{MONTHS.find(month) // 3 + 1:02}-{day}T{clock}{offset}"
    try:
        return (datetime.fromisoformat(text) - EPOCH) // MICROSECOND
    except (ValueError, OverflowError):
        return None


def _time(raw: bytes) -> int | None:
    """Microseconds from 1970, or None where the time cannot be read."""
    minute, second = _minute(raw[:17], raw[20:]), raw[18:20]
    if minute is None or raw[17:18] != b":" or not (second.isdigit() and second < b"60"):
        return None
    return minute + int(second) * 1_000_000


Rows = tuple[list[Line], list[int], list[tuple[bytes, ...]]]


def _table(rows: Rows, context: Context) -> pa.Table:
    """Columns, each made of the distinct values of its part: a line has no time for more."""
    read, times, groups = rows
    if not read:
        return table_of([], context, SOURCE)
    numbers, offsets, texts, _ = zip(*read, strict=True)
    columns = {
        "@timestamp": pa.array(times, pa.int64()).cast(BY_NAME["@timestamp"].arrow),
        "event.id": pa.array(list(map(context.line_id, offsets, texts)), pa.string()),
        "event.original": pa.array(list(map(readable, texts)), pa.string()),
        "batch.line": pa.array(numbers, pa.int64()),
    }
    for part, values in zip(PARTS, zip(*groups, strict=True), strict=True):
        if part in MADE:
            names, make = MADE[part]
            distinct, places = _distinct(values)
            for name, column in zip(names, zip(*map(make, distinct), strict=True), strict=True):
                columns[name] = pa.array(column, BY_NAME[name].arrow).take(places)
    here = pa.scalar(context.host, pa.string())
    columns["host.name"] = pc.coalesce(columns["host.name"], here)
    who = pc.coalesce(columns["user.name"], columns["source.ip"])
    columns["message"] = pc.binary_join_element_wise(who, columns["message"], " ")
    return assemble(columns, len(read), context, SOURCE)


def _distinct(values: Sequence[Any]) -> tuple[list[Any], pa.Array]:
    """The distinct values, and for each row its value's place among them."""
    places: dict[Any, int] = {}
    of_rows = [places.setdefault(value, len(places)) for value in values]
    return list(places), pa.array(of_rows, pa.int32())


def parse(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    """Events of an access log."""
    return merged(_batch(chunk, context) for chunk in _chunks(stream))


def _batch(chunk: list[Line], context: Context) -> Batch:
    rows, rejected = _read(chunk, context)
    return Batch(events=_table(rows, context), rejected=rejected)


def _chunks(stream: BinaryIO) -> Iterator[list[Line]]:
    """Lines in lists that are bounded in number and bytes."""
    chunk: list[Line] = []
    size = 0
    for line in lines(stream):
        chunk.append(line)
        size += len(line.text)
        if len(chunk) >= AT_ONCE or size >= BYTES_AT_ONCE:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _read(chunk: list[Line], context: Context) -> tuple[Rows, tuple[Rejected, ...]]:
    """The lines that are events, with their times and parts, and the others."""
    earliest = (EARLIEST - EPOCH) // MICROSECOND
    latest = (context.received + LATEST_AHEAD - EPOCH) // MICROSECOND
    told: dict[bytes, int | None] = {}
    rows: Rows = ([], [], [])
    read, times, groups = rows
    rejected: list[Rejected] = []
    for line in chunk:
        match = USUAL.fullmatch(line.text) or LINE.fullmatch(line.text)
        parts = match.groups() if match and not line.too_long else None
        time = None
        if parts is not None:
            stamp = parts[2]
            time = told[stamp] if stamp in told else told.setdefault(stamp, _time(stamp))
            if time is not None and earliest <= time <= latest:
                read.append(line)
                times.append(time)
                groups.append(parts)
                continue
        if line.text.strip():
            reason = _wrong(line, match, time, context)
            text = readable(line.text[:4096])
            rejected.append(Rejected(line=line.number, reason=reason, text=text))
    return rows, tuple(rejected)


def _wrong(line: Line, match: re.Match[bytes] | None, time: int | None, context: Context) -> str:
    if line.too_long:
        return "line is too long"
    if match is None:
        return "not in the combined log format"
    if time is None:
        return f"time {readable(match[3])} cannot be read"
    return context.implausible(EPOCH + time * MICROSECOND) or "time cannot be"


def recognises(head: bytes, path: str) -> float:
    """Sure where an access log asks for the hub's paths."""
    found = [LINE.fullmatch(line.rstrip(b"\r")) for line in head.split(b"\n")[:200] if line.strip()]
    read = sum(match is not None for match in found)
    return 0.95 if read and read * 2 >= len(found) and HUB_PATH.search(head) else 0.0


SOURCE = Source(
    name="hf_access",
    family="huggingface",
    title="Hugging Face mirror access log",
    recognises=recognises,
    parse=parse,
)
