"""Accounts that belong to nobody: whose they may be, and what somebody decides about them."""

from collections import Counter
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from analytics.event import readable
from analytics.identity import IdentityError, Use
from analytics.identity.proposals import Proposal
from auditapp.accounts import policy, pseudonyms
from auditapp.cases import identities
from auditapp.cases.identities import Gift
from auditapp.ingest import hints
from auditapp.people import proposing, seen
from auditapp.people.directory import directory
from auditapp.people.models import IdentityChange

PAGE = 25
SURE = 0.5  # from here on a proposal may be accepted with others
MARKS = ("service", "bot", "shared")
KEPT = ("kind", "show")


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A proposal as the page shows it; `value` is what its buttons send."""

    reference: str
    name: str
    percent: int
    reasons: tuple[str, ...]
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An unknown account with its proposals, and whose it was (reference and name); `value` is
    what its box sends."""

    seen: seen.Seen
    value: str
    offers: list[Offer]
    former: list[tuple[str, str]]


@require_safe
def unknown(request: HttpRequest) -> HttpResponse:
    """The unknown accounts: those with the surest proposals first, then the busiest."""
    known = directory()
    every = seen.unknown(known)
    proposals = proposing.proposals((one.account for one in every), known)
    given = {name: request.GET[name] for name in KEPT if request.GET.get(name)}
    chosen = [one for one in every if _asked(one, given, proposals)]
    chosen.sort(key=lambda one: -_surest(proposals.get(one.account)))
    page = Paginator(chosen, PAGE).get_page(request.GET.get("page"))
    kinds = Counter(one.account.partition(":")[0] for one in every)
    return render(
        request,
        "dashboard/unknown.html",
        {
            "page": page,
            "rows": _rows(page.object_list, proposals),
            "total": len(every),
            "proposed": len(proposals),
            "kinds": sorted(kinds.items()),
            "given": given,
            "query": urlencode(given),
            "marks": MARKS,
            "sure": round(SURE * 100),
            "may_read": policy.reads_activity(request.user),
            "may_change": policy.allowed(request.user, "unknown-decide"),
        },
    )


def _asked(one: seen.Seen, given: dict[str, str], proposals: dict[str, list[Proposal]]) -> bool:
    if given.get("kind", "") not in ("", one.account.partition(":")[0]):
        return False
    show = given.get("show")
    return (
        (show != "proposed" or one.account in proposals)
        and (show != "former" or bool(one.former))
        and (show != "machines" or bool(one.looks_like))
    )


def _surest(proposals: list[Proposal] | None) -> float:
    return round(proposals[0].confidence, 1) if proposals else 0


def _rows(page: Any, proposals: dict[str, list[Proposal]]) -> list[Row]:
    shown = list(page)
    people = {one.person for row in shown for one in proposals.get(row.account, ())}
    people.update(person for row in shown for person in row.former)
    names = pseudonyms.shown_all(people)
    references = {person: pseudonyms.reference(person) for person in people}
    return [
        Row(
            seen=one,
            value=urlencode({"account": one.account}),
            offers=[
                Offer(
                    reference=references[offer.person],
                    name=names[offer.person],
                    percent=round(offer.confidence * 100),
                    reasons=offer.reasons,
                    value=urlencode({"account": one.account, "person": references[offer.person]}),
                )
                for offer in proposals.get(one.account, ())
            ],
            former=[(references[person], names[person]) for person in one.former],
        )
        for one in shown
    ]


@require_POST
def decide(request: HttpRequest) -> HttpResponse:
    """Accepts or refuses one proposal, or does the same with all chosen accounts."""
    author = request.user.get_username()
    try:
        if "accept" in request.POST:
            account, person = _pair(request.POST["accept"])
            identities.accept(account, person, author)
            messages.success(request, f"{account} is {pseudonyms.shown(person)}’s.")
        elif "refuse" in request.POST:
            account, person = _pair(request.POST["refuse"])
            identities.refuse(account, person, author)
            messages.success(request, f"{account} is not {pseudonyms.shown(person)}’s.")
        else:
            messages.success(request, _in_bulk(request, author))
    except IdentityError as error:
        return HttpResponseBadRequest(str(error))
    hints.assess()
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = reverse("unknown-accounts")
    return redirect(back)


def _pair(text: str) -> tuple[str, str]:
    """Account and person of a button. Raises IdentityError."""
    person = pseudonyms.dereference(_told(text, "person"))
    if person is None:
        raise IdentityError("nobody is known by that name")
    return _told(text, "account"), person.id


def _told(text: str, name: str) -> str:
    """One value of a button or box: encoded, as hostile text is not for markup."""
    try:
        return readable(parse_qs(text, max_num_fields=4).get(name, [""])[0])
    except ValueError as error:
        raise IdentityError("this is not what the page offered") from error


def _in_bulk(request: HttpRequest, author: str) -> str:
    """What was done with the chosen accounts. Raises IdentityError."""
    action = request.POST.get("action", "")
    chosen = [_told(one, "account") for one in request.POST.getlist("chosen")]
    if not chosen:
        return "No account was chosen."
    if action in MARKS:
        for account in chosen:
            gift = Gift(account=account, use=Use(action))
            identities.give(gift, author, IdentityChange.Action.MARKED)
        return f"{_counted(len(chosen))} marked as {action}."
    if action not in ("accept", "refuse"):
        raise IdentityError("there is no such action")
    made = proposing.proposals(chosen, directory())
    sure = [found[0] for found in made.values() if found[0].confidence >= SURE]
    if action == "accept":
        for one in sure:
            identities.accept(one.account, one.person, author)
        rest = len(chosen) - len(sure)
        left = f"; {_counted(rest)} had no proposal that is sure enough" if rest else ""
        return f"{_counted(len(sure))} accepted{left}."
    for found in made.values():
        for one in found:
            identities.refuse(one.account, one.person, author)
    return f"The proposals for {_counted(len(made))} were refused."


def _counted(number: int) -> str:
    return f"{number} account{'' if number == 1 else 's'}"
