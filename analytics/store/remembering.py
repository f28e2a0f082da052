"""A store that remembers, for as long as a refresh takes, what it was asked for again and again.

Pillars look back weeks from each day that is assessed, and ask the same of all but one of the days
that the assessment of the day before asked for. What is asked a second time is read a day at a
time and kept, so that of each further window only what is new is read.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import Any, cast

import pyarrow as pa
import pyarrow.compute as pc

from analytics.fields import SCHEMA
from analytics.store.base import EventStore, Question
from analytics.store.query import Query

MOST = 128 << 20  # bytes that are kept; a question with more is passed on each time
TIME = "@timestamp"
DAY = timedelta(days=1)

Asked = tuple[Query | None, tuple[str, ...]]


def remembering(store: EventStore) -> EventStore:
    """The store, but that events which come while it is used may be missed by windows of days that
    were asked for before. Whoever brings events marks their days, and they are assessed again."""
    return cast("EventStore", _Remembering(store))


class _Remembering:
    def __init__(self, store: EventStore) -> None:
        self._store = store
        self._once: set[Asked] = set()
        self._large: set[Asked] = set()
        self._kept: dict[Asked, dict[date, pa.Table]] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def scan(self, question: Question, columns: Sequence[str]) -> Iterator[pa.Table]:
        asked = (question.query, tuple(columns))
        days = _days(question)
        if len(days) > 1 and asked in self._once and asked not in self._large:
            yield from self._window(asked, days)
            return
        if len(days) > 1:
            self._once.add(asked)
        yield from self._store.scan(question, columns)

    def _window(self, asked: Asked, days: Sequence[date]) -> Iterator[pa.Table]:
        """The days' events: those of a stretch that is not known yet are read together."""
        before = self._kept.get(asked, {})
        kept = {day: before[day] for day in days if day in before}
        for known, stretch in groupby(days, key=kept.__contains__):
            if not known:
                kept |= self._read(asked, list(stretch))
        self._kept[asked] = kept
        if sum(table.nbytes for held in self._kept.values() for table in held.values()) > MOST:
            self._large.add(asked)
            del self._kept[asked]
        yield from (kept[day] for day in days)

    def _read(self, asked: Asked, days: Sequence[date]) -> dict[date, pa.Table]:
        query, columns = asked
        question = Question(since=_midnight(days[0]), until=_midnight(days[-1]) + DAY, query=query)
        wanted = [*columns, *({TIME} - set(columns))]
        empty = pa.schema([SCHEMA.field(name) for name in wanted]).empty_table()
        found = pa.concat_tables([empty, *self._store.scan(question, wanted)]).combine_chunks()
        of_day = pc.cast(found[TIME], pa.date32(), safe=False)
        return {
            day: found.filter(pc.equal(of_day, pa.scalar(day, pa.date32()))).select(columns)
            for day in days
        }


def _days(question: Question) -> list[date]:
    """The days (UTC) that the question is about, none where it is not about whole days."""
    since, until = question.since, question.until
    if since is None or until is None or since.time() != time() or until.time() != time():
        return []
    return [since.date() + n * DAY for n in range((until - since).days)]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
