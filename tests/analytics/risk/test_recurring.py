"""What somebody takes up and goes on with is more than each act alone; what is usual is not."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest

from analytics.findings import Finding, ReasonKind
from analytics.risk import recurring, weights
from analytics.risk.score import scores
from tests.analytics.laboratory import DAY, DIRECTORY, SITE


def acts(person: str, days_ago: Iterable[float], **more: Any) -> list[Finding]:
    """Somebody cancelled a job of another on each of these days."""
    usual: dict[str, Any] = {
        "kind": ReasonKind.ISOLATION,
        "id": "cancelled_jobs_of_others",
        "title": "Cancelled jobs of others",
        "person": person,
        "points": 47.0,
        "confidence": 0.24,
        "sentence": "cancelled 1 job of another person",
    }
    return [
        Finding(
            **{**usual, **more},
            time=DAY - timedelta(days=ago),
            events=(f"{person}-{more.get('id', '')}-{ago}",),
        )
        for ago in days_ago
    ]


QUIET = acts("alice", [60], id="gpu_reset", kind=ReasonKind.RULE)  # since when there are findings


def found(*findings: Iterable[Finding]) -> list[Finding]:
    """What recurs, where findings go back sixty days."""
    return recurring.find([*QUIET, *(one for some in findings for one in some)], DIRECTORY)


def test_weak_acts_that_begin_and_go_on_are_one_sure_finding() -> None:
    (one,) = found(acts("mallory", [8, 6, 5, 2, 1, 0]))
    assert (one.kind, one.id, one.person) == (ReasonKind.SEQUENCE, "recurring", "mallory")
    assert one.sentence == "Cancelled jobs of others on 6 of 14 days; expected under 0.1"
    assert one.points == 47
    assert one.confidence == pytest.approx(1 - 0.76**6)
    assert one.time == DAY
    assert len(one.events) == 6


def test_twice_is_a_coincidence_and_many_acts_of_one_day_are_one_day() -> None:
    assert found(acts("mallory", [1, 0])) == []
    assert found(acts("mallory", [0, 0.1, 0.2, 0.3, 0.35])) == []


def test_what_somebody_always_did_was_not_taken_up() -> None:
    assert found(acts("olga", range(0, 60, 3))) == []
    assert found(acts("olga", range(0, 9, 2)))


def test_what_everybody_does_now_and_then_is_no_habit_of_one() -> None:
    everybody = [acts(name, range(0, 56, 4)) for name in ("alice", "bob", "carol", "olga")]
    assert found(*everybody, acts("mallory", range(0, 14, 3))) == []


def test_where_nothing_came_before_little_is_known_of_what_is_usual() -> None:
    begun = acts("mallory", [2, 1, 0])
    assert recurring.find(begun, DIRECTORY) == []
    assert found(begun)


def test_anomalies_are_no_acts() -> None:
    odd = acts("mallory", range(8), kind=ReasonKind.ANOMALY, id="jobs_cancelled_of_others")
    assert found(odd) == []


def test_it_stays_with_its_newest_act_and_decays_with_it() -> None:
    later = acts("bob", [-20], id="gpu_reset", kind=ReasonKind.RULE)
    (one,) = found(acts("mallory", [8, 6, 5, 2, 1, 0]), later)
    assert one.time == DAY


def test_its_events_count_once_with_the_acts_it_is_made_of() -> None:
    parts = acts("mallory", [8, 6, 5, 2, 1, 0])
    (whole,) = found(parts)
    (alone,) = scores(parts, DAY, SITE, weights.load())
    (together,) = scores([*parts, whole], DAY, SITE, weights.load())
    assert alone.score < 10
    assert together.score == pytest.approx(whole.points * whole.confidence)
