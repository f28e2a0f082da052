"""What could be found with the logs that arrive, and what would have to come for the rest."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.views.decorators.http import require_safe

from analytics.readiness.judging import Status
from analytics.readiness.needs import Part
from auditapp.ingest import arrivals

ORDER = list(Status)
TITLES = {Part.PILLAR: "Pillars", Part.FEATURE: "Behaviour features", Part.RULE: "Rules"}


@require_safe
def readiness(request: HttpRequest) -> HttpResponse:
    """Each pillar's check, feature and rule, the blind ones first; `status` shows only those."""
    found = arrivals.readiness(now())
    asked = request.GET.get("status", "")
    shown = sorted(
        (one for one in found if asked not in ORDER or one.status == asked),
        key=lambda one: ORDER.index(one.status),
    )
    return render(
        request,
        "dashboard/readiness.html",
        {
            "counts": [(status, sum(one.status == status for one in found)) for status in ORDER],
            "asked": asked if asked in ORDER else "",
            "groups": [
                (title, [one for one in shown if one.need.part == part])
                for part, title in TITLES.items()
            ],
            "total": len(found),
            "any_feed": any(one.feeds or one.lacking for one in found),
        },
    )
