"""The first page: who needs attention, what happened, and how far the logs can be trusted."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from auditapp.cases.models import Alert, FindingRow
from auditapp.dashboard import alerting, feeding, ranking
from auditapp.dashboard.pillars import PILLARS, Pillar

PEOPLE, ALERTS = 10, 8
WINDOW = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A pillar in one sentence: so many people, so many findings, and the newest of them."""

    pillar: Pillar
    people: int
    findings: int
    newest: FindingRow | None


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """The overview."""
    now = timezone.now()
    opened = Alert.objects.shown().exclude(state=Alert.State.CLOSED)
    return render(
        request,
        "dashboard/overview.html",
        {
            "ranked": ranking.ranked(ranking.scored()[:PEOPLE]),
            "as_of": ranking.newest(),
            "alerts": alerting.gathered("unclosed", opened, ALERTS),
            "open_alerts": opened.count(),
            "feeds": feeding.health(now),
            "now": now,
            "pillars": statements(now),
        },
    )


def statements(now: datetime) -> list[Statement]:
    """What the last thirty days say about each pillar."""
    recent = FindingRow.objects.standing().filter(time__gte=now - WINDOW)
    counted = {
        row["kind"]: (row["people"], row["findings"])
        for row in recent.values("kind").annotate(
            findings=Count("id"), people=Count("person", distinct=True)
        )
    }
    return [
        Statement(
            pillar=pillar,
            people=counted.get(pillar.kind, (0, 0))[0],
            findings=counted.get(pillar.kind, (0, 0))[1],
            newest=recent.filter(kind=pillar.kind).order_by("-time").first(),
        )
        for pillar in PILLARS.values()
    ]
