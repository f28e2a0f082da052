"""Alerts, and what people made of them."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from analytics.findings import Severity
from analytics.moments import DAY, in_utc, midnight
from auditapp.accounts import acts, policy, pseudonyms
from auditapp.cases.intake import touch
from auditapp.cases.models import Alert, AlertQuerySet
from auditapp.dashboard import casework, dismissing, grouping, tactics
from auditapp.dashboard.alerting import (
    CLOSE_REASONS,
    SEVERITIES,
    alerts_of,
)
from auditapp.ingest import hints

PAGE = 50
MOST_CHOSEN = 2 * PAGE
KEPT = (
    "state",
    "severity",
    "rule",
    "account",
    "person",
    "day",
    "tactic",
    "since",
    "hidden",
    "exception",
    "group",
    "order",
)

EXACTLY = ("severity", "rule", "account")


@require_safe
def alerts(request: HttpRequest) -> HttpResponse:
    """The alerts that the address asks for; without a word about it those not yet closed."""
    given = {name: request.GET[name] for name in KEPT if request.GET.get(name)}
    found, apart = _asked(given), "group" in given
    rows = grouping.groups(found, severest=given.get("order") == "severity", apart=apart)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    rules = Alert.objects.order_by("rule").values_list("rule", flat=True).distinct()
    return render(
        request,
        "dashboard/alerts.html",
        {
            "page": page,
            "groups": grouping.shown(page.object_list, found, apart=apart),
            "count": found.count(),
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
    found = found.filter(**{name: given[name] for name in EXACTLY if name in given})
    if "day" in given:
        found = _on(found, given["day"])
    if "tactic" in given:
        found = tactics.of_tactic(found, given["tactic"])
    if "since" in given:
        found = found.filter(detected__gt=moment(given["since"]))
    if "group" in given:
        found = found.filter(Q(pk=number(given["group"])) | Q(lead=number(given["group"])))
    return found


def _hidden_or_not(found: AlertQuerySet, given: dict[str, str]) -> AlertQuerySet:
    """Without a word about it those that no exception hides."""
    if "exception" in given:
        return found.filter(hidden_by=number(given["exception"]))
    if given.get("hidden") == "any":
        return found
    return found.exclude(hidden_by=None) if given.get("hidden") == "only" else found.shown()


def moment(text: str) -> datetime:
    """The time (UTC) that an address carries; the last of all, after which nothing came, where it
    is none."""
    try:
        return in_utc(text)
    except ValueError:
        return datetime.max.replace(tzinfo=UTC)


def number(text: str) -> int:
    """The number that an address carries; 0, which nothing has, where it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _on(found: QuerySet[Alert], text: str) -> QuerySet[Alert]:
    try:
        start = midnight(date.fromisoformat(text))
        return found.filter(time__gte=start, time__lt=start + DAY)
    except (ValueError, OverflowError):  # the last day of all has no next one
        return found.none()


@require_POST
def change_state(request: HttpRequest, alert_id: int) -> HttpResponse:
    """Acknowledges, closes (with a reason) or opens an alert again, with `group` all that are shown
    with it; 400 for anything else. A false positive leads on to an exception's form, or where it
    tells of a critical finding to that of a dismissal."""
    alert = get_object_or_404(Alert, pk=alert_id)
    state, kept = _decision(request)
    one = Alert.objects.filter(pk=alert_id)
    rows = _of_groups(one) if request.POST.get("group") else one
    count = _decide(rows, state, kept)
    alert.refresh_from_db()
    acts.note(request.user, f"made {count} alert(s) {state} {kept}".strip() + ": alert", alert_id)
    said = f"{count:,} alerts “{alert.title}” are" if count > 1 else f"“{alert.title}” is"
    messages.success(request, f"{said} now {_described(state, kept)}.")
    critical = kept == "false_positive" and alert.severity == Severity.CRITICAL
    if critical and (finding := dismissing.behind(alert)):  # it counts until two people dismiss it
        return redirect(f"{reverse('dismissal-new')}?{urlencode({'finding': finding.pk})}")
    if kept == "false_positive" and alert.hidden_by_id is None:
        return redirect(f"{reverse('exception-new')}?{urlencode({'alert': alert.pk})}")
    return redirect(_back(request))


@require_POST
def change_states(request: HttpRequest) -> HttpResponse:
    """The same with all alerts that are chosen and what is shown with them, back to the list; 400
    for a decision that is none."""
    state, kept = _decision(request)
    chosen = [number(text) for text in request.POST.getlist("alert")[:MOST_CHOSEN]]
    count = _decide(_of_groups(Alert.objects.filter(pk__in=chosen)), state, kept)
    acts.note(request.user, f"made {count} alert(s) {state} {kept}".strip() + ": alerts", chosen)
    if count:
        said = f"{count:,} alerts are" if count > 1 else "An alert is"
        messages.success(request, f"{said} now {_described(state, kept)}.")
    else:
        messages.error(request, "No alert was chosen.")
    return redirect(_back(request))


def _decision(request: HttpRequest) -> tuple[str, str]:
    """The state that is asked for, and of a closed one the reason. Raises BadRequest."""
    state, reason = request.POST.get("state", ""), request.POST.get("reason", "")
    if state not in Alert.State.values:
        raise BadRequest("no such state")
    if state == Alert.State.CLOSED and reason not in CLOSE_REASONS:
        raise BadRequest("closing an alert needs a reason")
    return state, reason if state == Alert.State.CLOSED else ""


def _of_groups(alerts: Iterable[Alert]) -> QuerySet[Alert]:
    """The alerts and all that are shown with them."""
    heads = {alert.lead_id or alert.pk for alert in alerts}
    return Alert.objects.shown().filter(Q(pk__in=heads) | Q(lead__in=heads))


def _decide(rows: QuerySet[Alert], state: str, reason: str) -> int:
    """How many alerts got the state. Days on which one counts now that did not, or the other way,
    are assessed anew."""
    days = {time.astimezone(UTC).date() for time in rows.order_by().values_list("time", flat=True)}
    reasons = {reason, *rows.order_by().values_list("close_reason", flat=True)}
    count = rows.update(state=state, close_reason=reason)
    if not reasons.isdisjoint(Alert.SAYING_NOTHING):
        touch(days)
        hints.assess()
    return count


def _back(request: HttpRequest) -> str:
    """The page of this site from which the decision came."""
    back = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        return back
    return reverse("alerts")


def _described(state: str, reason: str) -> str:
    return f"closed: {CLOSE_REASONS[reason]}" if reason else str(Alert.State(state).label).lower()
