"""What a risk report says: gathered once, written in several formats."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Count, Q, Sum
from django.urls import reverse

from auditapp.accounts.pseudonyms import reference, shown
from auditapp.cases.models import Alert, FindingRow
from auditapp.cases.ranking import Ranked, ranking
from auditapp.ingest.models import Batch, Feed

PEOPLE = 10
REASONS = 5
SEVERITIES = ("critical", "high", "medium", "low", "informational")
PILLARS = {
    "isolation": "acts on what belongs to others",
    "review": "changes that nobody else approved",
    "traces": "traces that were silenced",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonEntry:
    """A person in the report, under the name that readers may see."""

    name: str
    address: str
    score: float
    level: str
    before: float
    reasons: list[dict[str, Any]]

    @property
    def change(self) -> float:
        """Points since the beginning of the period."""
        return self.score - self.before


@dataclass(frozen=True, slots=True, kw_only=True)
class PillarEntry:
    """A pillar's findings in the period and in the one before."""

    name: str
    about: str
    findings: int
    people: int
    before: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEntry:
    """A feed's records in the period."""

    name: str
    last_seen: datetime | None
    records: int
    rejected: int
    failed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A risk report over since ≤ t < until, UTC.

    `backfilled` counts the alerts that were found in old logs during that time; no other number
    has them in it.
    """

    since: datetime
    until: datetime
    people: list[PersonEntry]
    alerts: dict[str, int]
    rules: list[tuple[str, int]]
    pillars: list[PillarEntry]
    feeds: list[FeedEntry]
    backfilled: int

    @property
    def quiet(self) -> bool:
        """Whether there is nothing to report."""
        return not self.people and not any(self.alerts.values())

    @property
    def subject(self) -> str:
        """One line for a mailbox: what matters, and no name."""
        days = f"{self.since:%Y-%m-%d} to {self.until:%Y-%m-%d}"
        above = sum(person.level in ("high", "critical") for person in self.people)
        if self.quiet:
            return f"Foureyes, {days}: nothing to report"
        people = "1 person" if above == 1 else f"{above} people"
        return f"Foureyes, {days}: {people} at high risk, {sum(self.alerts.values())} alerts"


def gather(since: datetime, until: datetime) -> Report:
    """The report over a period, from what is known now."""
    told = Alert.objects.shown().filter(lead=None).exclude(close_reason__in=Alert.SAYING_NOTHING)
    alerts = told.filter(time__gte=since, time__lt=until, backfill=False)
    severities = Counter(alerts.values_list("severity", flat=True))
    rules = Counter(alerts.values_list("title", flat=True)).most_common(10)
    return Report(
        since=since,
        until=until,
        people=_people(since, until),
        alerts={severity: severities[severity] for severity in SEVERITIES},
        rules=rules,
        pillars=[_pillar(name, since, until) for name in PILLARS],
        feeds=_feeds(since, until),
        backfilled=told.filter(detected__gte=since, detected__lt=until, backfill=True).count(),
    )


def _people(since: datetime, until: datetime) -> list[PersonEntry]:
    before = {person.person: person.score for person in ranking(since)}
    return [
        PersonEntry(
            name=shown(person.person),
            address=settings.SITE_URL + reverse("person", args=[reference(person.person)]),
            score=person.score,
            level=person.level,
            before=before.get(person.person, 0.0),
            reasons=_reasons(person),
        )
        for person in ranking(until)[:PEOPLE]
        if person.score > 0
    ]


def _reasons(person: Ranked) -> list[dict[str, Any]]:
    return [reason for reason in person.reasons if reason["counted"] > 0][:REASONS]


def _pillar(name: str, since: datetime, until: datetime) -> PillarEntry:
    findings = FindingRow.objects.standing().filter(kind=name, time__gte=since, time__lt=until)
    earlier = FindingRow.objects.standing().filter(
        kind=name, time__gte=since - (until - since), time__lt=since
    )
    return PillarEntry(
        name=name,
        about=PILLARS[name],
        findings=findings.count(),
        people=findings.values("person").distinct().count(),
        before=earlier.count(),
    )


def _feeds(since: datetime, until: datetime) -> list[FeedEntry]:
    received = Q(batches__received__gte=since, batches__received__lt=until)
    feeds = Feed.objects.annotate(
        records=Sum("batches__records", filter=received, default=0),
        rejected=Sum("batches__rejected", filter=received, default=0),
        failed=Count("batches", filter=received & Q(batches__state=Batch.State.FAILED)),
    )
    return [
        FeedEntry(
            name=feed.name,
            last_seen=feed.last_seen,
            records=feed.records,
            rejected=feed.rejected,
            failed=feed.failed,
        )
        for feed in feeds.order_by("name")
    ]
