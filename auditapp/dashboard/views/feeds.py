"""Feeds, their batches, and the lines that could not be read."""

from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from auditapp.accounts import policy
from auditapp.dashboard import feeding
from auditapp.ingest.models import Batch, Feed

PAGE = 50


@require_safe
def feeds(request: HttpRequest) -> HttpResponse:
    """Every feed and how it is."""
    found = feeding.health(timezone.now())
    may_read = policy.reads_activity(request.user)
    return render(request, "dashboard/feeds.html", {"feeds": found, "may_read": may_read})


@require_safe
def feed(request: HttpRequest, name: str) -> HttpResponse:
    """One feed with its batches, newest first."""
    found = get_object_or_404(Feed, pk=name)
    batches = found.batches.order_by("-received", "-id")
    if request.GET.get("rejected"):
        batches = batches.filter(rejected__gt=0)
    health = next(one for one in feeding.health(timezone.now()) if one.feed == found)
    return render(
        request,
        "dashboard/feed.html",
        {
            "feed": found,
            "health": health,
            "page": Paginator(batches, PAGE).get_page(request.GET.get("page")),
            "only_rejected": bool(request.GET.get("rejected")),
            "may_read": policy.reads_activity(request.user),
        },
    )


@require_safe
def batch(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """One batch: its counts, and what was rejected and why. Who may not read what people did
    does not see the text of rejected lines."""
    found = get_object_or_404(Batch.objects.select_related("feed"), pk=batch_id)
    rejected = found.rejected_lines.order_by("line", "id")
    reasons = rejected.order_by().values("reason").annotate(count=Count("id"))
    return render(
        request,
        "dashboard/batch.html",
        {
            "batch": found,
            "page": Paginator(rejected, PAGE).get_page(request.GET.get("page")),
            "reasons": reasons.order_by("-count", "reason")[:10],
            "may_read": policy.reads_activity(request.user),
        },
    )
