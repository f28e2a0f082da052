"""Where we deliver to: added, tested, disabled, and what became of each delivery."""

from datetime import timedelta

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Max, Q
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from analytics.findings import Severity
from auditapp.accounts import acts
from auditapp.accounts.models import Role, User
from auditapp.outgoing import delivering, sending, signing, telling
from auditapp.outgoing.models import Delivery, Destination, Kind

PAGE, MOST_DESTINATIONS = 30, 50
OVERLAP = timedelta(days=1)
DOINGS = ("test", "disable", "enable", "rotate", "replay", "delete")


@require_http_methods(["GET", "HEAD", "POST"])
def destinations(request: HttpRequest) -> HttpResponse:
    """The list and the form; a new destination's secret is shown in the answer, once."""
    if request.method != "POST":
        return _page(request)
    kinds = request.POST.getlist("kind")
    try:
        made = _wanted(request, kinds)
    except ValueError as error:
        return _page(request, problem=str(error))
    _check(request, kinds)
    made.save()
    acts.note(request.user, "added destination", f"{made.pk} {made} {made.url}")
    return _page(request, made=made)


def _wanted(request: HttpRequest, kinds: list[str]) -> Destination:
    """What the form asks for. Raises ValueError that says what makes no sense."""
    given = request.POST
    name, url = given.get("name", "").strip(), given.get("url", "").strip()
    if not 0 < len(name) <= 100 or not name.isprintable():
        raise ValueError("a name has 1 to 100 characters that can be printed")
    if Destination.objects.filter(name=name).exists():
        raise ValueError("there is a destination of that name")
    if len(url) > 1000:
        raise ValueError("the address has more than 1000 characters")
    try:
        sending.check(url)
    except sending.Refused as error:
        raise ValueError(f"the address cannot be used: {error}") from error
    if not kinds or set(kinds) - set(Kind.values):
        raise ValueError("a destination is told of at least one of " + ", ".join(Kind.values))
    severity, level = given.get("severity", ""), given.get("level", "")
    if severity not in set(Severity) or level not in telling.LEVELS[1:]:
        raise ValueError("there is no such severity or level")
    if Destination.objects.count() >= MOST_DESTINATIONS:
        raise ValueError(f"there are {MOST_DESTINATIONS} destinations, the most there may be")
    return Destination(
        name=name,
        url=url,
        kinds=sorted(set(kinds)),
        minimal_severity=severity,
        minimal_level=level,
        created_by=request.user if isinstance(request.user, User) else None,
    )


@require_POST
def change(request: HttpRequest, destination_id: int) -> HttpResponse:
    """Tests, disables, enables, changes the secret of, replays or deletes a destination."""
    found = get_object_or_404(Destination, pk=destination_id)
    what = request.POST.get("do", "")
    if what not in DOINGS:
        return HttpResponseBadRequest("no such thing to do")
    if what not in ("disable", "delete"):
        _check(request, found.kinds)
    acts.note(request.user, f"{what} of destination", f"{found.pk} {found}")
    if what == "rotate":
        return _page(request, made=_rotated(found))
    messages.success(request, _do(found, what))
    return redirect("outgoing")


def _do(found: Destination, what: str) -> str:
    """Does it; what to say of it."""
    now = timezone.now()
    if what == "test":
        data = {"message": f"A test for {found.name}", "@timestamp": now.isoformat()}
        key = f"test:{now.timestamp()}"
        telling.write(found, "test", [(key, "test", now, data)])
        one = found.deliveries.get(key=key)
        if delivering.attempt(one, now):
            return f"The test arrived at {found.name}."
        one.refresh_from_db()
        return f"The test did not arrive at {found.name}: {one.error}. It is tried again."
    if what == "replay":
        return f"{delivering.replay(found, now)} deliveries to {found.name} are tried again."
    if what == "delete":
        found.delete()
        return f"{found.name} is deleted."
    found.enabled, found.trouble = what == "enable", ""
    if found.enabled:  # nobody is told what happened meanwhile
        found.since, found.positions = now, {}
    found.save()
    return f"{found.name} is {what}d."


def _rotated(found: Destination) -> Destination:
    found.old_salt, found.old_until = found.salt, timezone.now() + OVERLAP
    found.salt = Destination().salt
    found.save(update_fields=["old_salt", "old_until", "salt"])
    return found


def _check(request: HttpRequest, kinds: list[str]) -> None:
    """Raises PermissionDenied for who may not read what people did, and so lets nobody else."""
    if not _may(request, kinds):
        raise PermissionDenied("Only an investigator lets others be told of alerts, cases or risk.")


def _may(request: HttpRequest, kinds: list[str]) -> bool:
    investigates = getattr(request.user, "role", None) == Role.INVESTIGATOR
    return investigates or set(kinds) <= {Kind.SILENCE.value}


def _page(
    request: HttpRequest, *, problem: str = "", made: Destination | None = None
) -> HttpResponse:
    rows = Destination.objects.annotate(
        waiting=Count("deliveries", filter=Q(deliveries__state=Delivery.State.WAITING)),
        given_up=Count("deliveries", filter=Q(deliveries__state=Delivery.State.GIVEN_UP)),
        arrived=Count("deliveries", filter=Q(deliveries__state=Delivery.State.DELIVERED)),
        last=Max("deliveries__finished", filter=Q(deliveries__state=Delivery.State.DELIVERED)),
    )
    shown = Delivery.objects.select_related("destination")
    state = request.GET.get("state", "")
    if state in Delivery.State.values:
        shown = shown.filter(state=state)
    if request.GET.get("to", "").isascii() and request.GET.get("to", "").isdigit():
        shown = shown.filter(destination=int(request.GET["to"][:9]))
    query = "&".join(f"{name}={request.GET[name]}" for name in ("state",) if state)
    return render(
        request,
        "dashboard/outgoing.html",
        {
            "destinations": [(row, _may(request, row.kinds)) for row in rows],
            "page": Paginator(shown, PAGE).get_page(request.GET.get("page")),
            "state": state if state in Delivery.State.values else "",
            "states": Delivery.State.choices,
            "query": query if state in Delivery.State.values else "",
            "kinds": [(one.value, one.label, _may(request, [one])) for one in Kind],
            "severities": [str(one) for one in Severity],
            "levels": telling.LEVELS[1:],
            "given": request.POST,
            "problem": problem,
            "made": made,
            "secret": signing.secret(made) if made else "",
        },
        status=400 if problem else 200,
    )
