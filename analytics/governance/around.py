"""What surrounds an act: its day with all events, the site, and the store to look back in."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from datetime import date as Date

import pyarrow as pa

from analytics.fields import SCHEMA
from analytics.site import Site
from analytics.store.base import EventStore, Question
from analytics.store.query import Query


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """A day (UTC) with its events, the site as it was then, and the store."""

    day: Date
    events: pa.Table
    site: Site
    store: EventStore

    @property
    def begin(self) -> datetime:
        """The day's first moment."""
        return datetime.combine(self.day, time.min, UTC)

    def before(self, days: int, query: Query, columns: tuple[str, ...]) -> pa.Table:
        """The events of that many days before this one for which the query holds."""
        empty = pa.schema([SCHEMA.field(name) for name in columns]).empty_table()
        return pa.concat_tables([empty, *self.pieces_before(days, query, columns)])

    def pieces_before(
        self, days: int, query: Query, columns: tuple[str, ...]
    ) -> Iterator[pa.Table]:
        """As `before`, in tables of bounded size: for what may be many."""
        since = self.begin - timedelta(days=days)
        question = Question(since=since, until=self.begin, query=query)
        yield from self.store.scan(question, list(columns))
