"""Signing in and out."""

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from auditapp.accounts.attempts import LIMIT
from auditapp.accounts.models import Role, User

pytestmark = pytest.mark.django_db

RIGHT = "a long enough password"


@pytest.fixture(autouse=True)
def forget_attempts() -> None:
    cache.clear()


def sign_in(client: Client, name: str, password: str, **more: str) -> int:
    """Status of the answer."""
    form = {"username": name, "password": password, **more}
    return client.post(reverse("sign-in"), form).status_code


def test_the_right_password_leads_to_the_overview(client: Client) -> None:
    User.objects.create_user("ines", password=RIGHT, role=Role.INVESTIGATOR)
    answer = client.post(reverse("sign-in"), {"username": "ines", "password": RIGHT})
    assert answer["Location"] == reverse("overview")


def test_an_administrator_is_led_to_the_feeds(client: Client) -> None:
    User.objects.create_user("root", password=RIGHT, role=Role.ADMINISTRATOR)
    answer = client.post(reverse("sign-in"), {"username": "root", "password": RIGHT})
    assert answer["Location"] == reverse("feeds")


def test_no_other_site_is_led_to(client: Client) -> None:
    User.objects.create_user("ines", password=RIGHT)
    form = {"username": "ines", "password": RIGHT, "next": "https://evil.example/"}
    answer = client.post(reverse("sign-in"), form)
    assert answer["Location"] == reverse("overview")


def test_a_wrong_password_does_not_say_which_of_the_two_was_wrong(client: Client) -> None:
    User.objects.create_user("ines", password=RIGHT)
    wrong = client.post(reverse("sign-in"), {"username": "ines", "password": "x"})
    nobody = client.post(reverse("sign-in"), {"username": "nobody", "password": "x"})
    sentence = "This user name and password do not belong together."
    assert sentence in wrong.content.decode()
    assert sentence in nobody.content.decode()


def test_after_too_many_tries_even_the_right_password_waits(client: Client) -> None:
    User.objects.create_user("ines", password=RIGHT)
    assert [sign_in(client, "ines", "wrong") for _ in range(LIMIT)] == [200] * LIMIT
    assert sign_in(client, "INES", RIGHT) == 429
    assert sign_in(client, "somebody else", "wrong") == 200


def test_signing_in_in_time_forgets_the_failures(client: Client) -> None:
    User.objects.create_user("ines", password=RIGHT)
    for _ in range(LIMIT - 1):
        sign_in(client, "ines", "wrong")
    assert sign_in(client, "ines", RIGHT) == 302
    client.logout()
    assert sign_in(client, "ines", "wrong") == 200
    assert sign_in(client, "ines", RIGHT) == 302


def test_signing_out_is_by_post_only(client: Client) -> None:
    client.force_login(User.objects.create_user("ines"))
    assert client.get(reverse("sign-out")).status_code == 405
    assert client.post(reverse("sign-out")).status_code == 302
    assert client.get(reverse("overview")).status_code == 302


def test_signing_out_needs_the_token_against_forgery() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.create_user("ines"))
    assert client.post(reverse("sign-out")).status_code == 403


def test_a_fragment_that_meets_an_ended_session_sends_the_whole_page_to_sign_in(
    client: Client,
) -> None:
    answer = client.get(reverse("sign-in"), headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == reverse("sign-in")


def test_nobody_can_sign_in_without_an_account(client: Client) -> None:
    assert sign_in(client, "admin", "admin") == 200
    assert not User.objects.exists()
