"""Rules asked of what either store holds say what they would have said as it came in."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
import yaml
from sigma.rule.logsource import SigmaLogSource

from analytics.detection import backtesting, logsources, matcher
from analytics.detection.backtesting import Backtest, TooManyHits, backtest, chosen, columns_of
from analytics.detection.correlations.alerts import correlate
from analytics.detection.correlations.gathering import with_persons
from analytics.detection.examples import events_of
from analytics.detection.loading import OWN_RULES, RuleSet, load
from analytics.fields import SCHEMA
from analytics.identity import Directory
from analytics.store.base import EventStore, Question
from tests.analytics.detection.conftest import document
from tests.analytics.laboratory import DIRECTORY
from tests.analytics.store.conftest import store, store_url

__all__ = ["store", "store_url"]  # both stores, empty
FIRST = datetime(2026, 3, 1, 6, tzinfo=UTC)
DAYS = 5
COMMAND = "process.command_line"
NOBODY = Directory({}, ())


@pytest.fixture(scope="module")
def own() -> RuleSet:
    return load([OWN_RULES])


@pytest.fixture(scope="module")
def history(own: RuleSet) -> pa.Table:
    """All examples of our own rules, those of a rule on one day and the next rule's a day later."""
    tables = [
        events_of(
            [
                {
                    **example,
                    "event.id": f"{rule.id}:{number}",
                    "@timestamp": FIRST + timedelta(days=place % DAYS, minutes=number),
                    "actor.account": "unix:mallory" if number % 2 else "unix:stranger",
                }
                for number, example in enumerate((*rule.examples.match, *rule.examples.no_match))
            ],
            rule.source,
        )
        for place, rule in enumerate(own.rules)
    ]
    return pa.concat_tables(tables).cast(SCHEMA)


def hits(result: Backtest) -> Counter[tuple[str, date]]:
    return Counter(
        {(one.rule.id, day): n for one in result.found for day, n in one.days.items() if n}
    )


def together(rules: RuleSet, events: pa.Table, directory: Directory) -> Counter[tuple[str, date]]:
    """The same of events that come in all together."""
    found = matcher.detect(rules, events)
    persons = directory.persons(found.hits["account"], found.hits["time"])
    years = FIRST - timedelta(days=366), FIRST + timedelta(days=366)
    correlated = correlate(rules.correlations, with_persons(found.hits, persons), *years)
    alerts = [*found.alerts, *(one.alert for one in correlated)]
    raising = {each.id for each in rules.detections}
    return Counter((one.rule, one.time.date()) for one in alerts if one.rule in raising)


@pytest.mark.parametrize("at_once", [1, backtesting.AT_ONCE])
def test_it_finds_what_was_found_as_the_events_came_in(
    own: RuleSet,
    history: pa.Table,
    store: EventStore,
    at_once: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(backtesting, "AT_ONCE", at_once)  # days one by one, and all together
    store.append(history)
    result = backtest(own, store, Question(), DIRECTORY)
    expected = together(own, history, DIRECTORY)
    assert hits(result) == expected
    assert len({rule for rule, _ in expected}) > 70
    assert result.events == history.num_rows
    assert len(result.days) == DAYS


def test_only_the_columns_that_are_looked_at_are_read(own: RuleSet) -> None:
    rule = chosen(own, [OWN_RULES / "shell" / "history_tampering.yml"])
    columns = columns_of(rule)
    assert "event.original" not in columns
    assert len(columns) < 15
    assert set(columns_of(own)) <= set(SCHEMA.names)


class Minutes:
    """A folder of rules, and events of commands at some minutes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def rules(self, name: str, *documents: object) -> RuleSet:
        path = self.folder / f"{name}.yml"
        path.write_text(yaml.safe_dump_all(documents))
        return chosen(load([self.folder]), [path])

    @staticmethod
    def events(*minutes: float, command: str = "look", user: str = "mallory") -> pa.Table:
        commands = SigmaLogSource(product="linux", category="process_creation")
        return events_of(
            [
                {
                    "@timestamp": FIRST + timedelta(minutes=minute),
                    "event.id": f"{user}{command}{minute}",
                    "actor.account": f"unix:{user}",
                    COMMAND: command,
                    "host.name": f"gpu{minute:.0f}",
                }
                for minute in minutes
            ],
            logsources.find(commands),
        ).cast(SCHEMA)


@pytest.fixture
def minutes(tmp_path: Path) -> Iterator[Minutes]:
    (tmp_path / "mounted").mkdir()
    yield Minutes(tmp_path / "mounted")


LOOK = document({"selection": {COMMAND: "look"}}, foureyes={"object": "host.name"})
MANY = {
    "title": "Somebody looked around",
    "correlation": {
        "type": "event_count",
        "rules": ["looks"],
        "group-by": ["person"],
        "timespan": "10m",
        "condition": {"gte": 3},
    },
}


def test_it_tells_people_accounts_objects_and_samples(minutes: Minutes, store: EventStore) -> None:
    store.append(minutes.events(*range(8)))
    store.append(minutes.events(1, 2, user="stranger"))
    (found,) = backtest(minutes.rules("looks", LOOK), store, Question(), DIRECTORY).found
    assert found.hits == 10
    assert found.people == {"mallory": 8}
    assert found.accounts == {"unix:stranger": 2}
    assert found.objects["gpu1"] == 2
    assert len(found.objects) == 8
    assert len(found.samples) == backtesting.SAMPLES
    assert {time.date() for time, _ in found.samples} == {FIRST.date()}


def test_only_the_time_that_is_asked_about_counts(minutes: Minutes, store: EventStore) -> None:
    store.append(minutes.events(*range(0, 3 * 1440, 60)))
    since, until = FIRST + timedelta(hours=30), FIRST + timedelta(hours=40)
    question = Question(since=since, until=until)
    told: list[tuple[date, int]] = []
    rules = minutes.rules("looks", LOOK)
    result = backtest(rules, store, question, NOBODY, lambda *day: told.append(day))
    assert result.events == result.found[0].hits == 10
    assert told == [(since.date(), 10)]
    assert all(since <= time < until for time, _ in result.found[0].samples)


def test_a_correlation_looks_back_beyond_the_first_moment(
    minutes: Minutes, store: EventStore
) -> None:
    midnight = 18 * 60
    store.append(minutes.events(midnight - 8, midnight - 4, midnight + 1, midnight + 300))
    rules = minutes.rules("many", {**LOOK, "name": "looks"}, MANY)
    assert {each.id for each in rules.detections} == {"many.2"}
    since = FIRST + timedelta(minutes=midnight)
    result = backtest(rules, store, Question(since=since), DIRECTORY)
    assert hits(result) == {("many.2", since.date()): 1}
    assert result.events == 2
    assert backtest(rules, store, Question(until=since), DIRECTORY).found[0].hits == 0


def test_a_correlation_takes_rules_from_elsewhere_without_telling_of_them(
    minutes: Minutes, store: EventStore
) -> None:
    minutes.rules("looks", LOOK)
    rules = minutes.rules("many", MANY)
    store.append(minutes.events(0, 1, 2))
    result = backtest(rules, store, Question(), DIRECTORY)
    assert hits(result) == {("many", FIRST.date()): 1}
    assert result.found[0].people == {"mallory": 1}


def test_hits_that_are_held_are_bounded(
    minutes: Minutes, store: EventStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backtesting, "MOST_HELD", 5)
    monkeypatch.setattr(backtesting, "AT_ONCE", 1)
    store.append(minutes.events(*range(0, 10 * 1440, 1440)))
    rules = minutes.rules("many", {**LOOK, "name": "looks"}, MANY)
    assert backtest(rules, store, Question(), NOBODY).events == 10, "old hits are let go"
    store.append(minutes.events(*range(1, 8)))
    with pytest.raises(TooManyHits, match="shorter time"):
        backtest(rules, store, Question(), NOBODY)


def test_what_a_file_says_now_stands_before_a_rule_in_force_of_its_name(
    minutes: Minutes, tmp_path: Path
) -> None:
    minutes.rules("looks", LOOK)
    draft = tmp_path / "looks.yml"
    draft.write_text(yaml.safe_dump(document({"selection": {COMMAND: "watch"}})))
    rules = chosen(load([draft, minutes.folder]), [draft])
    assert [each.path for each in rules.detections] == [draft]
    assert rules.refused == ()
