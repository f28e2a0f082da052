"""Who may see which page: one table, enforced for every address of the site.

A view is public (`login_required` is False, as REST endpoints are, which check tokens
themselves) or its URL name stands in the table; whatever does neither, nobody may see.
"""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from auditapp.accounts.models import Role, User

Roles = frozenset[str]

EVERYBODY: Roles = frozenset(Role.values)
READERS: Roles = EVERYBODY - {Role.ADMINISTRATOR}
DECIDERS: Roles = frozenset({Role.ANALYST, Role.INVESTIGATOR})
KEEPERS: Roles = frozenset({Role.INVESTIGATOR, Role.ADMINISTRATOR})  # of who is who
OPERATORS: Roles = KEEPERS  # of feeds and batches

POLICY: dict[str, Roles] = {
    "overview": READERS,
    "people": READERS,
    "person": READERS,
    "identities": EVERYBODY,
    "identity": EVERYBODY,
    "identity-changes": EVERYBODY,
    "circumstances": READERS,
    "unknown-accounts": EVERYBODY,
    "unknown-decide": KEEPERS,
    "identity-give": KEEPERS,
    "identity-merge": KEEPERS,
    "identity-import": KEEPERS,
    "identity-draft": KEEPERS,
    "events": READERS,
    "event": READERS,
    "events-export": READERS,
    "alerts": READERS,
    "alert-state": DECIDERS,
    "alert-states": DECIDERS,
    "exceptions": READERS,
    "exception": READERS,
    "exception-new": DECIDERS,
    "exception-decide": DECIDERS,  # nobody approves their own
    "dismissals": READERS,
    "dismissal": READERS,
    "dismissal-new": DECIDERS,
    "dismissal-decide": DECIDERS,  # nobody approves their own
    "cases": READERS,
    "case": READERS,
    "case-open": DECIDERS,
    "case-add": DECIDERS,
    "case-edit": DECIDERS,
    "case-decide": DECIDERS,
    "case-note": DECIDERS,
    "case-remove": DECIDERS,
    "isolation": READERS,
    "review": READERS,
    "traces": READERS,
    "victims": READERS,
    "impact": READERS,
    "impact-decide": DECIDERS,
    "panel": READERS,
    "feeds": EVERYBODY,
    "feed": EVERYBODY,
    "feed-expect": OPERATORS,
    "batch": EVERYBODY,
    "dead-letters": EVERYBODY,
    "dead-letter-replay": OPERATORS,
    "dead-letter-discard": OPERATORS,
    "tokens": OPERATORS,  # what a token may be for depends on who gives it, see scopes
    "token-rotate": OPERATORS,
    "token-revoke": OPERATORS,
    "outgoing": OPERATORS,  # only an investigator lets others be told of what people did
    "outgoing-change": OPERATORS,
    "readiness": EVERYBODY,
    "rules": EVERYBODY,
    "rule": EVERYBODY,
    "weights": EVERYBODY,  # only who reads activity sees whom they would move
    "sign-out": EVERYBODY,
}


def allowed(user: User | AnonymousUser | Any, name: str | None) -> bool:
    """Whether the user's role may see the page of that URL name."""
    return getattr(user, "role", None) in POLICY.get(name or "", frozenset())


def reads_activity(user: User | AnonymousUser | Any) -> bool:
    """Whether the user may read what people did: events, raw lines, reasons."""
    return getattr(user, "role", None) in READERS


def home(user: User | AnonymousUser | Any) -> str:
    """URL name of the first page that the user may see."""
    return "overview" if allowed(user, "overview") else "feeds"


class PolicyMiddleware:
    """Answers 403 where the table does not let the user in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Called by Django."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Passes on, as the check needs the resolved view; nothing about people is cached."""
        response = self.get_response(request)
        if request.user.is_authenticated:
            response.setdefault("Cache-Control", "private, no-store")
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: object, kwargs: object
    ) -> None:
        """Raises PermissionDenied for a page that is not for the user's role, and
        SuspiciousOperation for a NUL, which PostgreSQL cannot look for; a search may hold one."""
        if not getattr(view, "login_required", True):
            return  # the API checks its own labels, and answers in JSON
        asked = [request.path, *(value for name, value in request.GET.items() if name != "q")]
        if any("\x00" in text for text in asked):
            raise SuspiciousOperation("The address holds a NUL.")
        name = request.resolver_match.view_name if request.resolver_match else None
        if not allowed(request.user, name):
            raise PermissionDenied(f"The page {name} is not for your role.")
