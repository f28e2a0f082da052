"""Gives an account to somebody, splits it off from a day on, marks its use; merges two people.
Each says first what will change."""

from dataclasses import dataclass, field
from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from analytics.event import readable
from analytics.identity import ATTRIBUTED, IdentityError, Use, normalise
from analytics.moments import midnight
from auditapp.accounts import pseudonyms
from auditapp.cases import identities
from auditapp.cases.identities import Gift
from auditapp.dashboard.identities import everybody
from auditapp.ingest import hints
from auditapp.people.directory import directory
from auditapp.people.models import IdentityChange, Person
from auditapp.people.seen import Reach, reach_of

METHODS = ["GET", "HEAD", "POST"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the form says; `problem` is why it makes no sense, empty where it does."""

    given: dict[str, str] = field(default_factory=dict)
    gift: Gift | None = None
    problem: str = ""


@require_http_methods(METHODS)
def give(request: HttpRequest) -> HttpResponse:
    """The form with a preview, or the deed."""
    asked = _gift(request.POST if request.method == "POST" else request.GET)
    if request.method == "POST" and asked.gift:
        try:
            identities.give(asked.gift, request.user.get_username(), _action(asked.gift))
        except IdentityError as error:
            asked = Asked(given=asked.given, problem=str(error))
        else:
            hints.assess()
            messages.success(request, f"{asked.given['account']} was changed; scores follow.")
            person = asked.given.get("person")
            return redirect("identity", person) if person else redirect("unknown-accounts")
    return render(
        request,
        "dashboard/identity_give.html",
        {
            "asked": asked,
            "given": asked.given,
            "preview": _preview(asked.gift) if asked.gift else None,
            "uses": [(use.value, use in ATTRIBUTED) for use in Use],
            "everybody": everybody(),
        },
        status=400 if request.method == "POST" else 200,
    )


def _action(gift: Gift) -> IdentityChange.Action:
    if gift.use not in ATTRIBUTED:
        return IdentityChange.Action.MARKED
    return IdentityChange.Action.SPLIT if gift.since else IdentityChange.Action.ASSIGNED


def _gift(told: QueryDict) -> Asked:
    names = ("account", "person", "since", "use")
    given = _filled(told, names)
    if "use" not in given:
        return Asked(given=given)
    try:
        person = _person(given.get("person", ""))
        use = Use(given["use"])
        if person is None and use in ATTRIBUTED:
            return Asked(given=given, problem=f"Whose is it? What is {use} is somebody’s.")
        gift = Gift(
            account=normalise(given.get("account", "")),
            person=person.id if person else "",
            since=midnight(date.fromisoformat(given["since"])) if "since" in given else None,
            use=use,
        )
    except ValueError as error:
        return Asked(given=given, problem=str(error))
    return Asked(given=given, gift=gift)


def _filled(told: QueryDict, names: tuple[str, ...]) -> dict[str, str]:
    values = {name: readable(str(told.get(name, ""))).strip() for name in names}
    return {name: value for name, value in values.items() if value}


def _person(reference: str) -> Person | None:
    """None for no reference. Raises IdentityError where it is nobody's."""
    found = pseudonyms.dereference(reference) if reference else None
    if reference and found is None:
        raise IdentityError(f"nobody is known as {reference!r}")
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """Whose an account is until now, and what giving it away concerns."""

    before: list[tuple[str, str, str]]  # whose, use, time
    after: str
    reach: Reach


def _preview(gift: Gift) -> Preview:
    links = directory().links_to(gift.account)
    names = pseudonyms.shown_all(link.person for link in links if link.person)
    spans = (
        [f"{link.since:%Y-%m-%d}" if link.since else "always" for link in links],
        [f"{link.until:%Y-%m-%d}" if link.until else "now" for link in links],
    )
    before = [
        (names.get(link.person, "nobody"), link.use.value, f"{since} – {until}")
        for link, since, until in zip(links, *spans, strict=True)
    ]
    return Preview(
        before=before,
        after=pseudonyms.shown(gift.person) if gift.person else "nobody",
        reach=reach_of([gift.account], gift.since.date() if gift.since else None),
    )


@require_http_methods(METHODS)
def merge(request: HttpRequest) -> HttpResponse:
    """The form with a preview, or the deed."""
    told = request.POST if request.method == "POST" else request.GET
    given = _filled(told, ("one", "into"))
    problem, pair = "", None
    try:
        one, into = _person(given.get("one", "")), _person(given.get("into", ""))
        if one and into:
            if one == into:
                raise IdentityError("these are one and the same already")
            pair = (one, into)
        if request.method == "POST" and pair:
            identities.merge(pair[0].id, pair[1].id, request.user.get_username())
            hints.assess()
            messages.success(request, "The two are one person now; scores follow.")
            return redirect("identity", given["into"])
    except IdentityError as error:
        problem = str(error)
    return render(
        request,
        "dashboard/identity_merge.html",
        {
            "given": given,
            "problem": problem,
            "both": [_side(person) for person in pair] if pair else None,
            "reach": _reach(pair) if pair else None,
            "everybody": everybody(),
        },
        status=400 if request.method == "POST" else 200,
    )


def _side(person: Person) -> tuple[str, Person, list[str]]:
    accounts = person.links.order_by("account").values_list("account", flat=True)
    return pseudonyms.shown(person.id), person, list(accounts)


def _reach(pair: tuple[Person, Person]) -> Reach:
    return reach_of(link.account for person in pair for link in person.links.all())
