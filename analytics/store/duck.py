"""Asks DuckDB, in this process, over the files of a lake."""

# ruff: noqa: S608 (only names of fields and numbers are put in; values are parameters)

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from threading import Lock

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from deltalake.exceptions import DeltaError

from analytics.fields import SCHEMA
from analytics.store.base import Question, StoreUnavailable
from analytics.store.delta import EventFiles, File, periods, within
from analytics.store.sql import NO_EVENTS, Parameter, Sql, listed, where

MEMORY = "512MB"
THREADS = 2
ATTEMPTS = 5  # at files that are compacted away meanwhile
AT_ONCE = 20_000  # rows
MOST_KNOWN = 20_000  # files


class Reader:
    """Answers statements about a lake's events. Safe in several threads; one a process."""

    def __init__(self, files: EventFiles, folder: Path) -> None:
        """Opens nothing yet. What does not fit into memory spills into the folder."""
        self._files = files
        self._folder = folder
        self._opening = Lock()
        self._database: tuple[int, duckdb.DuckDBPyConnection] | None = None
        self._complete: dict[str, bool] = {}

    def close(self) -> None:
        """Lets go of what was opened; the next call opens it anew."""
        database, self._database = self._database, None
        if database is not None and database[0] == os.getpid():
            database[1].close()

    def ask(
        self, sql: str, values: list[Parameter], question: Question, **beside: pa.Table
    ) -> pa.Table:
        """The answer to a statement over `{}`, the events of the files that may matter, and over
        the tables beside it by their names. `{files}` are the same events without the columns
        that some of the files lack, which is quicker to ask.

        A file that was compacted and removed meanwhile is not missed: its rows are in another.
        """
        for _ in range(ATTEMPTS):
            with (
                suppress(FileNotFoundError),
                reachable(),
                self.relation(sql, values, self.chosen(question), **beside) as relation,
            ):
                return relation.to_arrow_table()
        raise StoreUnavailable("files of the lake vanish while they are read")

    @contextmanager
    def relation(
        self, sql: str, values: list[Parameter], files: list[str], **beside: pa.Table
    ) -> Iterator[duckdb.DuckDBPyRelation]:
        """The statement over these files, ready to be read. Raises FileNotFoundError where one
        is gone."""
        whole = common = NO_EVENTS
        if files:
            whole = common = "read_parquet(?)"
            if not all(self._is_complete(file) for file in files):
                read = "SELECT * FROM read_parquet(?, union_by_name = true)"
                whole = f"({read} UNION ALL BY NAME {NO_EVENTS[1:-1]})"
            values = [files, *values]
        cursor = self._connection().cursor()
        try:
            for name, table in beside.items():
                cursor.register(name, table)
            statement = sql.replace("{}", whole).replace("{files}", common)
            yield cursor.sql(statement, params=values)
        except duckdb.IOException as error:
            if not all(Path(file).exists() for file in files):
                raise FileNotFoundError(str(error)) from error
            raise
        finally:
            cursor.close()

    def _is_complete(self, file: str) -> bool:
        """Whether the file has all columns, so that nothing is to be filled in: that would keep
        the database from skipping parts of it. Files never change. Raises FileNotFoundError."""
        if file not in self._complete:
            if len(self._complete) >= MOST_KNOWN:  # most of them are gone
                self._complete.clear()
            try:
                self._complete[file] = {*SCHEMA.names} <= {*pq.read_schema(file).names}
            except pa.ArrowInvalid:  # the database says better what is wrong with it
                return False
        return self._complete[file]

    def chosen(self, question: Question) -> list[str]:
        """The live files that may hold events of the question's time, the newest first: what asks
        for the newest events then finds soon which older parts it need not look at."""
        live = sorted(self._files.live(), key=lambda file: file.last, reverse=True)
        return within(question, live)

    def month(self, month: date, without: Question | None = None) -> pa.RecordBatchReader:
        """All events of a month in order of time, but for those of a question; with the month as
        last column. Read a few days at a time, so that memory holds a day or a little more."""
        schema = SCHEMA.append(pa.field("month", pa.date32()))
        live = self._files.live()
        kept = ("true", []) if without is None else _unlike(where(without))
        return pa.RecordBatchReader.from_batches(schema, self._days_of(month, live, schema, kept))

    def _days_of(
        self, month: date, live: Sequence[File], schema: pa.Schema, kept: Sql
    ) -> Iterator[pa.RecordBatch]:
        condition, values = kept
        sql = f"""SELECT {listed(SCHEMA.names)}, DATE '{month.isoformat()}' AS month
            FROM {{}} WHERE "@timestamp" >= ? AND "@timestamp" < ? AND {condition}
            ORDER BY "@timestamp" """
        for period in periods(month, live):
            parameters = [period.since, period.until, *values]
            with self.relation(sql, parameters, within(period, live)) as relation:
                for rows in relation.to_arrow_reader(AT_ONCE):
                    yield from pa.Table.from_batches([rows]).cast(schema).to_batches()

    def _connection(self) -> duckdb.DuckDBPyConnection:
        """This process's database, in memory: it only reads files."""
        with self._opening:
            if self._database is None or self._database[0] != os.getpid():
                self._database = (os.getpid(), duckdb.connect(config=self._settings()))
            return self._database[1]

    def _settings(self) -> dict[str, str | bool | int | float | list[str]]:
        return {
            "memory_limit": MEMORY,
            "threads": THREADS,
            "TimeZone": "UTC",
            "parquet_metadata_cache": True,  # files never change
            "preserve_insertion_order": False,
            "temp_directory": str(self._folder / "spill"),
            "autoinstall_known_extensions": False,
        }


def _unlike(sql: Sql) -> Sql:
    condition, values = sql
    return f"NOT {condition}", values


@contextmanager
def reachable() -> Iterator[None]:
    """Turns what a disk, the files or too little memory raise into StoreUnavailable."""
    try:
        yield
    except FileNotFoundError:
        raise
    except (OSError, DeltaError, duckdb.IOException, duckdb.OutOfMemoryException) as error:
        raise StoreUnavailable(str(error)) from error
