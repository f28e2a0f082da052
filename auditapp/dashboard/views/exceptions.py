"""Exceptions: which alerts are expected, who said so, until when, and how much that hides."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from auditapp import clock
from auditapp.accounts import acts, policy, pseudonyms
from auditapp.cases.excepting import deciding
from auditapp.cases.excepting.models import AlertException, Standing
from auditapp.cases.excepting.previewing import Preview, preview
from auditapp.cases.excepting.wanted import LONGEST, fields, known_rules
from auditapp.cases.investigation.fields import Wrong
from auditapp.cases.models import Alert
from auditapp.dashboard import excepting
from auditapp.dashboard.alerting import with_people
from auditapp.dashboard.identities import everybody
from auditapp.dashboard.views.unavailable import reads_store
from auditapp.ingest import hints

PAGE, MOST_ALERTS = 50, 50
IN_FORCE = (Standing.ACTIVE, Standing.SCHEDULED)


@require_safe
def exceptions(request: HttpRequest) -> HttpResponse:
    """The exceptions that the address asks for, the newest first."""
    now, standing = clock.now(), request.GET.get("standing", "")
    given = {name: request.GET[name] for name in ("standing", "rule") if request.GET.get(name)}
    rows = AlertException.objects.filter(excepting.standing_at(now, standing))
    if "rule" in given:
        rows = rows.filter(rule=given["rule"])
    page = Paginator(excepting.counted(rows), PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "dashboard/exceptions.html",
        {
            "page": page,
            "exceptions": excepting.shown(page.object_list, now),
            "given": given,
            "query": urlencode(given),
            "standings": Standing.choices,
            "hidden": Alert.objects.exclude(hidden_by=None).count(),
            "may_make": policy.allowed(request.user, "exception-new"),
        },
    )


@require_safe
def exception(request: HttpRequest, key: int) -> HttpResponse:
    """One exception."""
    acts.note(request.user, "viewed exception", key)
    return _page(request, key)


@require_POST
@reads_store
def decide(request: HttpRequest, key: int) -> HttpResponse:
    """Approves, refuses or revokes it."""
    by, reason = request.user.get_username(), request.POST.get("reason", "")
    do = request.POST.get("do", "")
    try:
        if do == "accept":
            deciding.accept(key, by)
        elif do == "refuse":
            deciding.refuse(key, reason, by)
        elif do == "revoke":
            deciding.revoke(key, reason, by)
        else:
            raise Wrong("an exception is approved, refused or revoked")
    except AlertException.DoesNotExist as error:
        raise Http404(f"no exception {key}") from error
    except Wrong as error:
        return _page(request, key, problem=str(error), status=400)
    acts.note(request.user, f"did {do} exception", key)
    hints.assess()
    messages.success(request, "It is done; lists follow at once, scores within a minute.")
    return redirect("exception", key)


def _page(request: HttpRequest, key: int, *, problem: str = "", status: int = 200) -> HttpResponse:
    rows = excepting.counted(AlertException.objects.filter(pk=key))
    found = excepting.shown(rows, clock.now())
    if not found:
        raise Http404(f"no exception {key}")
    one = found[0]
    hidden = Alert.objects.filter(hidden_by=key)
    may = policy.allowed(request.user, "exception-decide")
    own = one.row.author == request.user.get_username()
    return render(
        request,
        "dashboard/exception.html",
        {
            "one": one,
            "problem": problem,
            "alerts": with_people(hidden[:MOST_ALERTS]),
            "rules": hidden.order_by().values("rule", "title").annotate(n=Count("pk")),
            "history": one.row.changes.all(),
            "again": urlencode(excepting.parameters(one)),
            "may_accept": may and not own and one.standing is Standing.PROPOSED,
            "may_refuse": may and one.standing is Standing.PROPOSED,
            "may_revoke": may and one.standing in IN_FORCE,
        },
        status=status,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@reads_store
def make(request: HttpRequest) -> HttpResponse:
    """The form with a preview, or the deed. `alert` alone fills the form from that alert."""
    now = clock.now()
    told = request.POST if request.method == "POST" else request.GET
    given = excepting.asked(told, now)
    if given.given.keys() == {"alert"}:
        given = excepting.asked(_from_alert(given.given["alert"]), now)
    if request.method == "POST" and given.wanted:
        try:
            made = deciding.make(
                given.wanted, given.given.get("reason", ""), request.user.get_username()
            )
        except Wrong as error:
            given = excepting.Asked(given=given.given, problem=str(error))
        else:
            return _made(request, made)
    return render(
        request,
        "dashboard/exception_new.html",
        {
            "asked": given,
            "given": given.given,
            "preview": _previewed(preview(given.wanted, now)) if given.wanted else None,
            "rules": sorted(known_rules().items(), key=lambda each: each[1].casefold()),
            "fields": fields(),
            "places": excepting.PLACES,
            "everybody": everybody(),
            "longest": LONGEST.days,
            "today": f"{now:%Y-%m-%d}",
            "usual": f"{now + excepting.USUAL:%Y-%m-%d}",
        },
        status=400 if request.method == "POST" else 200,
    )


def _from_alert(text: str) -> dict[str, str]:
    digits = text.isascii() and text.isdigit() and len(text) < 19
    alert = Alert.objects.filter(pk=int(text)).first() if digits else None
    if alert is None:
        raise Http404("no such alert")
    return excepting.from_alert(alert, clock.now())


def _made(request: HttpRequest, made: AlertException) -> HttpResponse:
    acts.note(request.user, "made exception", made)
    hints.assess()
    if made.standing(clock.now()) is Standing.PROPOSED:
        messages.success(request, f"{made} is proposed: somebody else must approve it.")
    else:
        messages.success(request, f"{made} is in force; scores follow within a minute.")
    return redirect("exception", made.pk)


def _previewed(found: Preview) -> dict[str, object]:
    """The preview, with people as pages name them."""
    names = pseudonyms.shown_all(person for person, _ in found.people if person)
    return {
        "told": found,
        "alerts": with_people(found.alerts),
        "people": [
            (pseudonyms.reference(person), names[person], count)
            if person
            else ("", "unknown actor", count)
            for person, count in found.people
        ],
    }
