"""One rule: what it says and said, and what it found."""

from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from auditapp.accounts import policy
from auditapp.cases.models import Alert
from auditapp.cases.rules import loaded
from auditapp.dashboard.alerting import gathered
from auditapp.dashboard.versions import Version, known, versions_of

MOST_ALERTS = 10


@require_safe
def rule(request: HttpRequest, rule_id: str) -> HttpResponse:
    """The rule of that id, in force or not; `version` in the address picks one of its versions."""
    in_force = loaded()
    now = known(rule_id, in_force)
    versions = versions_of(rule_id, in_force)
    alerts = Alert.objects.filter(rule=rule_id).shown()
    if now is None and not versions and not alerts.exists():
        raise Http404(f"no rule {rule_id}")
    wanted = request.GET.get("version") or (now.version if now else "")
    shown = next((one for one in versions if one.row.version == wanted), None)
    if shown is None and not request.GET.get("version") and versions:
        shown = versions[0]
    may_read = policy.allowed(request.user, "alerts")
    unclosed = alerts.exclude(state=Alert.State.CLOSED)
    return render(
        request,
        "dashboard/rule.html",
        {
            "rule_id": rule_id,
            "rule": now,
            "title": now.title if now else _title(versions, alerts) or rule_id,
            "versions": versions,
            "shown": shown,
            "wanted": wanted,
            "may_read": may_read,
            "unclosed": unclosed.count(),
            "all": alerts.count(),
            "alerts": gathered("unclosed", unclosed, MOST_ALERTS) if may_read else [],
            "panel_query": urlencode({"rule": rule_id, "range": "all"}),
        },
    )


def _title(versions: list[Version], alerts: QuerySet[Alert]) -> str:
    """What it was called last."""
    if versions:
        return versions[0].row.title
    return alerts.order_by("-detected").values_list("title", flat=True).first() or ""
