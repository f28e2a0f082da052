"""Moves everything from one event store into another, while the first is in use, and proves it.

A day at a time (UTC) events are read from the one and appended to the other, which stores nothing
twice; then the other's day is read back, and counts and hashes are compared. Days that are proved
are noted in a journal. So a move may be killed and begun again at any time, and what came in
meanwhile is found in the next pass, by the days' counts.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from analytics.fields import SCHEMA
from analytics.store.base import EventStore, Question, on
from analytics.store.elastic.lines import lines
from analytics.store.rows import kept

EVER = Question()
FIRST, LAST = date(1970, 1, 1), date(2262, 1, 1)
PASSES = 5  # while events come in; then the rest is left to the next run


class NotTheSame(Exception):
    """A day in the other store is not what it is here, and moving cannot mend it."""


@dataclass(frozen=True, slots=True)
class Sum:
    """How many events, and the sum of their hashes, in whatever order they come."""

    count: int = 0
    digest: int = 0

    def __add__(self, other: "Sum") -> "Sum":
        return Sum(self.count + other.count, (self.digest + other.digest) % 2**128)

    @classmethod
    def of(cls, sums: "Iterable[Sum]") -> "Sum":
        """All of them together."""
        whole = cls()
        for one in sums:
            whole += one
        return whole

    def __str__(self) -> str:
        return f"{self.count:,} events, hash {self.digest:032x}"


def summed(events: pa.Table) -> Sum:
    """The sum of a table with the columns of `SCHEMA`: each event whole, with all its fields."""
    digests = (
        int.from_bytes(hashlib.blake2b(text.encode(), digest_size=16).digest())
        for text in lines(kept(events)).to_pylist()
    )
    return Sum(events.num_rows, sum(digests) % 2**128)


def fingerprint(store: EventStore, day: date) -> Sum:
    """The sum of a day's events."""
    return Sum.of(summed(table) for table in store.scan(on(day), SCHEMA.names))


@dataclass(slots=True)
class Journal:
    """Which days are proved, kept in a file a line each; `to` tells one target from another."""

    path: Path
    to: str
    days: dict[date, Sum] = field(default_factory=dict)

    def read(self) -> None:
        """What earlier runs noted; a last line that was cut off by a kill says nothing."""
        if self.path.exists():
            for line in self.path.read_text().splitlines():
                try:
                    noted = json.loads(line)
                    day, to = date.fromisoformat(noted["day"]), noted["to"]
                    proved = Sum(noted["count"], int(noted["hash"], 16))
                except (ValueError, KeyError, TypeError):
                    continue
                if to == self.to:
                    self.days[day] = proved

    def note(self, day: date, proved: Sum) -> None:
        """Keeps it, durably."""
        self.days[day] = proved
        noted = {"to": self.to, "day": day.isoformat(), "count": proved.count}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a") as file:
            file.write(f"\n{json.dumps(noted | {'hash': f'{proved.digest:032x}'})}\n")
            file.flush()
            os.fsync(file.fileno())


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What stands in both stores: days, the sum of all their events, person-days; and how many
    events came in since, which are not moved yet."""

    days: int
    sum: Sum
    person_days: int
    missing: int


Told = Callable[[date, Sum, int, int], None]  # day, what both hold, days done, days in all


def move(source: EventStore, target: EventStore, journal: Journal, told: Told) -> Proof:
    """Moves what is not moved yet. Raises NotTheSame, and StoreUnavailable."""
    journal.read()
    for _ in range(PASSES):
        here, there = counts(source), counts(target)
        open_days = [day for day in here if not _is_proved(day, journal, here, there)]
        if not open_days:
            break
        for number, day in enumerate(open_days, 1):
            proved = _move_day(source, target, day, there.get(day, 0))
            journal.note(day, proved)
            told(day, proved, number, len(open_days))
    person_days = _move_person_days(source, target)
    here, there = counts(source), counts(target)
    missing = sum(max(count - there.get(day, 0), 0) for day, count in here.items())
    days = [journal.days[day] for day in here if day in journal.days]
    return Proof(days=len(days), sum=Sum.of(days), person_days=person_days, missing=missing)


def counts(store: EventStore) -> dict[date, int]:
    """How many events each day has, in order."""
    days = store.histogram(EVER, interval="day")
    times: list[datetime] = days["time"].to_pylist()
    return dict(zip([time.date() for time in times], days["count"].to_pylist(), strict=True))


def _is_proved(day: date, journal: Journal, here: dict[date, int], there: dict[date, int]) -> bool:
    """An event never changes, so a day that has as many as when it was proved is the same."""
    noted = journal.days.get(day)
    return noted is not None and noted.count == here[day] == there.get(day, 0)


def _move_day(source: EventStore, target: EventStore, day: date, there: int) -> Sum:
    """What both hold of the day now, the same."""
    if there == source.count(on(day)) and (held := fingerprint(target, day)) == fingerprint(
        source, day
    ):
        return held  # moved by a run that was killed before it noted it
    read = Sum()
    for events in source.scan(on(day), SCHEMA.names):
        appended = target.append(events)
        if appended.refused:
            reason = next(iter(appended.refused.values()))
            raise NotTheSame(f"{day}: {len(appended.refused)} events are refused: {reason}")
        read += summed(events)
    held = fingerprint(target, day)
    if held != read:
        raise NotTheSame(f"{day}: here {read}; there {held}: it holds events of its own")
    return held


def _move_person_days(source: EventStore, target: EventStore) -> int:
    """How many rows both have now."""
    here, there = source.person_days(FIRST, LAST), target.person_days(FIRST, LAST)
    held = _by_day(there)
    for day, rows in _by_day(here).items():
        if day not in held or not held[day].equals(rows):
            target.put_person_days(day, rows)
    return int(here.num_rows)


def _by_day(table: pa.Table) -> dict[date, pa.Table]:
    """The rows of each day, with the features that any of them has."""
    found = {}
    for day in pc.unique(table["day"]).to_pylist():
        rows = table.filter(pc.equal(table["day"], pa.scalar(day, pa.date32())))
        names = [name for name in rows.column_names if rows[name].null_count < rows.num_rows]
        found[day] = rows.select([name for name in names if name != "day"]).combine_chunks()
    return found
