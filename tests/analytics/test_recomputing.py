"""Person-days are made anew only of days that were touched, and kept only where they changed."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from analytics import pipeline
from analytics.risk import weights
from analytics.store import open_store
from analytics.store.base import EventStore
from tests.analytics.laboratory import DAY, SITE, cancelled, command, table

WEIGHTS = weights.load()
DAYS = [DAY.date() + timedelta(days=n) for n in range(12)]
NAMES = ("alice", "bob", "mallory")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[EventStore]:
    """Twelve days of three people, all of them assessed."""
    made = open_store((tmp_path / "lake").as_uri())
    made.append(events(*(command(who, f"run {n}", 24 * n + 9) for n in range(12) for who in NAMES)))
    for day in DAYS:
        assess(made, day)
    yield made
    made.close()


def events(*rows: dict[str, Any]) -> pa.Table:
    """As a store takes them."""
    told = [{**row, "event.ingested": row["@timestamp"]} for row in rows]
    return table(*told)


def assess(store: EventStore, day: date, *, touched: bool = True) -> pipeline.Assessed:
    return pipeline.assess(day, store=store, site=SITE, weights=WEIGHTS, touched=touched)


def test_a_late_event_changes_the_rows_of_whom_it_concerns(store: EventStore) -> None:
    assert assess(store, DAYS[3]).changed == frozenset()
    store.append(events(command("alice", "scontrol show nodes", 24 * 3 + 20)))
    assert assess(store, DAYS[3]).changed == {"alice"}
    assert assess(store, DAYS[3]).changed == frozenset()
    store.append(events(command("carol", "ls", 24 * 3 + 20)))
    assert assess(store, DAYS[3]).changed == {"carol"}
    assert assess(store, DAYS[4], touched=False).changed == frozenset()


def test_what_did_not_change_is_not_written_again(store: EventStore, tmp_path: Path) -> None:
    files = sorted((tmp_path / "lake" / "person_days").glob("*.parquet"))
    written = {file.stem: file.stat().st_mtime_ns for file in files}
    store.append(events(command("bob", "ls", 24 * 3 + 20)))
    for day in DAYS[3:]:
        assess(store, day, touched=day == DAYS[3])
    again = {file.stem for file in files if file.stat().st_mtime_ns != written[file.stem]}
    assert again == {DAYS[3].isoformat()}


def test_a_later_day_is_judged_by_what_became_known_of_an_earlier_one(store: EventStore) -> None:
    spree = [cancelled("slurm:mallory", "bob", f"j{n}", 24 * 11 + 10) for n in range(9)]
    store.append(events(*spree))
    before = assess(store, DAYS[11]).findings
    usual = [
        cancelled("slurm:mallory", "bob", f"{day}{n}", 24 * day + 10)
        for day in range(11)
        for n in range(9)
    ]
    store.append(events(*usual))
    for day in DAYS[:11]:
        assert assess(store, day).changed >= {"mallory"}
    after = assess(store, DAYS[11], touched=False).findings
    odd = "jobs_cancelled_of_others"
    assert odd in {one.id for one in before}
    assert odd not in {one.id for one in after}
    assert after == assess(store, DAYS[11]).findings


def test_rows_that_are_gone_or_lack_a_feature_are_made_anew(store: EventStore) -> None:
    whole = store.person_days(DAYS[5], DAYS[6])
    store.put_person_days(DAYS[5], whole.drop_columns(["day", "jobs_cancelled_of_others"]))
    assert assess(store, DAYS[5], touched=False).changed == set(NAMES)
    assert store.person_days(DAYS[5], DAYS[6]) == whole
    store.delete_person_days()
    assert assess(store, DAYS[5], touched=False).changed == set(NAMES)
