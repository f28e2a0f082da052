"""Who typed at whose account, from logs as real parsers read them."""

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from analytics import pipeline
from analytics.behaviour.commands.finding import ANOTHER, NOTICED
from analytics.behaviour.commands.typed import KEPT, PAUSE
from analytics.circumstances import Duty
from analytics.findings import Finding, ReasonKind
from analytics.identity.accounts import Use
from analytics.identity.people import Position
from analytics.risk.weights import load
from analytics.site import Site
from analytics.store import open_store
from analytics.store.base import EventStore
from tests.analytics.behaviour.commands.organisation import (
    A_DAY,
    STRANGER,
    TODAY,
    Lines,
    Story,
    audit,
    found,
    history,
    past,
    site,
    vocabulary,
)

PROJECT = ("uv sync", "uv run serve", "cargo build --release", "cargo test", "wrk -t4", "perf stat")
SECRETS = ("mysql -phunter2 --password=hunter2 db", "hunter2", "nmap -sS \x1b[31m<b>hunter2</b>")
WEIGHTS = load()
NOON = datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def histories(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EventStore]:
    """A month of everybody's histories."""
    store = past(tmp_path_factory.mktemp("histories"), history)
    yield store
    store.close()


def usual(_: int, lines: Lines) -> Lines:
    return lines


def stranger(person: int, lines: Lines) -> Lines:
    """Somebody else types at person 0's account today."""
    chance = np.random.default_rng(5)
    foreign = [str(line) for line in chance.choice(vocabulary(STRANGER), A_DAY)]
    return lines if person else foreign


def begun_by(many: int) -> Story:
    """So many people begin the same new work, for half of their day."""

    def story(person: int, lines: Lines) -> Lines:
        if person >= many:
            return lines
        chance = np.random.default_rng(person)
        new = [str(line) for line in chance.choice(PROJECT, len(lines))]
        return [
            other if chance.random() < 0.5 else line for line, other in zip(lines, new, strict=True)
        ]

    return story


def worth(findings: list[Finding]) -> float:
    """What they contribute to a score at most."""
    weighed = (min(one.points, WEIGHTS.most_points(one)) * one.confidence for one in findings)
    return max(weighed, default=0.0)


def test_a_stranger_who_types_in_somebodys_account_for_a_day_is_found(
    histories: EventStore,
) -> None:
    (one,) = found(histories, stranger, site(), history)
    assert (one.kind, one.id, one.person) == (ReasonKind.COMMANDS, ANOTHER, "p0")
    assert one.probability is not None
    assert one.probability < NOTICED
    assert 20 < worth([one]) < 40  # moderate at most
    assert "as on 19 days before" in one.sentence
    told = history(0, [(TODAY, stranger(0, []))])
    foreign = dict(
        zip(told["event.id"].to_pylist(), told["process.command_line"].to_pylist(), strict=True)
    )
    assert set(one.events) <= set(foreign)
    assert len(one.events) > 20


def test_a_stranger_is_found_by_what_the_audit_sees_at_a_terminal(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    store = past(tmp_path_factory.mktemp("audit"), audit)
    assert [one.person for one in found(store, stranger, site(), audit)] == ["p0"]
    assert found(store, stranger, site(), history) == []  # of another kind, so never compared
    store.close()


def test_on_a_usual_day_nobody_is_accused(histories: EventStore) -> None:
    assert found(histories, usual, site(), history) == []


def test_whoever_begins_new_work_with_others_is_not_accused(histories: EventStore) -> None:
    assert found(histories, begun_by(3), site(), history) == []


def test_new_work_of_ones_own_beside_the_usual_is_worth_little(histories: EventStore) -> None:
    assert worth(found(histories, begun_by(1), site(), history)) < 20


def test_what_is_typed_on_call_is_worth_little(histories: EventStore) -> None:
    since = NOON - timedelta(days=1)
    duty = Duty(person="p0", since=since, until=since + timedelta(days=3))
    assert 0 < worth(found(histories, stranger, site(duties=(duty,)), history)) < 20


def moved() -> Site:
    """Person 0 came to another team three days ago."""
    known = site()
    before = Position(person="p0", until=TODAY - timedelta(days=3), team="u", role="r")
    directory = dataclasses.replace(known.directory, positions=(before,))
    return dataclasses.replace(known, directory=directory)


@pytest.mark.parametrize("known", [site(Use.SHARED), site(Use.AGENT), moved()])
def test_accounts_of_nobody_alone_and_people_new_to_their_work_are_not_judged(
    histories: EventStore, known: Site
) -> None:
    assert found(histories, stranger, known, history) == []


def test_without_a_past_nobody_is_judged(tmp_path_factory: pytest.TempPathFactory) -> None:
    store = open_store((tmp_path_factory.mktemp("new") / "lake").as_uri())
    assert found(store, stranger, site(), history) == []
    store.close()


def test_neither_secrets_nor_control_characters_stand_in_a_sentence(
    histories: EventStore,
) -> None:
    def story(person: int, lines: Lines) -> Lines:
        return lines if person else [*SECRETS * 4, *stranger(0, [])]

    (one,) = found(histories, story, site(), history)
    assert "hunter2" not in one.sentence
    assert one.sentence.isprintable()
    assert "that nobody else uses" in one.sentence


def test_a_days_commands_are_kept_in_person_days_for_later_days(tmp_path: Path) -> None:
    store = open_store((tmp_path / "lake").as_uri())
    typed = ["mysql -phunter2"] * KEPT + ["ls"] * KEPT
    store.append(history(0, [(TODAY, typed)]))
    pipeline.assess(TODAY, store=store, site=site(), weights=WEIGHTS)
    kept = store.person_days(TODAY, TODAY + timedelta(days=1))
    (commands,) = kept["commands_in_histories"].to_pylist()
    told = [code for code in commands if code != PAUSE]
    assert len(told) == KEPT
    assert len(set(told)) == 2
    assert kept["commands_run"].to_pylist() == [len(typed)]
    store.close()
