"""The reasons of a score as a page shows them: the sum that each one is, and its events."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from analytics.findings import ReasonKind
from auditapp.cases.models import ScoreRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One reason. contribution = points × confidence × weight; `weight` is what age takes away
    and the criticality of what was touched adds. `also` are the smaller reasons that share its
    events: they say more about the same act and add nothing to the score. `dismiss` is where it can
    be judged innocent, empty for alerts."""

    kind: str
    title: str
    sentence: str
    time: datetime | None
    points: float
    confidence: float
    weight: float
    contribution: float
    tactics: list[str]
    events: int
    link: str
    dismiss: str
    also: list["Shown"] = field(default_factory=list)


def reasons_of(row: ScoreRow) -> list[Shown]:
    """The reasons that count in a score, the largest first, each with those it stands for."""
    clusters: dict[object, Shown] = {}
    for place, reason in enumerate(row.reasons):
        one = _shown(row, place, reason)
        cluster = reason.get("cluster", ("alone", place))
        if cluster in clusters:
            clusters[cluster].also.append(one)
        else:
            clusters[cluster] = one
    return list(clusters.values())


def _shown(row: ScoreRow, place: int, reason: Mapping[str, Any]) -> Shown:
    named = urlencode({"score": row.pk, "reason": place})
    points, confidence = float(reason["points"]), float(reason.get("confidence", 1))
    plain = points * confidence
    contribution = float(reason.get("contribution", plain))
    return Shown(
        kind=reason["kind"],
        title=reason["title"],
        sentence=reason["sentence"],
        time=datetime.fromisoformat(reason["time"]) if reason.get("time") else None,
        points=points,
        confidence=confidence,
        weight=contribution / plain if plain else 0.0,
        contribution=contribution,
        tactics=list(reason.get("tactics", ())),
        events=len(reason["events"]),
        link=f"{reverse('events')}?{named}",
        dismiss="" if reason["kind"] == ReasonKind.RULE else f"{reverse('dismissal-new')}?{named}",
    )
