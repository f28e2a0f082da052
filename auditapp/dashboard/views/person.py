"""One person: the score and its reasons, what they did when, alerts, events and accounts."""

from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from analytics.moments import in_utc
from auditapp.accounts import policy, pseudonyms
from auditapp.cases.models import Case, ScoreRow
from auditapp.dashboard import alerting, casework, dismissing
from auditapp.dashboard.asking import Asked, ask
from auditapp.dashboard.identities import circumstances_of
from auditapp.dashboard.reading import COLUMNS, rows_of
from auditapp.dashboard.reasons import reasons_of
from auditapp.dashboard.views.unavailable import reads_store
from auditapp.eventstore import store
from auditapp.people.models import Person

EVENTS, ALERTS = 15, 12
SECOND = timedelta(seconds=1)  # addresses carry whole seconds


@require_safe
@reads_store
def person(request: HttpRequest, reference: str) -> HttpResponse:
    """The page of the person that the reference stands for; `as_of` picks an earlier score."""
    found = pseudonyms.dereference(reference)
    if found is None:
        raise Http404(f"nobody is known as {reference}")
    asked = ask({"person": reference, "range": "30d"})
    row = score_at(found, request.GET.get("as_of", ""))
    return render(
        request,
        "dashboard/person.html",
        {
            "person": found,
            "reference": reference,
            "name": pseudonyms.shown(found.id),
            "score": row,
            "is_newest": row is None or row == score_at(found, ""),
            "reasons": reasons_of(row) if row else [],
            "accounts": found.links.order_by("account", "since"),
            "cases": Case.objects.filter(people__person=found.id),
            "open_cases": casework.open_cases(),
            "dismissals": dismissing.standing_of(found.id),
            "may_dismiss": policy.allowed(request.user, "dismissal-new"),
            "may_add": policy.allowed(request.user, "case-add"),
            "circumstances": circumstances_of(found.id, timezone.now()),
            **_activity(found, asked),
        },
    )


def _activity(found: Person, asked: Asked) -> dict[str, Any]:
    alerts = alerting.alerts_of(found.id).shown()
    return {
        "asked": asked,
        "alerts": alerting.gathered("any", alerts, ALERTS),
        "alert_count": alerts.count(),
        "events": rows_of(store().search(asked.question, limit=EVENTS, columns=COLUMNS).events),
    }


def score_at(found: Person, text: str) -> ScoreRow | None:
    """The last score at or before the time that the text says, or the newest; None without."""
    rows = ScoreRow.objects.filter(person=found.id).order_by("-as_of")
    if text:
        try:
            end = in_utc(text).replace(microsecond=0) + SECOND
        except (ValueError, OverflowError) as error:
            raise Http404(f"{text!r} is no time") from error
        rows = rows.filter(as_of__lt=end)
    return rows.first()
