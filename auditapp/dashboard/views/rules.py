"""The rules in force, how often they matched, and the files that are no rules."""

from collections.abc import Iterable, Mapping
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Count, Max, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from analytics.detection.described import Described
from auditapp.accounts import policy
from auditapp.cases.models import Alert
from auditapp.cases.rules import loaded
from auditapp.dashboard.alerting import SEVERITIES

PAGE = 50
KEPT = ("q", "severity", "family", "raised")


@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """The rules in force that the address asks for, the severest first, the watch-lists they name,
    and every refused file with the reason."""
    given = {name: request.GET[name] for name in KEPT if request.GET.get(name)}
    in_force = loaded()
    detections = in_force.rules.detections
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
    chosen = sorted(
        (rule for rule in detections if _is_asked_for(rule, given, counted)),
        key=lambda rule: (SEVERITIES.index(rule.severity), rule.id),
    )
    page = Paginator(chosen, PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "dashboard/rules.html",
        {
            "page": page,
            "rules": [(rule, counted.get(rule.id)) for rule in page.object_list],
            "count": len(detections),
            "given": given,
            "query": urlencode(given),
            "severities": SEVERITIES,
            "families": sorted({_family(rule) for rule in detections}),
            "refused": in_force.rules.refused,
            "loaded": in_force,
            "watchlists": in_force.rules.watchlists,
            "may_read": policy.allowed(request.user, "alerts"),
        },
    )


def _is_asked_for(rule: Described, given: Mapping[str, str], raised: Iterable[str]) -> bool:
    """Whether it is of the severity and family, raised alerts if that is asked, and says every
    word of `q`, in upper or lower case."""
    if given.get("severity", rule.severity) != rule.severity:
        return False
    if given.get("family", _family(rule)) != _family(rule):
        return False
    if "raised" in given and rule.id not in raised:
        return False
    said = (rule.id, rule.title, rule.description, *rule.tags, *rule.catalogue, _family(rule))
    text = "\n".join(said).casefold()
    return all(word in text for word in given.get("q", "").casefold().split())


def _family(rule: Described) -> str:
    """The folder of its file."""
    return rule.path.parent.name
