"""The reasons of a score as a page shows them: the sum that each one is, and its events."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from auditapp.cases.models import ScoreRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One reason. contribution = points × confidence × weight; `weight` is what age takes away
    and the criticality of what was touched adds. `counted` is its part of the score before it
    is brought to 0–100: nothing where a larger reason has the same events."""

    kind: str
    id: str
    title: str
    sentence: str
    time: datetime | None
    points: float
    confidence: float
    weight: float
    contribution: float
    counted: float
    tactics: list[str]
    events: int
    link: str


def reasons_of(row: ScoreRow) -> list[Shown]:
    """The reasons of a score, in its order: the largest first."""
    return [_shown(row, place, reason) for place, reason in enumerate(row.reasons)]


def _shown(row: ScoreRow, place: int, reason: Mapping[str, Any]) -> Shown:
    points = float(reason.get("points", 0))
    confidence = float(reason.get("confidence", 1))
    contribution = float(reason.get("contribution", points * confidence))
    plain = points * confidence
    return Shown(
        kind=reason.get("kind", ""),
        id=reason.get("id", ""),
        title=reason.get("title", ""),
        sentence=reason.get("sentence", ""),
        time=datetime.fromisoformat(reason["time"]) if reason.get("time") else None,
        points=points,
        confidence=confidence,
        weight=contribution / plain if plain else 0.0,
        contribution=contribution,
        counted=float(reason.get("counted", 0)),
        tactics=list(reason.get("tactics", ())),
        events=len(reason.get("events", ())),
        link=reverse("events") + "?" + urlencode({"score": row.pk, "reason": place}),
    )
