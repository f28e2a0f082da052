import json
from datetime import timedelta

from analytics.findings import Finding, ReasonKind
from analytics.risk import weights
from analytics.risk.explain import headline, reason_json, shown
from analytics.risk.score import scores
from tests.analytics.laboratory import DAY, SITE


def test_a_reason_has_all_that_leads_to_its_events() -> None:
    finding = Finding(
        kind=ReasonKind.ANOMALY,
        id="jobs_cancelled_of_others",
        title="Jobs of others cancelled",
        person="mallory",
        time=DAY,
        points=66.0,
        confidence=0.9,
        sentence="cancelled 14 jobs of others; expected 0.1",
        events=("e2", "e1"),
        resource="slurm:bob",
        tactics=("impact",),
        observed=14.0,
        expected=0.1,
        probability=1e-6,
    )
    (score,) = scores([finding], DAY + timedelta(hours=1), SITE, weights.load())
    told = json.loads(json.dumps(reason_json(score.reasons[0])))
    assert told | {"contribution": 0, "counted": 0} == {
        "kind": "anomaly",
        "id": "jobs_cancelled_of_others",
        "title": "Jobs of others cancelled",
        "points": 66.0,
        "sentence": "cancelled 14 jobs of others; expected 0.1",
        "events": ["e2", "e1"],
        "time": "2026-03-10T00:00:00+00:00",
        "confidence": 0.9,
        "contribution": 0,
        "counted": 0,
        "cluster": 1,
        "tactics": ["impact"],
        "resource": "slurm:bob",
        "observed": 14.0,
        "expected": 0.1,
        "probability": 1e-06,
    }
    assert 0 < told["counted"] < told["contribution"] < 66 * 0.9
    assert headline(score) == "22 low: cancelled 14 jobs of others; expected 0.1"


def test_a_shown_score_never_stands_in_a_band_above_its_own() -> None:
    read = weights.load()
    for score in (0.0, 19.99, 20.0, 39.6, 69.999, 70.0, 89.5, 100.0):
        assert read.level(shown(score)) == read.level(score)
