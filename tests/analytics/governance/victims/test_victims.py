"""Victims-first as a whole, on invented clusters: whom it finds, and whom it leaves alone."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from analytics.fields import BY_NAME, SCHEMA
from analytics.findings import Level, ReasonKind
from analytics.governance import victims
from analytics.governance.victims import asking, finding, pods, runs, study
from analytics.resources import Criticality, Resource, Resources
from analytics.risk.score import scores
from analytics.risk.weights import load
from analytics.site import Site
from analytics.store import open_store
from analytics.store.base import Question
from tests.analytics.governance.victims.world import (
    ANSWERING,
    BEGIN,
    BUSY,
    ON_CALL,
    SABOTEUR,
    Kind,
    World,
    saboteurs,
    world,
)
from tests.analytics.laboratory import EMPTY

CALM = {
    "usual": Kind(),
    "a small cluster": Kind(people=30, nodes=8, flaky=1, busy=15),
    "flaky nodes": Kind(flaky=6),
    "everything odd at once": Kind(
        nights=6, fails=0.15, uneven=0.7, flaky=4, busy=100, answers=1.0, leads_write=20
    ),
}
NO_TRAINING = pa.schema([SCHEMA.field(name) for name in asking.OF_TRAINING]).empty_table()


def looked_over(found: World, until: datetime | None = None) -> study.Study:
    """The study of the month up to a time."""
    end = until or found.until
    jobs, acts, faults = (_within(table, end) for table in found.tables)
    ran = runs.of_events(jobs, found.site.directory)
    return study.of_tables(ran, acts, faults, NO_TRAINING, found.site, end)


def _within(events: pa.Table, until: datetime) -> pa.Table:
    times = events["@timestamp"]
    since = pa.scalar(until - study.LOOKED_BACK)
    return events.filter(pc.and_(pc.less(times, pa.scalar(until)), pc.greater_equal(times, since)))


def named(found: World, until: datetime | None = None) -> list[str]:
    """Who is named."""
    result = looked_over(found, until)
    return [result.people[one.person] for one in result.named]


def test_its_columns_are_fields() -> None:
    columns = {
        *victims.COLUMNS,
        *asking.OF_ACTS,
        *pods.COLUMNS,
        *asking.OF_FAULTS,
        *asking.OF_TRAINING,
    }
    assert columns <= BY_NAME.keys()


@pytest.mark.parametrize("by", ["node", "files"])
def test_a_saboteur_is_found_and_nobody_else_who_was_near(by: str) -> None:
    assert named(world(3, Kind(attacks=12, by=by))) == [SABOTEUR]


@pytest.mark.parametrize("name", ["a small cluster", "flaky nodes"])
def test_where_nobody_does_harm_nobody_is_named(name: str) -> None:
    assert named(world(100, CALM[name])) == []


@pytest.mark.slow()
@pytest.mark.parametrize("name", ["usual", "a small cluster", "everything odd at once"])
def test_on_twenty_calm_months_looked_at_every_few_days_at_most_one_names_anybody(
    name: str,
) -> None:
    wrong, kind = [], CALM[name]
    for seed in range(20):
        found = world(seed, kind)
        days = [*range(10, kind.days, 10), kind.days]
        if any(named(found, BEGIN + timedelta(days=day)) for day in days):
            wrong.append(seed)
    assert len(wrong) <= 1, wrong


@pytest.mark.slow()
def test_of_twenty_saboteurs_of_a_dozen_jobs_most_are_found_and_nobody_else() -> None:
    kinds = [Kind(attacks=12, by=by) for by in ("node", "files")]
    found = [named(world(seed, kind)) for seed in range(10) for kind in kinds]
    assert sum(SABOTEUR in who for who in found) >= 18
    assert sum(who not in ([], [SABOTEUR]) for who in found) <= 1


@pytest.mark.slow()
def test_of_ten_saboteurs_of_six_jobs_each_some_are_found_and_nobody_else() -> None:
    """Long jobs on few nodes, ruined in either way: evidence is short for each, and there are many
    to be told apart."""
    kind = Kind(
        people=100, teams=8, nodes=40, jobs_a_day=0.7, hours=10, fails=0.12,
        attacks=6, saboteurs=10, by="mixed", lag=(1, 20),
    )  # fmt: skip
    guilty = set(saboteurs(kind))
    found = [set(named(world(seed, kind))) for seed in range(20, 28)]
    assert sum(len(who & guilty) for who in found) >= 3, found
    assert not any(who - guilty for who in found)


def test_who_is_everywhere_on_call_or_there_first_is_near_failures_and_not_accused() -> None:
    result = looked_over(world(4, Kind(busy=150, answers=1.0, attacks=12)))
    near = {result.people[one.person]: one.near for one in result.near}
    assert near.get(BUSY, 0) > near[SABOTEUR]
    assert [result.people[one.person] for one in result.named] == [SABOTEUR]
    assert not {BUSY, ON_CALL, ANSWERING} & {result.people[one.person] for one in result.named}


def test_who_answers_first_where_much_breaks_each_day_is_not_accused() -> None:
    """So many short jobs fail that whoever answers has often been there just before, too."""
    crowded = world(306, Kind(people=60, nodes=30, jobs_a_day=3, hours=2.5, strolls=1.5))
    result = looked_over(crowded, BEGIN + timedelta(days=27))
    assert result.named == []
    assert ANSWERING in {result.people[one.person] for one in result.near}


def test_without_jobs_there_is_nothing_to_say() -> None:
    nothing = pa.schema([SCHEMA.field(name) for name in finding.COLUMNS]).empty_table()
    assert victims.find(BEGIN.date(), nothing, Site(), EMPTY) == []
    one = pa.table({"@timestamp": [BEGIN], "event.action": ["job"], "job.state": ["FAILED"]})
    assert victims.find(BEGIN.date(), one, Site(), EMPTY) == []


def test_a_finding_says_how_often_and_leads_to_acts_and_jobs(tmp_path: Path) -> None:
    found = world(2, Kind(attacks=12))
    store = open_store((tmp_path / "lake").as_uri())
    rows = [*found.jobs, *found.acts]
    store.append(pa.Table.from_pylist(rows, schema=SCHEMA))
    result = looked_over(found)
    (best,) = result.named
    last = datetime.fromtimestamp(int(result.incidents.onset[best.sets].max()) / 1e6, UTC)
    told = {}
    for day in (last.date(), last.date() + timedelta(days=1)):
        within = Question(since=_at(day), until=_at(day) + timedelta(days=1))
        events = pa.concat_tables(store.scan(within, finding.COLUMNS))
        told[day] = victims.find(day, events, found.site, store)
    store.close()
    (one,) = told[last.date()]
    assert (one.kind, one.id, one.person) == (ReasonKind.VICTIMS, finding.NEAR, SABOTEUR)
    assert one.tactics == ("impact",)
    assert sum(count for _, count in one.owners) == best.near
    assert " failures of others, and before the same moment of " in one.sentence
    assert one.sentence.endswith(" GPU-hours lost")
    kinds = {row["event.id"]: row for row in rows}
    accounts = {kinds[event].get("actor.account") for event in one.events}
    assert f"unix:{SABOTEUR}" in accounts
    assert accounts <= {f"unix:{SABOTEUR}", None}
    assert any(kinds[event].get("job.state") == "FAILED" for event in one.events)
    assert told[last.date() + timedelta(days=1)] == [], "nothing new happened on the day after"


def _at(day: date) -> datetime:
    return datetime.fromisoformat(f"{day}T00:00:00+00:00")


def test_alone_it_never_lifts_anybody_above_moderate() -> None:
    found = world(2, Kind(attacks=12))
    result = looked_over(found)
    one = finding._finding(result.named[0], result, found.site)
    extreme = Resource(kind="host", pattern="*", owner="team:x", criticality=Criticality.EXTREME)
    paths = replace(extreme, kind="path")
    many = [replace(one, events=(f"e{n}",)) for n in range(500)]
    (score,) = scores(many, one.time, Site(resources=Resources((extreme, paths))), load())
    assert score.level is Level.MODERATE
    (alone,) = scores([one], one.time, Site(), load())
    assert alone.level is Level.MODERATE
