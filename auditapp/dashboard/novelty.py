"""What changed since somebody last looked at the overview."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.db.models import Count
from django.urls import reverse

from analytics.findings import Level, Severity
from auditapp.accounts import pseudonyms
from auditapp.accounts.models import User
from auditapp.cases.models import Alert, Case, Standing
from auditapp.dashboard.asking import written
from auditapp.ingest.models import Silence

PAUSE = timedelta(minutes=30)  # looks that follow each other sooner are one visit
KEPT = timedelta(minutes=1)  # a look so soon after another is not worth writing
MOST = 5  # of one kind that are told one by one
LEVELS = tuple(Level)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Something that changed, the address of what is behind it, and a level or severity where it
    has one."""

    sentence: str
    link: str
    level: str = ""
    severity: str = ""


def visit(user: User, now: datetime) -> datetime | None:
    """Notes that somebody looks now; gives the last look of their visit before, None at the first
    visit."""
    looked, before = user.looked, user.looked_before
    if looked is None or now - looked > PAUSE:
        before = looked
    if looked is None or before != user.looked_before or now - looked > KEPT:
        User.objects.filter(pk=user.pk).update(looked=now, looked_before=before)
    return before


def changes(since: datetime) -> list[Change]:
    """What came after a time: alerts, people whose level rose, cases, feeds that fell silent."""
    return [*_alerts(since), *_people(since), *_cases(since), *_silent(since)]


def _alerts(since: datetime) -> Iterator[Change]:
    came = Alert.objects.shown().filter(detected__gt=since).order_by()
    counts = dict(came.values_list("severity").annotate(count=Count("id")))
    told = [one for one in reversed(list(Severity)) if one is not Severity.INFORMATIONAL]
    for severity in (one for one in told if one in counts):
        asked = {"state": "any", "severity": severity.value, "since": written(since)}
        many = counts[severity]
        yield Change(
            sentence=f"{many:,} {severity} alert{'' if many == 1 else 's'} came",
            link=f"{reverse('alerts')}?{urlencode(asked)}",
            severity=severity.value,
        )


def _people(since: datetime) -> Iterator[Change]:
    rows = [
        row
        for row in Standing.objects.filter(turned__gt=since).order_by("-score", "person")
        if LEVELS.index(Level(row.level)) > LEVELS.index(Level(row.before))
    ]
    names = pseudonyms.shown_all(row.person for row in rows[:MOST])
    for row in rows[:MOST]:
        page = reverse("person", args=[pseudonyms.reference(row.person)])
        yield Change(
            sentence=f"{names[row.person]} rose from {row.before} to {row.level}",
            link=f"{page}#reasons",
            level=row.level,
        )
    if len(rows) > MOST:
        yield Change(sentence=f"{len(rows) - MOST:,} more people rose", link=reverse("people"))


def _cases(since: datetime) -> Iterator[Change]:
    for row in Case.objects.filter(opened__gt=since).order_by("-opened")[:MOST]:
        yield Change(
            sentence=f"{row.number} was opened: {row.title}",
            link=reverse("case", args=[row.pk]),
            severity=row.severity,
        )
    for row in Case.objects.filter(closed__gt=since).order_by("-closed")[:MOST]:
        yield Change(
            sentence=f"{row.number} was closed, {row.get_decision_display()}: {row.title}",
            link=reverse("case", args=[row.pk]),
        )


def _silent(since: datetime) -> Iterator[Change]:
    for row in Silence.objects.filter(noticed__gt=since, ended=None).select_related("feed")[:MOST]:
        yield Change(
            sentence=f"the feed {row.feed.name} fell silent",
            link=reverse("feed", args=[row.feed.name]),
        )
