"""A log source out of a site's description."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo
from fnmatch import fnmatch
from functools import lru_cache
from io import BytesIO
from itertools import islice
from math import isfinite
from pathlib import PurePath
from typing import Any, BinaryIO

from analytics.event import LATEST_AHEAD, Batch, Collector, Context, Source, account, readable
from analytics.fields import BY_NAME, Kind
from analytics.mapping.description import Description, Time
from analytics.mapping.records import Record, records
from analytics.mapping.values import Columns, Value

LONGEST_LABEL = 1024
LONGEST_TIME = 100
MOST_LABELS = 64
TRIED = 5  # records of a head
NUMBER = re.compile(r"[+-]?\d{1,18}")
FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def source_of(description: Description) -> Source:
    """The source that reads what is described."""

    def parse(stream: BinaryIO, context: Context) -> Iterator[Batch]:
        collector = Collector(context, source)
        for record in records(stream, description, context.columns, context.framing.head):
            row = record.error or _row(record, description, context)
            if isinstance(row, str):
                collector.reject(record.number, row, record.raw)
            else:
                collector.add(row)
            if collector.full:
                yield collector.take()
        yield from collector.rest()

    def recognises(head: bytes, path: str) -> float:
        return 0.99 if _is_described(head, path, description) else 0.0

    source = Source(
        name=description.name,
        family=description.family,
        title=description.title,
        recognises=recognises,
        parse=parse,
        headed=description.format == "csv" and not description.columns,
    )
    return source


def _is_described(head: bytes, path: str, description: Description) -> bool:
    """Whether the file is called so, all marks are in it, and some first record has a time."""
    if not (description.marks or description.path):
        return False
    if description.path and not fnmatch(PurePath(path).name, description.path):
        return False
    if not all(mark.encode() in head for mark in description.marks):
        return False
    now = datetime.now(UTC)
    found = islice(records(BytesIO(head), description), TRIED)
    return any(
        time_of(
            record.columns.get(description.time.column, "")[:LONGEST_TIME],
            description.time,
            UTC,
            now,
        )
        for record in found
    )


def _row(record: Record, description: Description, context: Context) -> dict[str, Any] | str:
    """The event of a record, or why it is none."""
    columns = record.columns
    written = columns.get(description.time.column, "")[:LONGEST_TIME]
    zone = description.time.zone or context.timezone
    time = time_of(written, description.time, zone, context.received)
    if time is None:
        return f"no time in {description.time.column}: {written}"
    row: dict[str, Any] = {
        "@timestamp": time,
        "event.id": _identity(record, description, context),
        "event.original": readable(record.raw),
        "host.name": context.host,
        "batch.line": record.number,
    }
    for name, value in description.fields.items():
        row[name] = _as(BY_NAME[name].kind, value.of(columns), value)
    for name, (kind, value) in description.accounts.items():
        row[name] = account(kind, value.of(columns))
    if row.get("actor.account") and not row.get("actor.basis"):
        columns_of = description.accounts["actor.account"][1].columns
        row["actor.basis"] = ", ".join(columns_of) or "mapping file"
    row["labels"] = _labels(columns, description)
    return row


def _identity(record: Record, description: Description, context: Context) -> str:
    own = [record.columns.get(name, "") for name in description.identity]
    if all(own) and own:
        return context.event_id(description.name, *own)
    return context.line_id(record.offset, record.raw)


def _as(kind: Kind, text: str | None, value: Value) -> Any:
    """A text as the field's kind wants it; None where it cannot be."""
    if text is None or kind in (Kind.KEYWORD, Kind.TEXT):
        return text
    if kind is Kind.KEYWORDS:
        return [item for item in (text.split(value.split) if value.split else [text]) if item]
    if kind is Kind.NUMBER:
        return int(text) if NUMBER.fullmatch(text) else None
    return FLAGS.get(text.lower()) if kind is Kind.FLAG else _decimal(text)


def _decimal(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if isfinite(number) else None


def _labels(columns: Columns, description: Description) -> list[tuple[str, str]]:
    if description.keep is not None:
        names = [name for name in description.keep if name in columns]
    else:
        taken = _taken(description)
        names = [name for name in columns if name not in taken]
    told = ((name, columns[name][:LONGEST_LABEL]) for name in names)
    return [(name, text) for name, text in told if text][:MOST_LABELS]


@lru_cache(maxsize=64)
def _taken_of(values: tuple[tuple[str, ...], ...]) -> frozenset[str]:
    return frozenset(name for columns in values for name in columns)


def _taken(description: Description) -> frozenset[str]:
    """The columns that are used or dropped."""
    values = [value.columns for value in description.fields.values() if not value.looks_up]
    values += [value.columns for _, value in description.accounts.values()]
    return _taken_of((*values, description.drop, (description.time.column,)))


@lru_cache(maxsize=10_000)
def time_of(text: str, time: Time, zone: tzinfo, received: datetime) -> datetime | None:
    """The time that a text says, as UTC, or None; without a year the latest that may be."""
    try:
        if time.format in ("epoch", "epoch_ms"):
            return datetime.fromtimestamp(float(text) / (1000 if "ms" in time.format else 1), UTC)
        if time.format == "iso":
            return _in_utc(datetime.fromisoformat(text), zone)
        if time.has_year:
            return _in_utc(datetime.strptime(text, time.format), zone)  # noqa: DTZ007
    except (ValueError, OverflowError, OSError):
        return None
    latest = received + LATEST_AHEAD
    for year in range(latest.year, latest.year - 5, -1):  # 29 February is in one of these
        try:
            found = datetime.strptime(f"{year} {text}", f"%Y {time.format}")  # noqa: DTZ007
            moment = _in_utc(found, zone)
        except (ValueError, OverflowError):
            continue
        if moment <= latest:
            return moment
    return None


def _in_utc(moment: datetime, zone: tzinfo) -> datetime:
    return moment.replace(tzinfo=moment.tzinfo or zone).astimezone(UTC)
