"""Who is behind each account: the people, one person's accounts over time, and all changes."""

from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from auditapp.accounts import policy, pseudonyms
from auditapp.dashboard import identities as shown
from auditapp.people.directory import directory
from auditapp.people.models import AccountLink, FormerPosition, IdentityChange, Person

PAGE = 50
KEPT = ("team", "role", "use", "state")


@require_safe
def identities(request: HttpRequest) -> HttpResponse:
    """The people that the address asks for."""
    given = {name: request.GET[name] for name in KEPT if request.GET.get(name)}
    people = Person.objects.filter(merged_into=None).order_by()
    return render(
        request,
        "dashboard/identities.html",
        {
            "page": Paginator(shown.listed(given, shown.today()), PAGE).get_page(
                request.GET.get("page")
            ),
            "given": given,
            "query": urlencode(given),
            "teams": sorted(filter(None, people.values_list("team", flat=True).distinct())),
            "roles": sorted(filter(None, people.values_list("role", flat=True).distinct())),
            "uses": AccountLink.Use.values,
            "states": shown.STATES,
            "may_change": policy.allowed(request.user, "identity-give"),
        },
    )


@require_safe
def identity(request: HttpRequest, reference: str) -> HttpResponse:
    """One person's accounts over time, what they were before, and what was changed."""
    row = pseudonyms.dereference(reference)
    if row is None:
        raise Http404(f"nobody is known as {reference}")
    known = directory()
    person = known.people[row.id]
    may_read = policy.reads_activity(request.user)
    about = IdentityChange.objects.filter(person=row.id) | IdentityChange.objects.filter(
        other=row.id
    )
    manager = known.people.get(person.manager)
    return render(
        request,
        "dashboard/identity.html",
        {
            "person": person,
            "reference": reference,
            "name": pseudonyms.shown(row.id),
            "manager": (pseudonyms.reference(manager.id), pseudonyms.shown(manager.id))
            if manager
            else None,
            "reports": len(known.reports(row.id)),
            "time_line": shown.time_line(person, shown.today(), with_activity=may_read),
            "positions": FormerPosition.objects.filter(person=row).order_by("-until"),
            "groups": shown.groups_of(known, row.id),
            "circumstances": shown.circumstances_of(row.id, timezone.now()) if may_read else None,
            "changes": shown.changes(about[:20]),
            "may_read": may_read,
            "may_change": policy.allowed(request.user, "identity-give"),
        },
    )


@require_safe
def changes(request: HttpRequest) -> HttpResponse:
    """Everything that anybody changed, the newest first."""
    page = Paginator(IdentityChange.objects.all(), PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "dashboard/identity_changes.html",
        {"page": page, "changes": shown.changes(page.object_list)},
    )
