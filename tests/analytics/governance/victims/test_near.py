from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from analytics.fields import SCHEMA
from analytics.governance.victims import Answer, Asked, who_was_near
from analytics.store import open_store
from analytics.store.base import EventStore
from tests.analytics.governance.victims.world import BEGIN, SABOTEUR, Kind, World, world


@pytest.fixture(scope="module")
def ruined() -> World:
    return world(3, Kind(people=30, nodes=20, attacks=10, by="files"))


@pytest.fixture(scope="module")
def store(ruined: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EventStore]:
    folder: Path = tmp_path_factory.mktemp("lake")
    opened = open_store(folder.as_uri())
    opened.append(pa.Table.from_pylist([*ruined.jobs, *ruined.acts], schema=SCHEMA))
    yield opened
    opened.close()


def answer(ruined: World, store: EventStore, **asked: object) -> Answer:
    usual = {"since": BEGIN, "until": ruined.until}
    return who_was_near(Asked(**{**usual, **asked}), ruined.site, store)  # type: ignore[arg-type]


def test_of_a_month_the_saboteur_is_first_and_losses_add_up(
    ruined: World, store: EventStore
) -> None:
    found = answer(ruined, store)
    first = found.suspects[0]
    assert (first.person, first.named) == (SABOTEUR, True)
    assert first.relative_risk > 3
    assert len(first.jobs) == first.near <= 10
    assert 0 < first.hours < sum(hours for _, hours in found.victims)
    assert {row["event.id"] for row in ruined.acts} >= set(first.acts) != set()
    assert len({one.person for one in found.suspects}) == len(found.suspects)


def test_of_one_job_it_tells_who_was_near_that_one(ruined: World, store: EventStore) -> None:
    job = answer(ruined, store).suspects[0].jobs[0]
    found = answer(ruined, store, jobs=frozenset({job}))
    assert (found.incidents, found.failed) == (1, 1)
    assert [one.jobs for one in found.suspects if one.person == SABOTEUR] == [(job,)]
    assert not any(one.named for one in found.suspects), "one job is no series"


def test_of_a_resource_only_what_depends_on_it_is_looked_at(
    ruined: World, store: EventStore
) -> None:
    job = answer(ruined, store).suspects[0].jobs[0]
    folder = next(row["process.working_directory"] for row in ruined.jobs if row["job.id"] == job)
    found = answer(ruined, store, resource=folder)
    whole = answer(ruined, store)
    assert 1 <= found.incidents < whole.incidents
    assert len(found.victims) == 1
    assert answer(ruined, store, resource="/nowhere/at/all") == Answer(incidents=0, failed=0)


def test_before_anything_happened_there_is_nothing(ruined: World, store: EventStore) -> None:
    early = {"since": BEGIN - timedelta(days=9), "until": BEGIN}
    assert answer(ruined, store, **early) == Answer(incidents=0, failed=0)
