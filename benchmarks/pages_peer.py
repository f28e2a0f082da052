"""The peer of `benchmarks.pages`: the same counts in SQLite, with an index that covers each."""

import sqlite3
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

STEPS = {"hour": 3600, "day": 86_400}  # seconds


class Peer:
    """A table of whole seconds and the fields that are counted."""

    def __init__(self, path: Path, fields: tuple[str, ...]) -> None:
        """Opens or makes it."""
        self._fields = fields
        self._database = sqlite3.connect(path)
        self._database.execute("PRAGMA journal_mode=WAL")
        names = ", ".join(f'"{field}" TEXT' for field in fields)
        self._database.execute(f"CREATE TABLE IF NOT EXISTS events (time INTEGER, {names})")

    def append(self, events: pa.Table) -> None:
        """More rows."""
        seconds = pc.divide(events["@timestamp"].cast(pa.int64()), 1_000_000).to_pylist()
        rest = [events[field].to_pylist() for field in self._fields]
        marks = ", ".join("?" * (len(rest) + 1))
        rows = zip(seconds, *rest, strict=True)
        self._database.executemany(f"INSERT INTO events VALUES ({marks})", rows)
        self._database.commit()

    def index(self) -> None:
        """An index by time and value, and one by value alone, for each field."""
        for place, field in enumerate(self._fields):
            self._database.execute(f'CREATE INDEX timed{place} ON events (time, "{field}")')
            self._database.execute(f'CREATE INDEX valued{place} ON events ("{field}")')
        self._database.execute("ANALYZE")

    def histogram(self, since: datetime | None, interval: str, field: str) -> list[tuple[object]]:
        """Counts by interval and value."""
        step = STEPS[interval]
        return self._database.execute(
            f'SELECT time / {step} * {step}, "{field}", count(*) FROM events'
            f" {self._where(since)} GROUP BY 1, 2"
        ).fetchall()

    def facet(self, since: datetime | None, field: str, size: int) -> list[tuple[object]]:
        """The most frequent values."""
        return self._database.execute(
            f'SELECT "{field}", count(*) FROM events {self._where(since)}'
            f' GROUP BY 1 HAVING "{field}" IS NOT NULL ORDER BY 2 DESC, 1 LIMIT {size}'
        ).fetchall()

    def _where(self, since: datetime | None) -> str:
        return "" if since is None else f"WHERE time >= {int(since.timestamp())}"
