"""What scoring one more day costs with a year of history.

    python -m benchmarks.baselines [PEOPLE …] [--days 365] [--chart FILE]

A simulated organisation of 200 people without insiders is parsed, and its days become the days of
as many like it as are needed: the past as rows of person-days, drawn at random from those of the
same person at work or at rest, through the store's own Protocol into an embedded store; the new
day as its events, a hundred a person, drawn at random from that day's. Then `manage.py score` runs
as it does for anybody: person-days of the new day, baselines, anomalies, pillars, findings, scores.
Its CPU seconds, time by the clock and most memory are those that the system counts for the process.
Events of earlier days there are none: what pillars ask of these is not in the figures.

Fails where 10,000 people take a minute or longer, 2 GB or more, or a year costs more than 1.25
times a quarter: what the past may cost is bounded by the look-back, not by its length.
"""

import argparse
import io
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics import pipeline
from analytics.behaviour import commands, person_days
from analytics.behaviour.feature import Measure
from analytics.event import Context
from analytics.identity import Directory, read_people
from analytics.simulation import simulate
from analytics.store import open_store
from analytics.store.base import EventStore
from benchmarks.chart import bars

ROOT = Path(__file__).resolve().parents[1]
PEOPLE = (1_000, 10_000)
BLOCK = 200  # people of the simulated organisation
UNTIL = date(2026, 3, 1)  # a Sunday: its last day is a Saturday
NEW = date(2026, 2, 27)
SIMULATED = 10  # days
EVENTS = 100  # of a person on the new day
QUARTER = 90
LIMIT, MOST_SECONDS, MOST_MEMORY, MOST_GROWTH = 10_000, 60.0, 2e9, 1.25
OWN = ("event.id", "actor.account", "owner.account", "job.owner", "host.name", "job.id")
HALF = 2  # of the values that a feature keeps are a block's own, the others everybody's


@dataclass(frozen=True)
class Cost:
    """Of one run of `manage.py score`."""

    cpu: float
    wall: float
    memory: float


@dataclass(frozen=True)
class Organisation:
    """The simulated one: its people, the new day's events, and person-days at work and at rest."""

    people: str
    events: pa.Table
    work: tuple[pa.Table, ...]
    rest: tuple[pa.Table, ...]


def organisation(folder: Path) -> Organisation:
    """Simulates it and reads its logs."""
    simulate(folder, people=BLOCK, days=SIMULATED, seed=1, scenarios=(), until=UNTIL, progress=None)
    people = (folder / "people.csv").read_text()
    events = pa.concat_tables(_events(folder / "logs"))
    days = pc.cast(events["@timestamp"], pa.date32(), safe=False)
    found: dict[bool, list[pa.Table]] = {True: [], False: []}
    for day in sorted(pc.unique(days).to_pylist()):
        own = events.filter(pc.equal(days, pa.scalar(day)))
        rows = _rows_of(person_days.timed(own), read_people(people))
        if rows.num_rows > BLOCK / 20:
            found[day.weekday() < 5].append(rows)
    today = events.filter(pc.equal(days, pa.scalar(NEW)))
    some = np.random.default_rng(1).permutation(today.num_rows)[: EVENTS * BLOCK]
    today = today.take(pa.array(np.sort(some))).combine_chunks()
    return Organisation(people, today, tuple(found[True]), tuple(found[False]))


def _rows_of(events: pa.Table, directory: Directory) -> pa.Table:
    return commands.added(person_days.of_day(events, directory), events, directory)


def _events(logs: Path) -> Iterator[pa.Table]:
    for path in sorted(logs.rglob("*")):
        if path.is_file():
            log, place = path.read_bytes(), path.relative_to(logs)
            source = pipeline.recognise(log[: pipeline.HEAD], str(path))
            if source is None:
                raise SystemExit(f"{place} was not recognised")
            context = Context(
                feed=str(place), batch="1", origin=str(place), host=place.parts[0],
                received=datetime(2026, 12, 1, tzinfo=UTC),
                user=place.parts[2] if "home" in place.parts else None,
            )  # fmt: skip
            for batch in pipeline.parse(source, io.BytesIO(log), context):
                yield batch.events


def people_of(told: Organisation, blocks: int) -> str:
    """people.csv of so many organisations; each has accounts and teams of its own."""
    header, *rows = told.people.splitlines()
    lines = [header]
    for block in range(blocks):
        for row in rows:
            person, name, team, role, manager, start, end, accounts, moved = row.split(",")
            known = ";".join(f"{one}.{block}" for one in accounts.split(";"))
            own = f"{person}.{block},{name},{team} {block},{role},{manager}.{block}"
            lines.append(f"{own},{start},{end},{known},{moved}")
    return "\n".join(lines) + "\n"


def put_events(told: Organisation, blocks: int, store: EventStore) -> int:
    """The new day of so many organisations; how many events it has."""
    count = 0
    for block in range(blocks):
        events = told.events
        for name in OWN:
            suffix = pa.scalar(f".{block}")
            own = pc.binary_join_element_wise(events[name], suffix, "")
            events = events.set_column(events.schema.get_field_index(name), name, own)
        count += store.append(events).stored
    return count


def put_days(told: Organisation, blocks: int, store: EventStore, days: Sequence[date]) -> None:
    """Person-days of the past; each organisation's is one of its days at work, or at rest."""
    renamed = cache(lambda works, number, block: _renamed(_pool(told, works)[number], block))
    for day in days:
        chance = np.random.default_rng(day.toordinal())
        works = day.weekday() < 5
        chosen = chance.integers(0, len(_pool(told, works)), blocks).tolist()
        rows = [renamed(works, number, block) for block, number in enumerate(chosen)]
        store.put_person_days(day, pa.concat_tables(rows))


def _pool(told: Organisation, works: bool) -> tuple[pa.Table, ...]:
    return told.work if works else told.rest


def _renamed(rows: pa.Table, block: int) -> pa.Table:
    """The rows as those of the people of a block, who use some values of their own."""
    persons = pc.binary_join_element_wise(rows["person"], pa.scalar(f".{block}"), "")
    rows = rows.set_column(0, "person", persons)
    for name, feature in person_days.features().items():
        if feature.measure is Measure.NEW:
            lists = rows[name].combine_chunks()
            values = np.asarray(lists.flatten())
            own = np.where(values % HALF, values ^ (block << 32), values)
            moved = pa.ListArray.from_arrays(lists.offsets, pa.array(own))
            rows = rows.set_column(rows.schema.get_field_index(name), name, moved)
    return rows


def run(home: Path, *arguments: str) -> Cost:
    """A command of the product, in a process of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.endswith("_URL")}
    environment = {**kept, "FOUREYES_HOME": str(home), "FOUREYES_DEMO": "true"}
    command = [sys.executable, "-m", "benchmarks.spent", sys.executable, "manage.py", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True)
    return Cost(**json.loads(done.stdout))


def measured(told: Organisation, people: int, days: int, folder: Path) -> tuple[int, Cost, Cost]:
    """Events of the new day, and what it costs after a quarter and after all the days."""
    blocks = people // BLOCK
    home = folder / str(people)
    home.mkdir()
    store = open_store((home / "lake").as_uri())
    past = [NEW - timedelta(days=back) for back in range(1, days + 1)]
    events = put_events(told, blocks, store)
    put_days(told, blocks, store, past[:QUARTER])
    (home / "people.csv").write_text(people_of(told, blocks))
    run(home, "migrate", "--verbosity", "0")
    run(home, "import", str(home / "people.csv"))
    end = datetime(NEW.year, NEW.month, NEW.day, tzinfo=UTC) + timedelta(days=1)
    score = ("score", "--as-of", end.isoformat(), "--all")
    quarter = run(home, *score)
    put_days(told, blocks, store, past[QUARTER:])
    year = run(home, *score)
    store.close()
    return events, quarter, year


def drawn(costs: Mapping[int, Cost]) -> str:
    """The costs as a picture."""
    title = "One more day scored, with a year of history: seconds by the clock and most memory"
    sizes = {
        f"{people:,} people": (
            ("seconds", cost.wall, f"{cost.wall:,.0f} s"),
            ("memory", cost.memory, f"{cost.memory / 1e6:,.0f} MB"),
        )
        for people, cost in costs.items()
    }
    return bars(title, sizes)


def main() -> None:
    """Prints the table and fails where a limit does not hold."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("people", nargs="*", type=int, default=PEOPLE)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--chart", type=Path, metavar="FILE", help="also draw it, as SVG")
    options = parser.parse_args()
    costs: dict[int, Cost] = {}
    failed = []
    with tempfile.TemporaryDirectory(prefix="foureyes-baselines-") as folder:
        told = organisation(Path(folder) / "site")
        for people in options.people:
            events, quarter, year = measured(told, people, options.days, Path(folder))
            costs[people] = year
            print(
                f"{people:9,} people, {events:10,} events, {options.days} days:"
                f" {year.cpu:7.1f} s CPU, {year.wall:7.1f} s, {year.memory / 1e6:7,.0f} MB;"
                f" after {QUARTER} days {quarter.cpu:7.1f} s CPU",
                flush=True,
            )
            if people == LIMIT:
                if year.wall >= MOST_SECONDS:
                    failed.append(f"took {year.wall:.0f} s")
                if year.memory >= MOST_MEMORY:
                    failed.append(f"took {year.memory / 1e6:,.0f} MB")
                if year.cpu > MOST_GROWTH * quarter.cpu:
                    failed.append("the cost grew with the history")
    if options.chart:
        options.chart.write_text(drawn(costs))
    if failed:
        raise SystemExit(f"{LIMIT:,} people: " + ", ".join(failed))


if __name__ == "__main__":
    main()
