"""Alerts of urgent findings: one each, kept in step with what a day's assessment finds.

A score counts the finding, not its alert. Where people said that the alert is none, or an exception
hides it, the finding leaves the score as well, unless it is critical; see `taken_back`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db.models import Q

from analytics.findings import Finding, Severity
from analytics.identity import Directory
from analytics.identity.directory import ON_BEHALF_OF
from analytics.risk import urgent
from analytics.risk.urgent import RULES, Proof
from analytics.risk.weights import Weights
from analytics.store.base import Question
from analytics.store.query import OneOf
from auditapp import clock
from auditapp.cases.excepting import hiding
from auditapp.cases.grouping import regroup
from auditapp.cases.intake import row_of
from auditapp.cases.models import Alert
from auditapp.eventstore import store

DAY = timedelta(days=1)
COLUMNS = ("@timestamp", "event.id", "actor.account", ON_BEHALF_OF, "owner.account")
CLOSED, NOTHING = Alert.State.CLOSED, "false_positive"


@dataclass(frozen=True, slots=True)
class Urgent:
    """A finding that wants an alert of this severity."""

    finding: Finding
    severity: Severity

    @property
    def rule(self) -> str:
        """The id of its alert."""
        return urgent.rule_of(self.finding.kind, self.finding.id)


def settle(day: date, findings: Iterable[Finding], directory: Directory, weights: Weights) -> None:
    """Makes the day's alerts those of its urgent findings. To be called inside the transaction that
    keeps these, by one at a time.

    What is found no longer is superseded; what people closed stays closed. Of what happened more
    than a day ago nobody is told.
    """
    begin = datetime.combine(day, datetime.min.time(), UTC)
    there = list(Alert.objects.filter(rule__in=RULES, time__gte=begin, time__lt=begin + DAY))
    wanted = [
        Urgent(finding, severity)
        for finding in findings
        if (severity := urgent.urgency(finding, weights))
    ]
    if not wanted and not there:
        return
    kept: set[int] = set()
    changed: list[Alert] = []
    missing: list[Urgent] = []
    for one in wanted:
        row = next((row for row in there if _is_of(row, one)), None)
        if row:
            kept.add(row.pk)
            changed += _renewed(row, one)
        elif not _told_already(one, begin):
            missing.append(one)
    for row in there:
        if row.pk not in kept and row.state != CLOSED:
            row.state, row.close_reason = CLOSED, Alert.SUPERSEDED
            changed.append(row)
    proofs = _proofs(begin, missing, directory)
    fresh = [
        row_of(
            urgent.alert(one.finding, one.severity, proof, weights),
            backfill=begin + 2 * DAY < clock.now(),
        )
        for one, proof in zip(missing, proofs, strict=True)
        if proof
    ]
    hiding.mark(fresh)
    Alert.objects.bulk_create(fresh, batch_size=500)
    for row in changed:  # one by one: a change is stamped, and stamps are waited for
        row.save()
    regroup([*fresh, *changed])


def taken_back(since: datetime, until: datetime) -> "TakenBack":
    """The findings of that time whose alerts are said to mean nothing, or are hidden.

    One person can close an alert, and no one person may take what is critical out of a score: that
    is dismissed, by two.
    """
    closed = Q(state=CLOSED, close_reason=NOTHING) & ~Q(severity=Severity.CRITICAL)
    dropped = closed | Q(hidden_by__isnull=False)
    rows = Alert.objects.filter(dropped, rule__in=RULES, time__gte=since, time__lte=until)
    told = rows.values_list("rule", "event", "severity")
    return TakenBack({(rule, event): Severity(severity).points for rule, event, severity in told})


@dataclass(frozen=True, slots=True)
class TakenBack:
    """The points of alerts that took their findings along, by rule and event."""

    points: Mapping[tuple[str, str], int]

    def __contains__(self, finding: Finding) -> bool:
        """Whether its alert is one of them. What became worse than was judged counts again."""
        if not self.points:
            return False
        rule = urgent.rule_of(finding.kind, finding.id)
        judged = [self.points.get((rule, event), 0) for event in finding.events]
        return max(judged, default=0) >= max(finding.points, 1)


def _is_of(row: Alert, one: Urgent) -> bool:
    """Whether it tells of that finding. What somebody closed tells of nothing worse than it was."""
    same = row.rule == one.rule and row.event in one.finding.events
    outgrown = row.close_reason == NOTHING and Severity(row.severity).points < one.severity.points
    return same and not outgrown


def _renewed(row: Alert, one: Urgent) -> Iterator[Alert]:
    """The alert where it changed: the finding grew or shrank, or is found again."""
    if row.state == CLOSED and row.close_reason != Alert.SUPERSEDED:
        return
    before = row.severity, row.confidence, row.state
    row.severity, row.confidence = one.severity, one.finding.confidence
    if row.state == CLOSED:
        row.state, row.close_reason = Alert.State.OPEN, ""
    if (row.severity, row.confidence, row.state) != before:
        yield row


def _told_already(one: Urgent, begin: datetime) -> bool:
    """Whether a rule raised an alert that is no less severe on one of its events of that day."""
    severe = [each for each in Severity if each.points >= one.severity.points]
    alerts = Alert.objects.filter(time__gte=begin, time__lt=begin + DAY, severity__in=severe)
    alerts = alerts.filter(event__in=one.finding.events)
    return alerts.exclude(rule__in=RULES).exclude(close_reason=Alert.SUPERSEDED).exists()


def _proofs(begin: datetime, wanted: list[Urgent], directory: Directory) -> list[Proof | None]:
    """For each the event that leads its own, as far as the person did them on that day."""
    ids = sorted({event for one in wanted for event in one.finding.events})
    question = Question(since=begin, until=begin + DAY, query=OneOf("event.id", tuple(ids)))
    told: dict[tuple[str, str], Proof] = {}
    for events in store().scan(question, COLUMNS) if ids else ():
        for row in directory.joined(events).to_pylist():
            if row["person"]:
                proof = _proof(row, directory)
                told[row["person"], proof.event] = proof
    return [
        next(
            (
                told[one.finding.person, event]
                for event in one.finding.events
                if (one.finding.person, event) in told
            ),
            None,
        )
        for one in wanted
    ]


def _proof(row: Mapping[str, Any], directory: Directory) -> Proof:
    """The event with the account that leads to the person: its own, or whom it acted for."""
    own = row["person"] == directory.who(row["actor.account"], row["@timestamp"])
    account = row["actor.account"] if own else row[ON_BEHALF_OF]
    return Proof(row["@timestamp"], row["event.id"], account, row["owner.account"])
