"""The rules in force, how often they matched, and the files that are no rules."""

from django.db.models import Count, Max, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from auditapp.accounts import policy
from auditapp.cases.models import Alert
from auditapp.cases.rules import loaded
from auditapp.dashboard.alerting import SEVERITIES


@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """Every loaded rule, the severest first, the watch-lists they name, and every refused file with
    the reason."""
    in_force = loaded()
    counted = {
        row["rule"]: row
        for row in Alert.objects.order_by()
        .values("rule")
        .annotate(
            count=Count("id"),
            unclosed=Count("id", filter=~Q(state=Alert.State.CLOSED) & Q(hidden_by=None)),
            hidden=Count("id", filter=Q(hidden_by__isnull=False)),
            last=Max("time"),
        )
    }
    ordered = sorted(
        in_force.rules.detections, key=lambda rule: (SEVERITIES.index(rule.severity), rule.id)
    )
    return render(
        request,
        "dashboard/rules.html",
        {
            "rules": [(rule, counted.get(rule.id)) for rule in ordered],
            "refused": in_force.rules.refused,
            "loaded": in_force,
            "watchlists": in_force.rules.watchlists,
            "may_read": policy.allowed(request.user, "alerts"),
        },
    )
