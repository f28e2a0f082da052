"""What a day's features cost: `python -m benchmarks.person_days [EVENTS]`.

A day of a million events by 1,000 people, made of what every log source makes of its golden
samples, over and over; half of the commands and paths are like no other. Prints CPU seconds of
the whole day and of each feature, and events per CPU second.
"""

import importlib
import io
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.behaviour import person_days
from analytics.fields import SCHEMA
from analytics.identity import Directory, read_people
from tests.analytics.sources.test_golden import SAMPLES, context_of

PEOPLE, RUNS = 1000, 3
DAY = datetime(2026, 11, 23, tzinfo=UTC)
VARIED = ("process.command_line", "file.path")


def day(events: int) -> pa.Table:
    """So many events of one day, with the columns that features read."""
    tables = []
    for sample in SAMPLES:
        source = importlib.import_module(f"analytics.sources.{sample.parent.name}").SOURCE
        batches = source.parse(io.BytesIO(sample.read_bytes()), context_of(sample))
        tables += [batch.events.select(person_days.COLUMNS) for batch in batches]
    chance = np.random.default_rng(7)
    samples = pa.concat_tables(tables)
    told = samples.take(pa.array(chance.integers(0, samples.num_rows, events))).combine_chunks()
    numbers = pc.cast(pa.array(np.arange(events)), pa.string())
    varied = pa.array(chance.random(events) < 0.5)
    for name in VARIED:
        longer = pc.binary_join_element_wise(told[name], numbers, "/")
        told = _with(told, name, pc.if_else(varied, longer, told[name]))
    who = chance.integers(0, PEOPLE, (2, events))
    told = _with(told, "actor.account", pa.array([f"unix:u{n}" for n in who[0]]))
    owners = pc.if_else(
        pc.is_valid(told["owner.account"]), pa.array([f"unix:u{n}" for n in who[1]]), None
    )
    told = _with(told, "owner.account", owners)
    times = int(DAY.timestamp()) * 1_000_000 + chance.integers(0, 86_400_000_000, events)
    return _with(told, "@timestamp", pa.array(times).cast(SCHEMA.field("@timestamp").type))


def _with(events: pa.Table, name: str, values: pa.Array) -> pa.Table:
    return events.set_column(events.schema.get_field_index(name), name, values)


def directory() -> Directory:
    """People with one account each."""
    rows = (f"u{n},U {n},t{n % 40},researcher,,,,unix:u{n}\n" for n in range(PEOPLE))
    return read_people("person,name,team,role,manager,start,end,accounts\n" + "".join(rows))


def cpu(work: Callable[[], object]) -> float:
    """The least CPU seconds of some runs."""
    spent = []
    for _ in range(RUNS):
        start = time.process_time()
        work()
        spent.append(time.process_time() - start)
    return min(spent)


def main() -> None:
    events = day(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
    people = directory()
    whole = cpu(lambda: person_days.of_day(events, people))
    print(f"{events.num_rows:,} events, {len(person_days.features())} features: {whole:.2f} s CPU")
    print(f"{events.num_rows / whole:,.0f} events per CPU second")
    told = people.joined(events.select(person_days.COLUMNS))
    asked = person_days.encoded(told, person_days.REPETITIVE)
    print(f"{cpu(lambda: people.joined(events.select(person_days.COLUMNS))):8.3f}  joining people")
    print(f"{cpu(lambda: person_days.encoded(told, person_days.REPETITIVE)):8.3f}  encoding")
    for name, feature in person_days.features().items():
        print(f"{cpu(lambda feature=feature: feature.select(asked)):8.3f}  {name}")


if __name__ == "__main__":
    main()
