"""What a site knows beside its people."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from auditapp.accounts import policy
from auditapp.dashboard.surroundings import surroundings


@require_safe
def circumstances(request: HttpRequest) -> HttpResponse:
    """Incidents, duty, leave, care and hosts."""
    return render(
        request,
        "dashboard/circumstances.html",
        {
            "known": surroundings(timezone.now()),
            "may_change": policy.allowed(request.user, "identity-import"),
        },
    )
