"""Alerts, and what people made of them."""

from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from auditapp.accounts import policy, pseudonyms
from auditapp.cases.intake import touch
from auditapp.cases.models import Alert, AlertQuerySet
from auditapp.dashboard import casework
from auditapp.dashboard.alerting import (
    CLOSE_REASONS,
    SEVERITIES,
    alerts_of,
    with_people,
    worst_first,
)
from auditapp.ingest import hints

PAGE = 50
KEPT = ("state", "severity", "rule", "account", "person", "day", "hidden", "exception", "order")


@require_safe
def alerts(request: HttpRequest) -> HttpResponse:
    """The alerts that the address asks for; without a word about it those not yet closed."""
    given = {name: request.GET[name] for name in KEPT if request.GET.get(name)}
    found = _asked(given).prefetch_related("cases__case")
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    rules = Alert.objects.order_by("rule").values_list("rule", flat=True).distinct()
    return render(
        request,
        "dashboard/alerts.html",
        {
            "page": page,
            "alerts": with_people(page.object_list),
            "given": given,
            "query": urlencode(given),
            "state": given.get("state", "unclosed"),
            "severities": SEVERITIES,
            "states": Alert.State.values,
            "rules": rules,
            "close_reasons": CLOSE_REASONS.items(),
            "open_cases": casework.open_cases(),
            "may_add": policy.allowed(request.user, "case-add"),
            "may_decide": policy.allowed(request.user, "alert-state"),
        },
    )


def _asked(given: dict[str, str]) -> QuerySet[Alert]:
    found: QuerySet[Alert] = _hidden_or_not(Alert.objects.all(), given)
    if "person" in given:
        person = pseudonyms.dereference(given["person"])
        found = _hidden_or_not(alerts_of(person.id), given) if person else found.none()
    state = given.get("state", "unclosed")
    if state == "unclosed":
        found = found.exclude(state=Alert.State.CLOSED)
    elif state != "any":
        found = found.filter(state=state)
    if "severity" in given:
        found = found.filter(severity=given["severity"])
    if "rule" in given:
        found = found.filter(rule=given["rule"])
    if "account" in given:
        found = found.filter(account=given["account"])
    if "day" in given:
        found = _on(found, given["day"])
    return worst_first(found) if given.get("order") == "severity" else found


def _hidden_or_not(found: AlertQuerySet, given: dict[str, str]) -> AlertQuerySet:
    """Without a word about it those that no exception hides."""
    if "exception" in given:
        digits = given["exception"].isascii() and given["exception"].isdigit()
        return found.filter(hidden_by=int(given["exception"][:18]) if digits else 0)
    if given.get("hidden") == "any":
        return found
    return found.exclude(hidden_by=None) if given.get("hidden") == "only" else found.shown()


def _on(found: QuerySet[Alert], text: str) -> QuerySet[Alert]:
    try:
        start = datetime.combine(date.fromisoformat(text), time.min, UTC)
        return found.filter(time__gte=start, time__lt=start + timedelta(days=1))
    except (ValueError, OverflowError):  # the last day of all has no next one
        return found.none()


@require_POST
def change_state(request: HttpRequest, alert_id: int) -> HttpResponse:
    """Acknowledges, closes (with a reason) or opens an alert again; 400 for anything else."""
    alert = get_object_or_404(Alert, pk=alert_id)
    state, reason = request.POST.get("state", ""), request.POST.get("reason", "")
    if state not in Alert.State.values:
        return HttpResponseBadRequest("no such state")
    if state == Alert.State.CLOSED and reason not in CLOSE_REASONS:
        return HttpResponseBadRequest("closing an alert needs a reason")
    alert.state = state
    alert.close_reason = reason if state == Alert.State.CLOSED else ""
    alert.save(update_fields=["state", "close_reason"])
    messages.success(request, f"“{alert.title}” is now {_described(alert)}.")
    if alert.close_reason == "false_positive":
        touch([alert.time.date()])
        hints.assess()
        return redirect(f"{reverse('exception-new')}?{urlencode({'alert': alert.pk})}")
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = reverse("alerts")
    return redirect(back)


def _described(alert: Alert) -> str:
    if alert.state == Alert.State.CLOSED:
        return f"closed: {CLOSE_REASONS[alert.close_reason]}"
    return str(alert.get_state_display()).lower()
