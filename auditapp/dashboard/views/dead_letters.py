"""Dead letters: batches that failed too often, and what is decided about them."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from analytics.event import readable
from auditapp.accounts import policy
from auditapp.accounts.models import User
from auditapp.ingest import deadletters
from auditapp.ingest.models import Batch

PAGE = 25
DISCARDED = 25  # of those, the newest are shown


@require_safe
def dead_letters(request: HttpRequest) -> HttpResponse:
    """All that wait for a decision, and what was discarded last."""
    found = deadletters.waiting()
    discarded = Batch.objects.filter(state=Batch.State.DISCARDED).select_related("discarded_by")
    return render(
        request,
        "dashboard/dead_letters.html",
        {
            "page": Paginator(found, PAGE).get_page(request.GET.get("page")),
            "size": deadletters.size(),
            "discarded": discarded.order_by("-finished")[:DISCARDED],
            "longest": deadletters.LONGEST_REASON,
            "may_read": policy.reads_activity(request.user),
            "may_replay": policy.allowed(request.user, "dead-letter-replay"),
            "may_discard": policy.allowed(request.user, "dead-letter-discard"),
        },
    )


@require_POST
def replay(request: HttpRequest) -> HttpResponse:
    """Replays the batch that was named, or all; 400 for what is no batch."""
    if request.POST.get("batch") == "all":
        count = deadletters.replay_all(_user(request))
        messages.success(request, f"{_batches(count)} again to be taken in.")
        return redirect("dead-letters")
    batch = _batch(request)
    if batch is None:
        return HttpResponseBadRequest("no such batch")
    if deadletters.replay(batch, _user(request)):
        messages.success(request, f"{_batches(1)} again to be taken in.")
    else:
        messages.warning(request, "It is no dead letter any more, or its log is no longer kept.")
    return redirect("dead-letters")


@require_POST
def discard(request: HttpRequest) -> HttpResponse:
    """Discards a batch for a reason; 400 without either."""
    batch, reason = _batch(request), readable(request.POST.get("reason", "").strip())
    if batch is None:
        return HttpResponseBadRequest("no such batch")
    if not 0 < len(reason) <= deadletters.LONGEST_REASON:
        return HttpResponseBadRequest("discarding a batch needs a reason")
    if deadletters.discard(batch, reason, _user(request)):
        messages.success(request, "The batch is discarded; its log stays for a while.")
    else:
        messages.warning(request, "It is no dead letter any more.")
    return redirect("dead-letters")


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)  # the policy lets nobody else in


def _batch(request: HttpRequest) -> UUID | None:
    try:
        return UUID(request.POST.get("batch", ""))
    except ValueError:
        return None


def _batches(count: int) -> str:
    return "1 batch waits" if count == 1 else f"{count} batches wait"
