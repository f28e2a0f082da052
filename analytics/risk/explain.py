"""A score in words and as the JSON that commands and pages show."""

from math import floor
from typing import Any

from analytics.findings import Reason, RiskScore


def reason_json(reason: Reason) -> dict[str, Any]:
    """A reason as `risk --json` and pages have it; the time as ISO 8601 in UTC."""
    found = reason.finding
    return {
        "kind": found.kind.value,
        "id": found.id,
        "title": found.title,
        "points": round(found.points, 2),
        "sentence": found.sentence,
        "events": list(found.events),
        "time": found.time.isoformat(),
        "confidence": round(found.confidence, 3),
        "contribution": round(reason.contribution, 3),
        "counted": round(reason.counted, 3),
        "cluster": reason.cluster,
        "tactics": list(found.tactics),
        "resource": found.resource,
        "observed": found.observed,
        "expected": found.expected,
        "probability": found.probability,
    }


def shown(score: float) -> int:
    """A score in the whole points that people are shown: rounded down, so that it never stands
    in a band above its level's."""
    return floor(score + 1e-9)


def headline(score: RiskScore) -> str:
    """The score, its level and its heaviest act in one line."""
    acts = sum(1 for reason in score.reasons if reason.counted > 0)
    rest = f", and {acts - 1} more" if acts > 1 else ""
    return f"{shown(score.score)} {score.level}: {score.reasons[0].finding.sentence}{rest}"
