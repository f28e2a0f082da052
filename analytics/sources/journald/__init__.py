"""The systemd journal as `journalctl -o json` or `-o export` writes it."""

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain
from typing import Any, BinaryIO, NamedTuple

import numpy as np
import pyarrow as pa

from analytics.auditing.enveloped import Enveloped
from analytics.event import (
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
from analytics.jsonlog.alike import Forms
from analytics.jsonlog.lined import Block, blocks
from analytics.reading import Document, sampled
from analytics.sources.journald.audit import SEAM, record_of
from analytics.sources.journald.entries import entries_of
from analytics.sources.journald.export import Exported, exported
from analytics.sources.journald.rows import row_of, text_of
from analytics.syslogging.columns import columns_of
from analytics.syslogging.times import EPOCH

AT_ONCE = 1_000
BYTES_AT_ONCE = 8 << 20
TIMES = ("_SOURCE_REALTIME_TIMESTAMP", "__REALTIME_TIMESTAMP")
MARKS = re.compile(rb'"(?:__CURSOR|__REALTIME_TIMESTAMP|__MONOTONIC_TIMESTAMP|_BOOT_ID)" ?:')
EXPORT = re.compile(rb"^(?:__CURSOR|__REALTIME_TIMESTAMP)=", re.MULTILINE)


class _Entry(NamedTuple):
    """One journal entry, whichever way it was written."""

    number: int
    offset: int
    raw: bytes
    fields: Any
    error: str | None


def recognises(head: bytes, path: str) -> float:
    """By the fields that the journal itself gives every entry."""
    values = sampled(head)
    if values:
        first = values[0]
        return 0.95 if isinstance(first, dict) and "__REALTIME_TIMESTAMP" in first else 0.0
    if head[:1] == b"{" and len(set(MARKS.findall(head))) > 1:
        return 0.9
    return 0.95 if EXPORT.match(head.lstrip(b"\xef\xbb\xbf\r\n")) else 0.0


def parse(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    """An event for each entry; records of the audit log become its events, joined."""
    return merged(_batches(stream, context))


def _batches(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    audit = Enveloped(context, AUDITD)
    buffered = stream if isinstance(stream, io.BufferedReader) else io.BufferedReader(stream)  # type: ignore[type-var]
    try:
        start = buffered.peek(64)[:64].lstrip(b"\xef\xbb\xbf \t\r\n")
        if start[:1] == b"_":
            yield from _one_by_one(map(_of_export, exported(buffered)), context, audit)
        else:
            yield from _of_json(buffered, context, audit)
        yield from audit.batches(whole=True)
    finally:
        if buffered is not stream:
            buffered.detach()  # or it would close the stream, which is the caller's


def _of_export(one: Exported) -> _Entry:
    return _Entry(one.number, one.offset, one.raw.rstrip(b"\n"), one.fields, one.error)


def _of_document(one: Document) -> _Entry:
    return _Entry(one.number, one.offset, one.raw, one.value, one.error)


def _of_json(stream: BinaryIO, context: Context, audit: Enveloped) -> Iterator[Batch]:
    """Events of lines that are like others by columns, of all other documents one by one."""
    forms, found = Forms(), blocks(stream)
    for part in found:
        if isinstance(part, Block):
            yield from _of_block(part, forms, context, audit)
        else:
            rest = (one for one in found if isinstance(one, Document))
            yield from _one_by_one(map(_of_document, chain((part,), rest)), context, audit)


def _of_block(block: Block, forms: Forms, context: Context, audit: Enveloped) -> Iterator[Batch]:
    others = np.ones(len(block.starts), bool)
    if entries := entries_of(forms, block, context):
        others[entries.rows] = False
        yield Batch(events=entries.events(context, SOURCE))
    rest = block.documents(np.flatnonzero(others))
    yield from _one_by_one(map(_of_document, rest), context, audit)


def _one_by_one(entries: Iterable[_Entry], context: Context, audit: Enveloped) -> Iterator[Batch]:
    gathered: list[_Entry] = []
    size = 0
    for entry in entries:
        gathered.append(entry)
        size += len(entry.raw)
        if len(gathered) >= AT_ONCE or size >= BYTES_AT_ONCE:
            yield _batch(gathered, context, audit)
            yield from audit.batches()
            gathered, size = [], 0
    yield _batch(gathered, context, audit)


def _batch(entries: list[_Entry], context: Context, audit: Enveloped) -> Batch:
    rows: list[Mapping[str, Any]] = []
    rejected: list[Rejected] = []
    for entry in entries:
        time, problem = _time(entry, context)
        if time is None or problem:
            text = readable(entry.raw)[:LONGEST_REJECTED]
            rejected.append(Rejected(line=entry.number, reason=problem or "no time", text=text))
            continue
        if record := record_of(entry.fields):
            host = text_of(entry.fields.get("_HOSTNAME")) or context.host
            audit.take(entry.number, record, host, readable(entry.raw))
            continue
        row = row_of(entry.fields, context)
        row["@timestamp"] = time
        cursor = text_of(entry.fields.get("__CURSOR"))
        row["event.id"] = (
            context.event_id("journald", cursor)
            if cursor
            else context.line_id(entry.offset, entry.raw)
        )
        row["event.original"], row["batch.line"] = readable(entry.raw), entry.number
        rows.append(row)
    return Batch(events=_table(rows, context), rejected=tuple(rejected))


def _table(rows: list[Mapping[str, Any]], context: Context) -> pa.Table:
    if not rows:
        return table_of([], context, SOURCE)
    return assemble(columns_of(rows), len(rows), context, SOURCE)


def _time(entry: _Entry, context: Context) -> tuple[datetime | None, str | None]:
    """When it was sent, else written; or why that cannot be told."""
    if entry.error:
        return None, entry.error
    if not isinstance(entry.fields, dict) or "__REALTIME_TIMESTAMP" not in entry.fields:
        return None, "not an entry of the journal"
    for name in TIMES:
        value = entry.fields.get(name)
        text = value.decode("ascii", "replace") if isinstance(value, bytes) else str(value)
        if text.isascii() and text.isdigit() and len(text) <= 17:
            time = EPOCH + timedelta(microseconds=int(text))
            problem = context.implausible(time)
            if problem is None or name == TIMES[-1]:
                return time, problem
    return None, "no time"


SOURCE = Source(
    name="journald",
    family="shell",
    title="systemd journal",
    recognises=recognises,
    parse=parse,
    seam=SEAM,
)
AUDITD = replace(SOURCE, name="auditd", title="Linux audit log")
