"""The newest events, as DuckDB is asked for them."""

# ruff: noqa: S608 (only names of fields and numbers are put in; values are parameters)

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from time import monotonic

import pyarrow as pa
import pyarrow.compute as pc

from analytics.fields import SCHEMA
from analytics.store.base import Page, Question
from analytics.store.query import All, OneOf, Query
from analytics.store.rows import typed
from analytics.store.sql import Ask, listed, marks, where

INSTANT = timedelta(microseconds=1)
MOST_TIMES = 1_000  # that stand in a statement one by one
Cursor = tuple[datetime, str] | None


def before(question: Question, after: Cursor) -> Question:
    """The question without what is newer than a page that follows can have."""
    if after is None:
        return question
    until = after[0] + INSTANT
    return replace(question, until=min(question.until or until, until))


def page(
    ask: Ask,
    parts: Sequence[Question],
    names: Sequence[str],
    limit: int,
    after: Cursor,
    patience: float | None,
) -> Page:
    """A page of these columns: which events, then all of their columns. The parts of the question
    follow each other, the newest first; after each the patience may be over."""
    found, searched = _which(ask, parts, limit, after, patience)
    events = typed(_wide(ask, found, names), names) if found.num_rows else _none(names)
    if searched is not None:
        return Page(events=events, after=(searched, ""), searched=searched)
    if found.num_rows < max(limit, 1):
        return Page(events=events, after=None)
    last = found.slice(found.num_rows - 1).to_pylist()[0]
    return Page(events=events, after=(last["@timestamp"], last["event.id"]))


def _which(
    ask: Ask, parts: Sequence[Question], limit: int, after: Cursor, patience: float | None
) -> tuple[pa.Table, datetime | None]:
    """Times and ids, and since when they were looked for where the patience was over before."""
    end = monotonic() + (patience or 0)
    most = min(limit, _most(parts[0].query, limit))
    found: list[pa.Table] = []
    rows = 0
    for part in parts:
        condition, values = where(part, after)
        sql = f"""SELECT "@timestamp", "event.id" FROM {{}} WHERE {condition}
            ORDER BY "@timestamp" DESC, "event.id" DESC LIMIT {int(most - rows)}"""
        found.append(ask(sql, values, before(part, after)))
        rows += found[-1].num_rows
        if rows >= most:
            break
        if part is not parts[-1] and patience is not None and monotonic() >= end:
            return pa.concat_tables(found), part.since
    return pa.concat_tables(found), None


def _wide(ask: Ask, found: pa.Table, names: Sequence[str]) -> pa.Table:
    """All columns of these events. Their times stand there one by one, so that only parts of files
    are read in which one of them lies."""
    times = pc.unique(found["@timestamp"]).to_pylist()
    period = Question(since=min(times), until=max(times) + INSTANT)
    lies, bounds = f'"@timestamp" IN ({marks(times)})', times
    if len(times) > MOST_TIMES:
        lies, bounds = '"@timestamp" BETWEEN ? AND ?', [min(times), max(times)]
    sql = f"""SELECT {listed(names)} FROM {{}} WHERE {lies}
        AND "event.id" IN (SELECT unnest(?)) ORDER BY "@timestamp" DESC, "event.id" DESC"""
    return ask(sql, [*bounds, found["event.id"].to_pylist()], period)


def _none(names: Sequence[str]) -> pa.Table:
    return SCHEMA.empty_table().select(names)


def _most(query: Query | None, otherwise: int) -> int:
    """How many events there can be: where ids are asked for, no more than these."""
    match query:
        case OneOf("event.id", values):
            return len(set(values))
        case All(parts):
            return min((_most(part, otherwise) for part in parts), default=otherwise)
        case _:
            return otherwise
