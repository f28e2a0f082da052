"""The first page: who needs attention, what happened, and how far the logs can be trusted."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from auditapp.accounts.models import User
from auditapp.cases.models import Alert, FindingRow
from auditapp.dashboard import alerting, feeding, novelty, ranking, tactics
from auditapp.dashboard.pillars import PILLARS, Pillar

PEOPLE, ALERTS = 10, 8
WINDOW, DAY = timedelta(days=30), timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A pillar in one sentence: so many people, so many findings, and the newest of them."""

    pillar: Pillar
    people: int
    findings: int
    more: int | None  # findings than in as long a time before, None where nothing is that old
    newest: FindingRow | None

    @property
    def less(self) -> int:
        """How many findings fewer than before."""
        return -(self.more or 0)


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """The overview."""
    now, user = timezone.now(), cast("User", request.user)
    looked = novelty.visit(user, now)
    opened = Alert.objects.shown().exclude(state=Alert.State.CLOSED)
    return render(
        request,
        "dashboard/overview.html",
        {
            "ranked": ranking.ranked(ranking.scored()[:PEOPLE]),
            "as_of": ranking.newest(),
            "looked": looked,
            "changes": novelty.changes(looked) if looked else [],
            "alerts": alerting.gathered("unclosed", opened, ALERTS),
            "open_alerts": opened.count(),
            "tactics": tactics.counted(opened),
            "feeds": feeding.health(now),
            "now": now,
            "pillars": statements(now),
        },
    )


def statements(now: datetime) -> list[Statement]:
    """What the last thirty days say about each pillar, beside the thirty before."""
    found = FindingRow.objects.standing().filter(time__lte=now)
    recent = found.filter(time__gte=now - WINDOW)
    earlier = found.filter(time__gte=now - 2 * WINDOW, time__lt=now - WINDOW)
    is_older = FindingRow.objects.filter(time__lt=now - 2 * WINDOW + DAY).exists()
    counted = _counted(recent)
    before = _counted(earlier) if is_older else None
    return [
        Statement(
            pillar=pillar,
            people=counted.get(pillar.kind, (0, 0))[0],
            findings=(many := counted.get(pillar.kind, (0, 0))[1]),
            more=None if before is None else many - before.get(pillar.kind, (0, 0))[1],
            newest=recent.filter(kind=pillar.kind).order_by("-time").first(),
        )
        for pillar in PILLARS.values()
    ]


def _counted(findings: QuerySet[FindingRow]) -> dict[str, tuple[int, int]]:
    """People and findings by kind."""
    rows = findings.values("kind").annotate(
        findings=Count("id"), people=Count("person", distinct=True)
    )
    return {row["kind"]: (row["people"], row["findings"]) for row in rows}
