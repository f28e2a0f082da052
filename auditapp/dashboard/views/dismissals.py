"""Findings that people judged innocent: who said so, why, and how that stands."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from auditapp.accounts import acts, policy, pseudonyms
from auditapp.cases.dismissing import deciding
from auditapp.cases.dismissing.judged import Judged
from auditapp.cases.dismissing.models import Dismissal
from auditapp.cases.excepting.models import State
from auditapp.cases.investigation.fields import Wrong
from auditapp.dashboard import dismissing
from auditapp.ingest import hints

PAGE = 50
NAMED = ("finding", "score", "reason")


@require_safe
def dismissals(request: HttpRequest) -> HttpResponse:
    """The judgements that the address asks for, the newest first."""
    state = request.GET.get("state", "")
    rows = dismissing.of_state(state)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "dashboard/dismissals.html",
        {
            "page": page,
            "dismissals": dismissing.shown(page.object_list),
            "state": state,
            "query": urlencode({"state": state} if state else {}),
            "states": [(each.value, dismissing.LABELS[each]) for each in State],
        },
    )


@require_safe
def dismissal(request: HttpRequest, key: int) -> HttpResponse:
    """One judgement."""
    acts.note(request.user, "viewed dismissal", key)
    return _page(request, key)


@require_POST
def decide(request: HttpRequest, key: int) -> HttpResponse:
    """Approves, refuses or revokes it."""
    by, words = request.user.get_username(), request.POST.get("words", "")
    do = request.POST.get("do", "")
    try:
        if do == "accept":
            deciding.accept(key, by)
        elif do == "refuse":
            deciding.refuse(key, words, by)
        elif do == "revoke":
            deciding.revoke(key, words, by)
        else:
            raise Wrong("a judgement is approved, refused or revoked")
    except Dismissal.DoesNotExist as error:
        raise Http404(f"no dismissal {key}") from error
    except Wrong as error:
        return _page(request, key, problem=str(error), status=400)
    acts.note(request.user, f"did {do} dismissal", key)
    hints.assess()
    messages.success(request, "It is done; scores follow within a minute.")
    return redirect("dismissal", key)


@require_http_methods(["GET", "HEAD", "POST"])
def make(request: HttpRequest) -> HttpResponse:
    """The form for one finding, or the deed."""
    told = request.POST if request.method == "POST" else request.GET
    named = {name: told.get(name, "") for name in NAMED if told.get(name)}
    problem, judged = "", None
    try:
        judged = dismissing.asked(named)
        if request.method == "POST":
            by = request.user.get_username()
            return _made(request, deciding.dismiss(judged, request.POST.get("words", ""), by))
    except Wrong as error:
        problem = str(error)
    return render(
        request,
        "dashboard/dismissal_new.html",
        {"judged": judged, "named": named, "problem": problem, **_about(judged)},
        status=400 if problem else 200,
    )


def _about(judged: Judged | None) -> dict[str, object]:
    """Whom it is about."""
    if judged is None:
        return {}
    return {
        "person": pseudonyms.reference(judged.person),
        "name": pseudonyms.shown(judged.person),
    }


def _made(request: HttpRequest, made: Dismissal) -> HttpResponse:
    acts.note(request.user, "made dismissal", made)
    hints.assess()
    if made.state == State.PROPOSED:
        messages.success(request, f"{made} is proposed: somebody else must approve it.")
    else:
        messages.success(request, f"{made} is in force; scores follow within a minute.")
    return redirect("dismissal", made.pk)


def _page(request: HttpRequest, key: int, *, problem: str = "", status: int = 200) -> HttpResponse:
    found = dismissing.shown(Dismissal.objects.filter(pk=key))
    if not found:
        raise Http404(f"no dismissal {key}")
    one = found[0]
    may = policy.allowed(request.user, "dismissal-decide")
    own = one.row.author == request.user.get_username()
    proposed = one.row.state == State.PROPOSED
    return render(
        request,
        "dashboard/dismissal.html",
        {
            "one": one,
            "problem": problem,
            "history": one.row.changes.all(),
            "may_accept": may and not own and proposed,
            "may_refuse": may and proposed,
            "may_revoke": may and one.row.state == State.ACCEPTED,
        },
        status=status,
    )
