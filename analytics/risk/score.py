"""The risk score: a pure function of findings, a time, what is known of the site, and weights.

docs/scoring.md says why each step is as it is, with an example worked by hand.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from scipy.special import zeta

from analytics.behaviour import anomaly
from analytics.findings import Finding, Reason, ReasonKind, RiskScore
from analytics.resources import Criticality, Resources
from analytics.risk import watching
from analytics.risk.acts import clusters
from analytics.risk.alerts import from_alert, from_alerts
from analytics.risk.weights import Weights
from analytics.site import Site

__all__ = ["criticality", "from_alert", "from_alerts", "scores"]

MOST = 100.0
UNUSUAL = (ReasonKind.ANOMALY, ReasonKind.COMMANDS)


def scores(
    findings: Iterable[Finding], as_of: datetime, site: Site, weights: Weights
) -> list[RiskScore]:
    """Each person's score at a time, the highest first (ties by person), with all its reasons.

    Later findings and what weighs next to nothing are left out; who has no finding left has no
    score. The order of the findings makes no difference.
    """
    of_person: dict[str, list[Reason]] = defaultdict(list)
    for finding in findings:
        if finding.person and finding.time <= as_of:
            reason = _weighed(finding, as_of, site.resources, weights)
            if reason.contribution >= weights.least_contribution:
                of_person[finding.person].append(reason)
    rated = [_rated(person, reasons, as_of, site, weights) for person, reasons in of_person.items()]
    return sorted(rated, key=lambda score: (-score.score, score.person))


def _weighed(finding: Finding, as_of: datetime, resources: Resources, weights: Weights) -> Reason:
    """The finding with the points that the weights leave it, and what it contributes."""
    points = min(max(_points(finding, weights), 0.0), weights.most_points(finding))
    confidence = min(max(finding.confidence, 0.0), 1.0)
    odds = weights.criticality[criticality(finding.resource, resources)]
    contribution = min(points * confidence * odds, MOST) * _decay(finding, as_of, weights)
    return Reason(
        finding=replace(finding, points=points, confidence=confidence),
        contribution=contribution,
        cluster=0,
        counted=0.0,
    )


def _points(finding: Finding, weights: Weights) -> float:
    """An anomaly's follow from its probability, so that other weights may raise them too."""
    asked = finding.kind is ReasonKind.ANOMALY and finding.id in weights.features
    if not asked or finding.probability is None:
        return finding.points
    return anomaly.points(finding.probability, weights.features[finding.id], weights)


def _decay(finding: Finding, as_of: datetime, weights: Weights) -> float:
    age: float = (as_of - finding.time) / timedelta(days=1)
    return float(0.5 ** (age / weights.half_life_days))


def criticality(resource: str | None, resources: Resources) -> Criticality:
    """How much depends on a path, repository, model, host …; medium where nobody said."""
    if not resource:
        return Criticality.MEDIUM
    kinds: tuple[str, ...] = ("host", "partition", "namespace")
    if resource.startswith("/"):
        kinds = ("path",)
    elif "/" in resource:
        kinds = ("repository", "model", "dataset")
    for kind in kinds:
        found = resources.of(kind, resource)
        if found:
            return found.criticality
    return Criticality.MEDIUM


def _rated(
    person: str, reasons: Sequence[Reason], as_of: datetime, site: Site, weights: Weights
) -> RiskScore:
    ordered = _counted(sorted(reasons, key=_rank), weights)
    total = sum(reason.counted for reason in ordered)
    floor = max(
        (reason.contribution for reason in ordered if _is_decisive(reason.finding, weights)),
        default=0.0,
    )
    plain = min(MOST, max(total, floor) + _tactic_points(ordered, as_of, weights))
    why = watching.watched(person, site, as_of)
    score = watching.raised(plain, why, weights)
    return RiskScore(
        person=person,
        as_of=as_of,
        score=score,
        level=weights.level(score),
        reasons=tuple(ordered),
        plain=plain,
        watched=tuple(one.sentence for one in why),
    )


def _is_decisive(finding: Finding, weights: Weights) -> bool:
    """Whether it is an act that is bad for certain. What is only unusual never is, however well it
    is known what is usual: that is what its confidence says."""
    return finding.kind not in UNUSUAL and finding.confidence >= weights.floor_confidence


def _rank(reason: Reason) -> tuple[object, ...]:
    """Heaviest first, then newest, then by name: the same order whatever came first."""
    found = reason.finding
    return (
        -reason.contribution,
        -found.time.timestamp(),
        found.kind,
        found.id,
        found.sentence,
        found.events,
        found.points,
        found.resource or "",
        found.tactics,
    )


def _counted(ordered: Sequence[Reason], weights: Weights) -> list[Reason]:
    """The reasons, the heaviest first, with their clusters and what these add to the score."""
    whole = weights.full * float(zeta(weights.exponent)) / MOST
    numbers, counts = clusters([frozenset(reason.finding.events) for reason in ordered])
    return [
        replace(
            reason,
            cluster=number,
            counted=reason.contribution / number**weights.exponent / whole if counts_ else 0.0,
        )
        for reason, number, counts_ in zip(ordered, numbers, counts, strict=True)
    ]


def _tactic_points(reasons: Sequence[Reason], as_of: datetime, weights: Weights) -> float:
    """For each further tactic within one chain of a person's findings, decaying with its end.

    One act, however many tactics are said of it, is no chain.
    """
    span = timedelta(hours=weights.chain_hours)
    strong = sorted(
        (
            reason.finding
            for reason in reasons
            if reason.finding.tactics and reason.contribution >= weights.tactic_contribution
        ),
        key=lambda finding: finding.time,
    )
    best = 0.0
    for start, first in enumerate(strong):
        tactics: set[str] = set()
        acts: set[frozenset[str]] = set()
        for finding in strong[start:]:
            if finding.time - first.time > span:
                break
            tactics.update(finding.tactics)
            acts.add(frozenset(finding.events))
            further = min(len(tactics), len(acts)) - 1
            points = min(weights.tactic_points * further, weights.most_tactic_points)
            best = max(best, points * _decay(finding, as_of, weights))
    return best
