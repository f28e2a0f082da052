"""The worked example of docs/scoring.md, and what must hold of any findings."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.findings import Finding, Level, ReasonKind, RiskScore
from analytics.resources import Criticality, Resources
from analytics.risk import explain, weights
from analytics.risk.score import criticality, scores
from tests.analytics.laboratory import DAY, RESOURCES, SITE

WEIGHTS = weights.load()


def finding(points: float, *events: str, days_ago: float = 0, **more: Any) -> Finding:
    """Something mallory did."""
    usual: dict[str, Any] = {
        "kind": ReasonKind.RULE,
        "id": "rule",
        "title": "Title",
        "person": "mallory",
        "time": DAY - timedelta(days=days_ago),
        "points": points,
        "confidence": 0.75,
        "sentence": "did something",
        "events": events,
    }
    return Finding(**{**usual, **more})


def rated(*findings: Finding, **later: float) -> RiskScore | None:
    """Mallory's score; keywords of timedelta say how much later than DAY."""
    found = scores(findings, DAY + timedelta(**later), SITE, WEIGHTS)
    return found[0] if found else None


def value(findings: Sequence[Finding]) -> float:
    """Mallory's score as a number, 0 where there is none."""
    score = rated(*findings)
    return score.score if score else 0.0


def test_the_example_worked_by_hand() -> None:
    rule = finding(73, "e1", "e2", confidence=0.8, tactics=("impact",), resource="/scratch/bob/a")
    isolation = finding(
        99,
        "e1",
        "e2",
        "e3",
        confidence=0.85,
        kind=ReasonKind.ISOLATION,
        id="cancelled_jobs_of_others",
        tactics=("impact",),
    )
    push = finding(
        73,
        "e9",
        confidence=0.6,
        days_ago=2,
        kind=ReasonKind.REVIEW,
        id="pushed_around_review",
        tactics=("persistence",),
        resource="lab/trainlib",
    )
    old = finding(47, "e4", confidence=0.5, days_ago=14)
    score = rated(rule, isolation, push, old)
    assert score is not None
    # 99 × 0.85 · 73 × 0.6 × 1.6 × 0.5^(2/14) · 73 × 0.8 × 0.8 · 47 × 0.5 × 0.5
    assert [reason.contribution for reason in score.reasons] == pytest.approx(
        [84.15, 63.473, 46.72, 11.75], abs=0.001
    )
    # divided by 1, 2^1.5 and 3^1.5 and by 2.586; the rule's shares its events with the first
    assert [reason.counted for reason in score.reasons] == pytest.approx(
        [32.537, 8.677, 0, 0.874], abs=0.001
    )
    assert [reason.cluster for reason in score.reasons] == [1, 2, 1, 3]
    # the sum of 42.09 is below the floor of 84.15; one further tactic adds 10
    assert score.score == pytest.approx(94.15, abs=0.001)
    assert score.level is Level.CRITICAL
    assert explain.headline(score) == "94 critical: did something, and 2 more"


def test_one_scancel_with_three_findings_counts_once() -> None:
    one = [finding(points, "e1", id=str(points)) for points in (99, 73, 47)]
    assert value(one) == value(one[:1])


def test_a_finding_that_spans_the_day_does_not_swallow_its_acts() -> None:
    acts = [finding(60, "e1"), finding(60, "e2"), finding(60, "e3")]
    assert value([*acts, finding(50, "e1", "e2", "e3")]) == value(acts)


def test_one_decisive_act_rates_high_only_where_it_is_sure() -> None:
    sure, unsure = (
        rated(finding(99, "e1", confidence=0.9)),
        rated(finding(99, "e1", confidence=0.7)),
    )
    assert sure is not None
    assert unsure is not None
    assert sure.level is Level.HIGH
    assert unsure.level is Level.LOW


def test_what_is_only_unusual_is_never_decisive_however_well_the_usual_is_known() -> None:
    for kind in (ReasonKind.ANOMALY, ReasonKind.COMMANDS):
        odd = rated(finding(99, "e1", confidence=0.9, kind=kind, id="jobs_cancelled_of_others"))
        assert odd is not None
        assert odd.level is Level.LOW


def test_a_floor_decays_like_everything_else() -> None:
    act = finding(99, "e1", confidence=0.9)
    halved = rated(act, days=14)
    assert halved is not None
    assert halved.score == pytest.approx(value([act]) / 2)
    assert rated(act, days=365) is None


def test_many_small_findings_never_make_a_large_one() -> None:
    assert value([finding(21, f"e{n}", id=str(n), confidence=1) for n in range(500)]) < 22


def test_findings_after_the_time_of_the_score_do_not_exist_yet() -> None:
    assert rated(finding(99, "e1", days_ago=-0.1)) is None


def test_nobody_is_never_scored() -> None:
    assert scores([finding(99, "e1", person="")], DAY, SITE, WEIGHTS) == []


def test_the_weights_cap_what_a_feature_brings() -> None:
    night = finding(99, "e1", kind=ReasonKind.ANOMALY, id="night_events", confidence=1)
    score = rated(night)
    assert score is not None
    assert score.reasons[0].finding.points == WEIGHTS.features["night_events"]
    assert score.reasons[0].contribution == 10


def test_points_of_an_anomaly_follow_from_its_probability_and_the_weights_of_the_day() -> None:
    night = finding(10, "e1", kind=ReasonKind.ANOMALY, id="night_events", probability=1e-6)
    heavier = replace(WEIGHTS, features={**WEIGHTS.features, "night_events": 90.0})
    (low,), (high,) = (scores([night], DAY, SITE, of) for of in (WEIGHTS, heavier))
    assert low.reasons[0].finding.points == 10
    assert high.reasons[0].finding.points == pytest.approx(66)


def test_further_tactics_within_a_chain_add_ten_each_and_at_most_thirty() -> None:
    def chain(*tactics: str, apart: float = 0.1) -> float:
        return value(
            [
                finding(40, f"e{n}", confidence=1, days_ago=n * apart, tactics=(tactic,))
                for n, tactic in enumerate(tactics)
            ]
        )

    alone = chain("a", "a", "a", "a", "a", "a")
    assert chain("a", "b", "a", "a", "a", "a") == pytest.approx(alone + 10, abs=0.2)
    assert chain("a", "b", "c", "d", "e", "f") == pytest.approx(alone + 30, abs=0.3)
    assert chain("a", "b", apart=4) == chain("a", "a", apart=4)
    several = finding(40, "e1", confidence=1, tactics=("a", "b", "c"))
    assert value([several]) == value([replace(several, tactics=())])


def test_who_touches_what_matters_more_rates_higher() -> None:
    of = {
        name: criticality(name, RESOURCES)
        for name in (
            "/shared/ckpt/language/x",
            "/shared/ckpt/vision/x",
            "/scratch/bob/x",
            "lab/trainlib",
            "gpu1",
        )
    }
    assert list(of.values()) == [
        Criticality.EXTREME,
        Criticality.HIGH,
        Criticality.LOW,
        Criticality.EXTREME,
        Criticality.MEDIUM,
    ]
    assert criticality(None, Resources()) is Criticality.MEDIUM
    rows = [finding(50, "e1", confidence=1, resource=name) for name in of]
    assert [round(value([row]) / value(rows[4:]), 3) for row in rows] == [1.6, 1.3, 0.8, 1.6, 1]


def test_the_ranking_is_highest_first_and_ties_go_by_person() -> None:
    of = [finding(50, person=name) for name in ("carol", "alice")] + [finding(60, person="bob")]
    ranked = scores(of, DAY, SITE, WEIGHTS)
    assert [score.person for score in ranked] == ["bob", "alice", "carol"]


NAMES = st.sampled_from([f"e{n}" for n in range(8)])
FINDINGS = st.builds(
    lambda points, events, days, more: finding(points, *sorted(events), days_ago=days, **more),
    st.floats(0, 99),
    st.frozensets(NAMES, max_size=5),
    st.floats(0, 40),
    st.fixed_dictionaries(
        {
            "confidence": st.floats(0, 1),
            "id": st.sampled_from(["a", "b", "night_events"]),
            "kind": st.sampled_from([ReasonKind.RULE, ReasonKind.ANOMALY]),
            "tactics": st.lists(st.sampled_from(["x", "y", "z"]), max_size=2).map(tuple),
            "resource": st.sampled_from([None, "lab/trainlib", "/scratch/bob/x"]),
        }
    ),
)
SOME = st.lists(FINDINGS, max_size=14)


@given(SOME, FINDINGS)
def test_a_further_finding_never_lowers_a_score(some: list[Finding], more: Finding) -> None:
    assert value([*some, more]) >= value(some) - 1e-9


@given(SOME.filter(bool), st.data())
def test_removing_a_false_positive_never_raises_it(some: list[Finding], data: Any) -> None:
    wrong = data.draw(st.integers(0, len(some) - 1))
    assert value(some[:wrong] + some[wrong + 1 :]) <= value(some) + 1e-9


@given(st.permutations(list(range(10))), st.lists(FINDINGS, min_size=10, max_size=10))
def test_the_order_of_findings_makes_no_difference(order: list[int], some: list[Finding]) -> None:
    assert rated(*some) == rated(*(some[place] for place in order))


@given(SOME)
def test_a_score_is_within_its_bounds_and_explained(some: list[Finding]) -> None:
    score = rated(*some)
    if score is not None:
        assert 0 <= score.score <= 100
        assert score.level is WEIGHTS.level(score.score)
        total = sum(reason.counted for reason in score.reasons)
        assert total <= score.score + 1e-9
        contributions = [reason.contribution for reason in score.reasons]
        assert contributions == sorted(contributions, reverse=True)


@given(SOME, st.floats(0, 400))
def test_time_alone_never_raises_a_score(some: list[Finding], days: float) -> None:
    later = rated(*some, days=days)
    assert (later.score if later else 0) <= value(some) + 1e-9


@given(SOME)
def test_everything_is_forgiven_in_the_end(some: list[Finding]) -> None:
    assert rated(*some, days=500) is None


@given(SOME)
def test_saying_it_twice_changes_nothing(some: list[Finding]) -> None:
    evident = [one for one in some if one.events]
    assert value(evident * 2) == pytest.approx(value(evident))
