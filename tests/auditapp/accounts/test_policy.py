"""Every address of the site is in the policy, and the policy holds for every role."""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, reverse

from auditapp.accounts import urls as account_urls
from auditapp.accounts.models import Role, User
from auditapp.accounts.policy import DECIDERS, EVERYBODY, KEEPERS, POLICY, READERS
from auditapp.dashboard import urls as dashboard_urls

pytestmark = pytest.mark.django_db

PUBLIC = {"sign-in"}
ARGUMENTS: dict[str, list[object]] = {
    "person": ["p001"],
    "event": ["e1"],
    "events-export": ["csv"],
    "alert-state": [1],
    **{f"case{what}": [1] for what in ("", "-edit", "-decide", "-note", "-remove")},
    "exception": [1],
    "exception-decide": [1],
    "dismissal": [1],
    "dismissal-decide": [1],
    "feed": ["shell"],
    "feed-expect": ["shell"],
    "batch": [uuid4()],
    "rule": ["history_tampering"],
    "panel": ["score_over_time"],
    "identity": ["p001"],
    "identity-draft": [1],
    "token-rotate": [1],
    "token-revoke": [1],
    "outgoing-change": [1],
}
POSTED = (
    *(
        "exception-decide",
        "dismissal-decide",
        "alert-state",
        "alert-states",
        "sign-out",
        "unknown-decide",
    ),
    *("case-add", "case-edit", "case-decide", "case-note", "case-remove"),
    *("dead-letter-replay", "dead-letter-discard", "feed-expect"),
    *("token-rotate", "token-revoke", "outgoing-change"),
)
PAGES: list[URLPattern] = [*account_urls.urlpatterns, *dashboard_urls.urlpatterns]
NAMES = sorted(str(page.name) for page in PAGES)


def client_of(role: str) -> Client:
    """A browser in which somebody of that role is signed in."""
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.create_user(f"one-{role}", password=None, role=role))
    return client


def test_every_address_stands_in_the_policy() -> None:
    assert set(NAMES) - PUBLIC == set(POLICY)


@pytest.mark.parametrize("role", Role.values)
@pytest.mark.parametrize("name", sorted(POLICY))
def test_a_role_is_let_in_exactly_where_the_policy_says(name: str, role: str) -> None:
    address = reverse(name, args=ARGUMENTS.get(name))
    client = client_of(role)
    answer = client.post(address) if name in POSTED else client.get(address)
    assert (answer.status_code != 403) == (role in POLICY[name])


@pytest.mark.parametrize("name", sorted(POLICY))
def test_nobody_is_let_in_without_signing_in(name: str) -> None:
    answer = Client().get(reverse(name, args=ARGUMENTS.get(name)))
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("sign-in"))


def test_an_administrator_reads_nobodys_activity() -> None:
    assert Role.ADMINISTRATOR not in READERS
    seen = {name for name, roles in POLICY.items() if Role.ADMINISTRATOR in roles}
    who_is_who = {name for name in POLICY if name.startswith(("identit", "unknown-"))}
    feeds = {"feeds", "feed", "feed-expect", "batch", "readiness"}
    dead_letters = {"dead-letters", "dead-letter-replay", "dead-letter-discard"}
    tokens = {"tokens", "token-rotate", "token-revoke", "outgoing", "outgoing-change"}
    rules = {"rules", "rule", "weights"}
    assert seen - who_is_who == feeds | dead_letters | tokens | rules | {"sign-out"}
    assert all(POLICY[name] in (EVERYBODY, KEEPERS) for name in seen)


def test_only_who_decides_about_alerts_changes_cases_and_every_reader_sees_them() -> None:
    about = {name: roles for name, roles in POLICY.items() if name.startswith("case")}
    assert {name for name, roles in about.items() if roles == READERS} == {"case", "cases"}
    assert {name for name, roles in about.items() if roles == DECIDERS} == {
        *("case-open", "case-add", "case-edit", "case-decide", "case-note", "case-remove")
    }


def test_only_investigators_and_administrators_change_who_is_who() -> None:
    keeping = {name for name, roles in POLICY.items() if roles == KEEPERS}
    changing = {
        name
        for name in keeping
        if not name.startswith(("dead-letter", "feed-", "token", "outgoing"))
    }
    assert {Role.INVESTIGATOR, Role.ADMINISTRATOR} == KEEPERS
    assert changing == {
        *("unknown-decide", "identity-give", "identity-merge"),
        *("identity-import", "identity-draft"),
    }


def test_the_navigation_offers_only_what_a_role_may_see() -> None:
    page = client_of(Role.ADMINISTRATOR).get(reverse("feeds")).content.decode()
    assert f'href="{reverse("rules")}"' in page
    assert f'href="{reverse("alerts")}"' not in page
