"""Feeds, their batches, and the lines that could not be read."""

from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from auditapp.accounts import acts, policy
from auditapp.dashboard import batches, feeding, hours
from auditapp.dashboard.asking import written
from auditapp.ingest import silence, tails
from auditapp.ingest.models import Batch, Feed

PAGE, REASONS = 50, 10
EXPECTATIONS = ("learnt", "any", "set")
MOST_MINUTES = 60 * 24 * 90


@require_safe
def feeds(request: HttpRequest) -> HttpResponse:
    """Every feed and how it is."""
    now = timezone.now()
    found = feeding.health(now)
    may_read = policy.reads_activity(request.user)
    context = {
        "feeds": found,
        "may_read": may_read,
        "now": now,
        "silences": silence.opened(),
        **_lately(now),
    }
    return render(request, "dashboard/feeds.html", context)


def _lately(now: datetime) -> dict[str, str]:
    """The parts of links that ask for batches of the last hour and the last 24."""
    return {
        "last_hour": urlencode({"from": written(now - feeding.HOUR)}),
        "last_day": urlencode({"from": written(now - feeding.FRESH)}),
    }


@require_safe
def feed(request: HttpRequest, name: str) -> HttpResponse:
    """One feed: its sources, its hours and its batches, newest first."""
    found = get_object_or_404(Feed, pk=name)
    now = timezone.now()
    asked = batches.ask(found, request.GET.dict())
    last = hours.hours(found, now)
    return render(
        request,
        "dashboard/feed.html",
        {
            "feed": found,
            "health": feeding.health(now, [found.name])[0],
            "now": now,
            "hours": last[::-1],
            "bars": hours.bars([hour.lines for hour in last]),
            "most": max(hour.lines for hour in last),
            "silences": found.silences.all()[:5],
            "page": Paginator(asked.rows, PAGE).get_page(request.GET.get("page")),
            "asked": asked,
            "may_read": policy.reads_activity(request.user),
            **_lately(now),
            "may_expect": policy.allowed(request.user, "feed-expect"),
        },
    )


@require_POST
def expect(request: HttpRequest, name: str) -> HttpResponse:
    """Says how long the feed may be silent: as learnt, any time, or so many minutes."""
    found = get_object_or_404(Feed, pk=name)
    how, minutes = request.POST.get("how", ""), request.POST.get("minutes", "")
    if how not in EXPECTATIONS:
        return HttpResponseBadRequest("no such choice")
    seconds = {"learnt": None, "any": 0}.get(how)
    if how == "set":
        if not minutes.isascii() or not minutes.isdigit() or not 0 < int(minutes) <= MOST_MINUTES:
            return HttpResponseBadRequest(f"the minutes are a number from 1 to {MOST_MINUTES}")
        seconds = int(minutes) * 60
    found.expected_seconds = seconds
    found.save(update_fields=["expected_seconds"])
    acts.note(request.user, f"set the usual silence to {how} {minutes} for feed", found.name)
    messages.success(request, f"What is usual for {found.name} was changed.")
    return redirect("feed", found.name)


@require_safe
def batch(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """One batch: its counts, and what was rejected and why; `reason` shows only those lines. Who
    may not read what people did does not see the text of rejected lines."""
    found = get_object_or_404(Batch.objects.select_related("feed"), pk=batch_id)
    rejected = found.rejected_lines.order_by("line", "id")
    counted = rejected.order_by().values("reason").annotate(count=Count("id"))
    reasons = [
        {**row, "query": urlencode({"reason": row["reason"]})}
        for row in counted.order_by("-count", "reason")[:REASONS]
    ]
    asked = next((row for row in reasons if row["reason"] == request.GET.get("reason")), None)
    if asked:
        rejected = rejected.filter(reason=asked["reason"])
    return render(
        request,
        "dashboard/batch.html",
        {
            "batch": found,
            "tail": tails.of(found),
            "page": Paginator(rejected, PAGE).get_page(request.GET.get("page")),
            "reasons": reasons,
            "asked": asked and asked["reason"],
            "query": asked and asked["query"],
            "may_read": policy.reads_activity(request.user),
        },
    )
