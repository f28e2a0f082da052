"""Which findings raise an alert of their own."""

from typing import Any

import pytest

from analytics.findings import Finding, ReasonKind, Severity
from analytics.risk import weights
from analytics.risk.urgent import urgency
from tests.analytics.laboratory import DAY

WEIGHTS = weights.load()


def urgent(kind: str, name: str, points: float = 73, confidence: float = 0.5) -> Severity | None:
    """How severe the alert of such a finding is."""
    usual: dict[str, Any] = {"title": "T", "sentence": "did", "events": ("e1",), "time": DAY}
    found = Finding(
        kind=ReasonKind(kind), id=name, person="p", points=points, confidence=confidence, **usual
    )
    return urgency(found, WEIGHTS)


def test_deeds_that_are_severe_and_more_likely_than_not_are_urgent() -> None:
    assert urgent("isolation", "cancelled_jobs_of_others") is Severity.HIGH
    assert urgent("isolation", "cancelled_jobs_of_others", 99, 0.85) is Severity.CRITICAL
    assert urgent("review", "pushed_around_review") is Severity.HIGH
    assert urgent("traces", "stopped_the_audit", 99) is Severity.CRITICAL


@pytest.mark.parametrize(
    ("kind", "name", "points", "confidence"),
    [
        ("isolation", "cancelled_jobs_of_others", 47, 0.9),
        ("isolation", "cancelled_jobs_of_others", 99, 0.49),
        ("review", "merged_own_work", 73, 0.6),
        ("anomaly", "jobs_cancelled_of_others", 99, 0.9),
        ("victims", "near_failures_of_others", 99, 0.9),
        ("sequence", "S1", 99, 0.9),
    ],
)
def test_others_wait_for_the_score(kind: str, name: str, points: float, confidence: float) -> None:
    assert urgent(kind, name, points, confidence) is None


def test_weights_of_a_site_decide_how_much_a_check_is_worth() -> None:
    assert urgent("traces", "worked_without_commands", 99, 0.9) is None  # it is worth 47 at most
