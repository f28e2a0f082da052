"""The page of tokens: shown once, given only by who may, ended at once."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from auditapp.accounts.models import ApiToken, Role, User
from auditapp.accounts.scopes import ACTIVITY, Scope, may_give
from tests.auditapp.dashboard.organisation import HOSTILE
from tests.auditapp.dashboard.test_pages import assert_harmless, read

pytestmark = pytest.mark.django_db
ASKED = {"name": "shipper", "scope": ["ingest"], "feeds": "lab\r\nmail\r\n", "days": "30"}


def somebody(role: Role) -> Client:
    """A browser in which somebody of that role is signed in."""
    client = Client()
    client.force_login(User.objects.create_user(f"one-{role}", role=role))
    return client


@pytest.fixture
def admin() -> Client:
    """An administrator's browser."""
    return somebody(Role.ADMINISTRATOR)


def text_of(page: str) -> str:
    """The token that the page shows; empty where it shows none."""
    return page.partition('<code class="secret" tabindex="0">')[2].partition("<")[0]


def test_a_token_is_shown_in_the_answer_and_never_again(admin: Client) -> None:
    answer = admin.post(reverse("tokens"), {**ASKED, "source": ["auditd"]})
    text = text_of(answer.content.decode())
    token = ApiToken.objects.get(digest=ApiToken.hash(text))
    assert (token.all_feeds, token.sources, token.scopes) == (
        ("lab", "mail"),
        ["auditd"],
        ["ingest"],
    )
    assert token.created_by and token.created_by.username == "one-administrator"
    assert token.expires and 29 <= (token.expires - timezone.now()).days <= 30
    assert answer["Cache-Control"] == "private, no-store"
    again = read(admin, reverse("tokens"))
    assert "shipper" in again
    assert text not in again


@pytest.mark.parametrize(
    "changed",
    [
        {"name": ""},
        {"name": "x" * 101},
        {"name": "a\x07b"},
        {"feeds": ""},
        {"feeds": "x" * 101},
        {"scope": []},
        {"scope": ["read:everything"]},
        {"scope": ["read:feeds"]},
        {"source": ["carrier_pigeon"]},
        {"days": "0"},
        {"days": "-1"},
        {"days": "²"},
        {"days": "99999999"},
    ],
)
def test_what_makes_no_sense_is_refused_and_the_form_keeps_it(
    admin: Client, changed: dict[str, object]
) -> None:
    answer = admin.post(reverse("tokens"), {**ASKED, **changed})
    assert answer.status_code == 400
    assert "Nothing was done" in answer.content.decode()
    assert "lab" in answer.content.decode() or "feeds" in changed
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize("scope", sorted(ACTIVITY))
def test_only_an_investigator_gives_what_reads_activity(admin: Client, scope: str) -> None:
    asked = {"name": "siem", "scope": [scope], "days": "1"}
    assert admin.post(reverse("tokens"), asked).status_code == 403
    assert not ApiToken.objects.exists()
    other = somebody(Role.INVESTIGATOR)
    token = ApiToken.objects.get(
        digest=ApiToken.hash(text_of(other.post(reverse("tokens"), asked).content.decode()))
    )
    assert admin.post(reverse("token-rotate", args=[token.pk])).status_code == 403
    assert admin.post(reverse("token-revoke", args=[token.pk])).status_code == 302


def test_every_scope_has_somebody_who_may_give_it() -> None:
    for scope in Scope.values:
        givers = {role for role in Role.values if may_give(role, scope)}
        assert Role.INVESTIGATOR in givers
        assert givers <= {Role.INVESTIGATOR, Role.ADMINISTRATOR}
    assert not may_give(Role.INVESTIGATOR, "read:everything")
    assert not may_give(None, "ingest")


def test_a_rotated_token_is_shown_once_and_the_old_one_lasts_a_while(admin: Client) -> None:
    old, _ = ApiToken.issue(name="shipper", feed="lab")
    answer = admin.post(reverse("token-rotate", args=[old.pk]), {"hours": "5"})
    new = ApiToken.objects.get(digest=ApiToken.hash(text_of(answer.content.decode())))
    old.refresh_from_db()
    assert new.rotated_from == old
    assert old.expires
    assert timedelta(hours=4) < old.expires - timezone.now() <= timedelta(hours=5)


@pytest.mark.parametrize("hours", ["-1", "x", "721"])
def test_an_overlap_that_makes_no_sense_is_refused(admin: Client, hours: str) -> None:
    old, _ = ApiToken.issue(name="shipper", feed="lab")
    answer = admin.post(reverse("token-rotate", args=[old.pk]), {"hours": hours})
    assert answer.status_code == 400
    assert ApiToken.objects.count() == 1


def test_a_revoked_token_ends_at_once_and_stays_in_the_list(admin: Client) -> None:
    token, _ = ApiToken.issue(name="shipper", feed="lab")
    assert admin.post(reverse("token-revoke", args=[token.pk])).status_code == 302
    token.refresh_from_db()
    assert not token.valid(timezone.now())
    assert "revoked" in read(admin, reverse("tokens"))
    assert admin.post(reverse("token-revoke", args=[token.pk])).status_code == 400
    assert admin.post(reverse("token-rotate", args=[token.pk])).status_code == 400


def test_hostile_names_stay_text(admin: Client) -> None:
    ApiToken.issue(name=HOSTILE, feed=HOSTILE, sources=[HOSTILE], scopes=[HOSTILE])
    assert_harmless(read(admin, reverse("tokens")))
    answer = admin.post(reverse("tokens"), {**ASKED, "name": HOSTILE, "feeds": HOSTILE})
    assert "<img" not in answer.content.decode()  # the form keeps what was typed, as text
    assert "<script>" not in answer.content.decode()
