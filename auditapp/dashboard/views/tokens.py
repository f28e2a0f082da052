"""Tokens: issued and rotated with their text shown once, listed without it, revoked."""

from collections.abc import Iterable
from datetime import timedelta

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from analytics.pipeline import log_sources
from auditapp.accounts import acts
from auditapp.accounts.models import ApiToken, User
from auditapp.accounts.scopes import Scope, may_give
from auditapp.ingest import issuing
from auditapp.ingest.models import Feed

USUAL_DAYS, USUAL_OVERLAP = 365, 24


@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """The list and the form; a token that was asked for is shown in the answer and never again."""
    if request.method != "POST":
        return _page(request)
    given = request.POST
    try:
        wanted = issuing.Wanted.of(
            name=given.get("name", ""),
            feeds=given.get("feeds", "").split("\n"),
            sources=given.getlist("source"),
            scopes=given.getlist("scope"),
            days=_number(given.get("days", "")),
        )
    except ValueError as error:
        return _page(request, problem=str(error))
    _check(request.user, wanted.scopes)
    token, text = wanted.issue(timezone.now(), _user(request))
    acts.note(request.user, "issued token", f"{token.id} {token} for {', '.join(token.scopes)}")
    return _page(request, token=token, text=text)


@require_POST
def rotate(request: HttpRequest, token_id: int) -> HttpResponse:
    """A successor, shown once; the old token ends after the hours that were asked for."""
    old = get_object_or_404(ApiToken, pk=token_id)
    _check(request.user, old.scopes)
    try:
        hours = _number(request.POST.get("hours", "")) or 0
        if hours > issuing.MOST_OVERLAP_HOURS:
            raise ValueError(f"the overlap is at most {issuing.MOST_OVERLAP_HOURS} hours")
        token, text = old.rotated(timezone.now(), timedelta(hours=hours))
    except ValueError as error:
        return _page(request, problem=str(error))
    acts.note(request.user, "rotated token", f"{old.id} {old} into {token.id} {token}")
    return _page(request, token=token, text=text)


@require_POST
def revoke(request: HttpRequest, token_id: int) -> HttpResponse:
    """Ends a token at once; whoever may keep tokens may end any."""
    token = get_object_or_404(ApiToken, pk=token_id)
    if not ApiToken.objects.filter(pk=token.pk, revoked=None).update(revoked=timezone.now()):
        return HttpResponseBadRequest("It was revoked before.")
    acts.note(request.user, "revoked token", f"{token.id} {token}")
    messages.success(request, f"{token} is revoked.")
    return redirect("tokens")


def _page(
    request: HttpRequest, *, problem: str = "", token: ApiToken | None = None, text: str = ""
) -> HttpResponse:
    now = timezone.now()
    role = getattr(request.user, "role", None)
    rows = ApiToken.objects.select_related("created_by", "rotated_from")
    return render(
        request,
        "dashboard/tokens.html",
        {
            "tokens": [
                (row, _state(row), row.valid(now), all(may_give(role, one) for one in row.scopes))
                for row in rows
            ],
            "scopes": [(one.value, one.label, may_give(role, one)) for one in Scope],
            "may_all": all(may_give(role, one) for one in Scope),
            "sources": list(log_sources()),
            "feeds": Feed.objects.order_by("name").values_list("name", flat=True)[:200],
            "given": request.POST,
            "chosen": request.POST.getlist("scope") or [Scope.INGEST.value],
            "chosen_sources": request.POST.getlist("source"),
            "usual_days": USUAL_DAYS,
            "usual_overlap": USUAL_OVERLAP,
            "problem": problem,
            "made": token,
            "text": text,
        },
        status=400 if problem else 200,
    )


def _state(token: ApiToken) -> str:
    if token.revoked:
        return "revoked"
    return "valid" if token.valid(timezone.now()) else "expired"


def _check(user: object, scopes: Iterable[str]) -> None:
    """Raises PermissionDenied where the user's role may not give one of these scopes."""
    role = getattr(user, "role", None)
    refused = [one for one in scopes if not may_give(role, one)]
    if refused:
        raise PermissionDenied(f"Your role gives no token for {', '.join(refused)}.")


def _user(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None


def _number(text: str) -> int | None:
    """A number; None for nothing. Raises ValueError."""
    if not text.strip():
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 6:
        raise ValueError(f"“{text[:20]}” is no number of days or hours")
    return int(text)
