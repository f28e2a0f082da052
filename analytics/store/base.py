"""What an event store must do. Two keep it, the lake and Elasticsearch, and one contract suite
tries both."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Protocol

import pyarrow as pa

from analytics.store.query import Query

Interval = str  # "hour" or "day"


class StoreUnavailable(Exception):
    """The store cannot be reached or is busy; the same call may succeed later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Which events are meant: `since` ≤ @timestamp < `until`, and the query holds.

    Times are UTC; None leaves that side open. `query` None means all.
    """

    since: datetime | None = None
    until: datetime | None = None
    query: Query | None = None


def on(day: date) -> Question:
    """All events of that UTC day."""
    since = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return Question(since=since, until=since + timedelta(days=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Appended:
    """What became of a batch: `new` tells for each row, in order, whether it was stored now;
    `refused` says by row why no store keeps it. Rows = stored + duplicates + refused."""

    stored: int
    duplicates: int
    new: pa.BooleanArray
    refused: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some events, newest first (ties by event.id, descending), and where the next page starts.

    `searched` is set where patience ended: what is older than that was not looked at, and `after`
    is where to go on.
    """

    events: pa.Table
    after: tuple[datetime, str] | None
    searched: datetime | None = None


class EventStore(Protocol):
    """Keeps events and person-days. Safe to use from several processes at once.

    Every method raises StoreUnavailable where the store cannot be reached.
    """

    def append(self, events: pa.Table) -> Appended:
        """Stores the events that are not there yet, told apart by `event.id`, durably.

        `events` has the columns of `fields.SCHEMA`; the same id always comes with the same time.
        Doubles inside the batch count as duplicates. So does what an earlier call stored that was
        killed or cut off before it answered: who must act once on each event keeps its own count.
        What cannot be kept (a time before 1970, an id of more than 500 bytes) is refused with a
        reason; the rest is stored. Raises ValueError, storing nothing, for an event without id or
        time.
        """

    def search(
        self,
        question: Question,
        *,
        limit: int = 100,
        after: tuple[datetime, str] | None = None,
        columns: Sequence[str] | None = None,
        patience: float | None = None,
    ) -> Page:
        """A page of events; `columns` None means all of them. With `patience` a store that finds
        texts by reading them may answer after about so many seconds with what it found so far;
        it has then looked at some part at least."""

    def count(self, question: Question) -> int:
        """How many events, exactly."""

    def histogram(
        self, question: Question, *, interval: Interval, by: str | None = None
    ) -> pa.Table:
        """Columns `time` (start of the hour or day, UTC), `value` (of field `by`, else null) and
        `count`, sorted by time and value; empty intervals are left out."""

    def facets(
        self, question: Question, fields: Sequence[str], *, size: int = 10
    ) -> Mapping[str, list[tuple[str, int]]]:
        """The most frequent values of each keyword field, with counts; ties in order of value.
        A list field counts each of its values. Null is left out."""

    def scan(self, question: Question, columns: Sequence[str]) -> Iterator[pa.Table]:
        """All the events, in tables of bounded size, in no order."""

    def get(self, event_id: str, day: date | None = None) -> pa.Table | None:
        """One event as a table of one row; quick where the day (UTC) is given."""

    def days(self, question: Question) -> list[date]:
        """The UTC days that have such events, in order."""

    def erase(self, question: Question) -> int:
        """Removes all such events for good; how many. What a reader or a backup still holds goes
        with that. Killed meanwhile, it is to be asked again."""

    def expire(self, before: date) -> list[date]:
        """Removes the months (UTC) that end by that day, whole; their first days, in order."""

    def put_person_days(self, day: date, rows: pa.Table) -> None:
        """Replaces all rows of that day. Columns: `person` (string) and one a feature, float64 or
        a list of int64."""

    def person_days(
        self, since: date, until: date, columns: Sequence[str] | None = None
    ) -> pa.Table:
        """Rows with since ≤ day < until: `day` (date32), `person`, and the features that any of
        these rows has, in order of name; of them only those asked for, where `columns` is given.
        Null where a row is older than a feature."""

    def delete_person_days(self) -> None:
        """Forgets all of them, to be computed anew."""

    def maintain(self) -> None:
        """Small files into large ones, or whatever else keeps it fast."""

    def ready(self) -> None:
        """Returns where the store answers, else raises StoreUnavailable with the reason."""

    def close(self) -> None:
        """Lets go of connections."""
