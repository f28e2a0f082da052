"""Changes that keep following incidents are a sign; repairs on duty and coincidences are none."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from analytics.circumstances import Duty, Incident
from analytics.findings import Finding, ReasonKind
from analytics.risk import adapting, weights
from analytics.risk.score import scores
from analytics.site import Site
from tests.analytics.laboratory import DAY, SITE

COVERED = {"D09": frozenset({"framework_edited"}), "D12": frozenset({"wrote_files_of_others"})}


def change(days_ago: float, person: str = "mallory", **more: Any) -> Finding:
    """Somebody wrote one file of another team."""
    usual: dict[str, Any] = {
        "kind": ReasonKind.ISOLATION,
        "id": "wrote_files_of_others",
        "title": "Wrote files of others",
        "points": 47.0,
        "confidence": 0.6,
        "sentence": "wrote 1 file of team language",
    }
    return Finding(
        **{**usual, **more},
        person=person,
        time=DAY - timedelta(days=days_ago),
        events=(f"{person}-{days_ago}",),
    )


def site(incidents: Iterable[float], *duties: Duty) -> Site:
    """The laboratory, with incidents so many days before."""
    told = tuple(
        Incident(id=f"i{ago}", title="Loss spikes", since=DAY - timedelta(days=ago))
        for ago in incidents
    )
    return replace(SITE, incidents=told, duties=duties)


def found(changes: Iterable[Finding], known: Site) -> list[Finding]:
    return adapting.find(changes, COVERED, known)


INCIDENTS = (12.0, 8.0, 4.0, 0.2)
SOON = tuple(ago - 0.15 for ago in INCIDENTS)  # three and a half hours later


def test_changes_soon_after_each_incident_are_one_finding() -> None:
    (one,) = found(map(change, SOON), site(INCIDENTS))
    assert (one.kind, one.id, one.person) == (ReasonKind.SEQUENCE, "S6", "mallory")
    assert one.sentence == (
        "changed what is others' on 4 days, each within 6 hours of an incident (4 in all):"
        " wrote 1 file of team language"
    )
    assert one.points == 73
    assert 0.85 < one.confidence <= 0.9
    assert len(one.events) == 4
    assert one.probability is not None
    assert one.probability < 0.01


def test_changes_at_other_times_or_after_two_incidents_are_none() -> None:
    assert found(map(change, (10.5, 6.5, 2.5, 1.5)), site(INCIDENTS)) == []
    assert found(map(change, SOON[:2]), site(INCIDENTS)) == []
    assert found(map(change, (11.9, 11.85, 11.8)), site(INCIDENTS)) == []  # all after the first
    assert found(map(change, SOON), site(())) == []


def test_where_something_breaks_every_day_what_follows_means_nothing() -> None:
    daily = [day + 0.2 for day in range(20)]
    assert found((change(day + 0.05) for day in range(6)), site(daily)) == []


def test_whoever_changes_things_every_day_follows_incidents_by_chance() -> None:
    often = [change(ago / 2) for ago in range(26)]
    assert found([*often, *map(change, SOON)], site(INCIDENTS)) == []


@pytest.mark.parametrize(
    "innocent",
    [
        [change(ago, "olga") for ago in SOON],  # an administrator
        [change(ago, points=21.0) for ago in SOON],
        [change(ago, id="evaluation_edited") for ago in SOON],
    ],
    ids=["by role", "weak", "other signs"],
)
def test_repairs_and_everyday_work_are_no_sign(innocent: list[Finding]) -> None:
    assert found(innocent, site(INCIDENTS)) == []


def test_whoever_is_on_call_repairs() -> None:
    duty = Duty(person="mallory", since=DAY - timedelta(days=20), until=DAY + timedelta(days=1))
    assert found(map(change, SOON), site(INCIDENTS, duty)) == []
    over = replace(duty, until=DAY - timedelta(days=15))
    assert len(found(map(change, SOON), site(INCIDENTS, over))) == 1


def test_two_rules_about_one_day_are_one_change() -> None:
    twice = [*map(change, SOON), *(change(ago, id="framework_edited") for ago in SOON)]
    (one,) = found(twice, site(INCIDENTS))
    assert one.observed == 4


def test_a_score_counts_the_pattern_and_its_parts_once() -> None:
    parts = [change(ago) for ago in SOON]
    known = site(INCIDENTS)
    chained = found(parts, known)
    table = weights.load()
    (alone,) = scores(parts, DAY, known, table)
    (both,) = scores([*parts, *chained], DAY, known, table)
    assert alone.score < both.score
    assert both.score >= 60
