"""Which findings are worth an alert of their own, and that alert.

A score gathers what may mean something together. What somebody did to others, to review or to the
trail of it can mean enough by itself that nobody should wait for a score; no rule sees it, for it
takes a join to know whose it was.
"""

from datetime import UTC, datetime
from typing import NamedTuple

from analytics.findings import Alert, Finding, ReasonKind, Severity
from analytics.risk.weights import CHECKS, Weights

DEEDS = (ReasonKind.ISOLATION, ReasonKind.REVIEW, ReasonKind.TRACES)
SURE = 0.5  # more likely than not
OPENLY = ("merged_own_work", "stale_approval", "approved_by_helper")
"""Done in a pull request that everybody may look at afterwards, so it can wait for a score."""
SEVERE = (Severity.HIGH, Severity.CRITICAL)


class Proof(NamedTuple):
    """The event that an alert is about."""

    time: datetime
    event: str
    account: str | None
    owner: str | None


def rule_of(kind: ReasonKind, name: str) -> str:
    """What such an alert has in the place of a rule's id."""
    return f"{kind.value}.{name}"


RULES = frozenset(rule_of(kind, name) for kind in DEEDS for name in CHECKS[kind])


def urgency(finding: Finding, weights: Weights) -> Severity | None:
    """How severe its alert is; None where it is no deed, done openly, not severe or not sure."""
    if finding.kind not in DEEDS or finding.id in OPENLY or finding.confidence < SURE:
        return None
    points = min(finding.points, weights.most_points(finding))
    reached = [severity for severity in SEVERE if points >= severity.points]
    return reached[-1] if reached else None


def alert(finding: Finding, severity: Severity, proof: Proof, weights: Weights) -> Alert:
    """The alert of a finding. Its version is that of the weights, which say how much it counts."""
    return Alert(
        rule=rule_of(finding.kind, finding.id),
        version=weights.digest,
        title=finding.title,
        severity=severity,
        confidence=finding.confidence,
        time=proof.time.astimezone(UTC),
        event=proof.event,
        account=proof.account,
        owner=proof.owner,
        object=finding.resource,
        tags=(),
        tactics=finding.tactics,
    )
