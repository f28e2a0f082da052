"""The embedded event store: Delta Lake files, queried by DuckDB in this process."""

# ruff: noqa: S608 (only names of fields and numbers are put in; values are parameters)

import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from analytics.fields import SCHEMA, Kind
from analytics.store import facets, newest
from analytics.store.base import Appended, Interval, Page, Question, StoreUnavailable, on
from analytics.store.daily import DailyFiles, checked, joined
from analytics.store.delta import EventFiles, stretches
from analytics.store.duck import AT_ONCE, Reader, reachable
from analytics.store.meaning import reads_texts
from analytics.store.newest import before
from analytics.store.rows import firsts, screened, typed
from analytics.store.sql import column, listed, where
from analytics.store.values import keyword

STEPS: Mapping[Interval, int] = {"hour": 3_600_000_000, "day": 86_400_000_000}  # microseconds


class Lake:
    """An EventStore in a folder. Several processes may use it at once; open it in each."""

    def __init__(self, folder: Path) -> None:
        """Opens nothing yet. Raises ValueError for a folder with one of %[]*? in its path."""
        if set("%[]*?") & set(str(folder)):
            raise ValueError(f"the lake's folder must have none of %[]*? in its path: {folder}")
        self._files = EventFiles(folder / "events")
        self._person_days = DailyFiles(folder / "person_days")
        self._folder = folder
        self._reader = Reader(self._files, folder)

    def append(self, events: pa.Table) -> Appended:
        """Stores the events that are not there yet; see EventStore."""
        return screened(events, self._append)

    def _append(self, batch: pa.Table) -> Appended:
        with reachable(), self._files.writing():
            new = firsts(batch["event.id"])
            if batch.num_rows:
                known = pc.is_in(batch["event.id"], value_set=self._known(batch))
                new = pc.and_(new, pc.invert(known)).combine_chunks()
            fresh = batch if pc.all(new).as_py() else batch.filter(new)  # most often a copy saved
            if fresh.num_rows:
                self._files.add(fresh)
        stored: int = fresh.num_rows
        return Appended(stored=stored, duplicates=batch.num_rows - stored, new=new)

    def search(
        self,
        question: Question,
        *,
        limit: int = 100,
        after: tuple[datetime, str] | None = None,
        columns: Sequence[str] | None = None,
        patience: float | None = None,
    ) -> Page:
        """A page of events, newest first: which ones, then all of their columns."""
        names = SCHEMA.names if columns is None else columns
        parts = [question]
        if patience is not None and reads_texts(question.query):
            with reachable():
                parts = stretches(before(question, after), self._files.live())
        return newest.page(self._reader.ask, parts, names, limit, after, patience)

    def count(self, question: Question) -> int:
        """How many events, exactly."""
        condition, values = where(question)
        answer = self._reader.ask(
            f"SELECT count(*) AS n FROM {{}} WHERE {condition}", values, question
        )
        number: int = answer["n"][0].as_py()
        return number

    def histogram(
        self, question: Question, *, interval: Interval, by: str | None = None
    ) -> pa.Table:
        """Counts an hour or a day; see EventStore."""
        step = STEPS[interval]
        value = "NULL::VARCHAR" if by is None else column(keyword(by, Kind.KEYWORD))
        condition, values = where(question)
        table = self._reader.ask(
            f"""SELECT make_timestamptz(epoch_us("@timestamp") // {step} * {step}) AS time,
                {value} AS value, count(*) AS count
            FROM {{}} WHERE {condition} GROUP BY ALL ORDER BY time, value NULLS LAST""",
            values,
            question,
        )
        types = [("time", SCHEMA.field("@timestamp").type), ("value", pa.string())]
        return table.cast(pa.schema([*types, ("count", pa.int64())]))

    def facets(
        self, question: Question, fields: Sequence[str], *, size: int = 10
    ) -> Mapping[str, list[tuple[str, int]]]:
        """The most frequent values of each field; see EventStore."""
        return facets.facets(self._reader.ask, question, fields, size)

    def scan(self, question: Question, columns: Sequence[str]) -> Iterator[pa.Table]:
        """All the events as they were when the first table was asked for, 20,000 rows a table."""
        condition, values = where(question)
        sql = f"SELECT {listed(columns)} FROM {{}} WHERE {condition}"
        with (
            reachable(),
            self._reader.relation(sql, values, self._reader.chosen(question)) as relation,
        ):
            for rows in relation.to_arrow_reader(AT_ONCE):
                yield typed(pa.Table.from_batches([rows]), columns)

    def get(self, event_id: str, day: date | None = None) -> pa.Table | None:
        """One event as a table of one row; quick where the day is given."""
        question = Question() if day is None else on(day)
        condition, values = where(question)
        sql = f'SELECT {listed(SCHEMA.names)} FROM {{}} WHERE "event.id" = ? AND {condition}'
        table = self._reader.ask(sql, [event_id, *values], question)
        return typed(table, SCHEMA.names) if table.num_rows else None

    def days(self, question: Question) -> list[date]:
        """The UTC days that have such events, in order."""
        return [
            moment.astimezone(UTC).date()
            for moment in self.histogram(question, interval="day")["time"].to_pylist()
        ]

    def erase(self, question: Question) -> int:
        """Removes all such events, a month at a time; see EventStore. Readers who began before
        may still hold the old files, which `maintain` removes hours later."""
        months = sorted({day.replace(day=1) for day in self.days(question)})
        erased = 0
        with reachable():
            for month in months:
                with self._files.writing():
                    erased += self.count(_in(month, question))
                    self._files.replace(month, self._reader.month(month, without=question))
        return erased

    def expire(self, before: date) -> list[date]:
        """Removes whole months; see EventStore."""
        with reachable(), self._files.writing():
            return self._files.expire(before)

    def put_person_days(self, day: date, rows: pa.Table) -> None:
        """Replaces all rows of that day."""
        rows = checked(rows)
        with reachable():
            self._person_days.put(day, rows)

    def person_days(
        self, since: date, until: date, columns: Sequence[str] | None = None
    ) -> pa.Table:
        """Rows with since ≤ day < until; see EventStore."""
        with reachable():
            return joined(self._person_days.read(since, until, columns))

    def delete_person_days(self) -> None:
        """Forgets all of them, to be computed anew."""
        with reachable():
            self._person_days.clear()

    def maintain(self) -> None:
        """Small files into large ones, a month at a time so that writers wait little."""
        with reachable():
            crowded = self._files.crowded()
            for month in crowded:
                with self._files.writing():
                    self._files.replace(month, self._reader.month(month))
            with self._files.writing():
                self._files.clean()

    def ready(self) -> None:
        """Returns where the folder can be read and written, else raises StoreUnavailable."""
        with reachable():
            self._folder.mkdir(parents=True, exist_ok=True)
            self._files.live()
        if not os.access(self._folder, os.R_OK | os.W_OK | os.X_OK):
            raise StoreUnavailable(f"{self._folder} cannot be written")

    def close(self) -> None:
        """Lets go of what was opened; the next call opens it anew."""
        self._files.close()
        self._reader.close()

    def _known(self, batch: pa.Table) -> pa.Array:
        """The batch's ids that are stored. The same id always has the same time, so only the
        time from the batch's first to its last event is looked at."""
        bounds = pc.min_max(batch["@timestamp"])
        first, last = bounds["min"].as_py(), bounds["max"].as_py()
        period = Question(since=first, until=last + timedelta(microseconds=1))
        if not self._reader.chosen(period):
            return pa.array([], pa.string())
        table = self._reader.ask(
            """SELECT "event.id" AS id FROM {files} WHERE "@timestamp" BETWEEN ? AND ?
                AND "event.id" IN (SELECT "event.id" FROM batch)""",
            [first, last],
            period,
            batch=batch.select(["event.id"]),
        )
        return table["id"].cast(pa.string()).combine_chunks()


def _in(month: date, question: Question) -> Question:
    """What of the question lies in the month."""
    first = datetime(month.year, month.month, 1, tzinfo=UTC)
    following = (first + timedelta(days=32)).replace(day=1)
    since, until = question.since or first, question.until or following
    return Question(since=max(since, first), until=min(until, following), query=question.query)
