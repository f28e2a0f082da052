"""The page of destinations: the secret is shown once, and who may not read lets nobody else."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from auditapp.accounts.models import Role
from auditapp.outgoing import signing
from auditapp.outgoing.models import Delivery, Destination
from tests.auditapp.dashboard.organisation import HOSTILE
from tests.auditapp.dashboard.test_pages import assert_harmless, read
from tests.auditapp.dashboard.test_tokens import somebody, text_of
from tests.auditapp.outgoing.receiver import receiving

pytestmark = pytest.mark.django_db
ASKED = {
    "name": "siem",
    "url": "https://siem.example/hook",
    "kind": ["alerts", "silence"],
    "severity": "high",
    "level": "high",
}


@pytest.fixture
def investigator() -> Client:
    """An investigator's browser."""
    return somebody(Role.INVESTIGATOR)


def test_a_destination_is_added_and_its_secret_shown_once(investigator: Client) -> None:
    page = investigator.post(reverse("outgoing"), ASKED).content.decode()
    made = Destination.objects.get()
    assert text_of(page) == signing.secret(made)
    assert (made.kinds, made.minimal_severity) == (["alerts", "silence"], "high")
    again = read(investigator, reverse("outgoing"))
    assert "siem.example" in again
    assert "whsec_" not in again


@pytest.mark.parametrize(
    "changed",
    [
        {"name": ""},
        {"name": "x" * 101},
        {"name": "a\x07"},
        {"url": "http://siem.example/"},
        {"url": "https://u:p@siem.example/"},
        {"url": "javascript:alert(1)"},
        {"url": "https://siem.example/" + "x" * 1000},
        {"kind": []},
        {"kind": ["everything"]},
        {"severity": "awful"},
        {"level": "none"},
    ],
)
def test_what_makes_no_sense_is_refused(investigator: Client, changed: dict[str, object]) -> None:
    answer = investigator.post(reverse("outgoing"), {**ASKED, **changed})
    assert answer.status_code == 400
    assert "Nothing was done" in answer.content.decode()
    assert not Destination.objects.exists()


def test_a_name_is_taken_once(investigator: Client) -> None:
    investigator.post(reverse("outgoing"), ASKED)
    assert investigator.post(reverse("outgoing"), ASKED).status_code == 400


def test_who_may_not_read_activity_lets_nobody_else() -> None:
    admin = somebody(Role.ADMINISTRATOR)
    assert admin.post(reverse("outgoing"), ASKED).status_code == 403
    assert not Destination.objects.exists()
    assert admin.post(reverse("outgoing"), {**ASKED, "kind": ["silence"]}).status_code == 200
    other = Destination.objects.create(name="other", url="https://siem.example/", kinds=["risk"])
    address = reverse("outgoing-change", args=[other.pk])
    for what in ("test", "enable", "rotate", "replay"):
        assert admin.post(address, {"do": what}).status_code == 403
    assert admin.post(address, {"do": "disable"}).status_code == 302
    other.refresh_from_db()
    assert not other.enabled


def test_a_test_is_sent_at_once_and_its_fate_told(investigator: Client, settings: Settings) -> None:
    settings.OUTGOING_HTTP, settings.OUTGOING_ALLOWED = True, ["127.0.0.0/8"]
    with receiving() as receiver:
        made = Destination.objects.create(name="siem", url=receiver.url, kinds=["alerts"])
        address = reverse("outgoing-change", args=[made.pk])
        page = investigator.post(address, {"do": "test"}, follow=True).content.decode()
        assert "The test arrived at siem." in page
        receiver.answers.append(500)
        page = investigator.post(address, {"do": "test"}, follow=True).content.decode()
        assert "did not arrive at siem: answered 500" in page
        assert len(receiver.came) == 2


def test_a_new_secret_and_the_old_one_overlap(investigator: Client) -> None:
    made = Destination.objects.create(name="siem", url="https://siem.example/", kinds=["alerts"])
    old = made.salt
    address = reverse("outgoing-change", args=[made.pk])
    page = investigator.post(address, {"do": "rotate"}).content.decode()
    made.refresh_from_db()
    assert text_of(page) == signing.secret(made)
    assert made.old_salt == old != made.salt
    assert made.old_until and made.old_until > timezone.now() + timedelta(hours=23)


def test_what_happened_while_it_was_disabled_is_not_told(investigator: Client) -> None:
    made = Destination.objects.create(
        name="siem", url="https://siem.example/", kinds=["alerts"], positions={"alerts": ["x", 1]}
    )
    address = reverse("outgoing-change", args=[made.pk])
    investigator.post(address, {"do": "disable"})
    investigator.post(address, {"do": "enable"})
    made.refresh_from_db()
    assert made.enabled
    assert made.positions == {}
    assert made.since > timezone.now() - timedelta(minutes=1)
    investigator.post(address, {"do": "delete"})
    assert not Destination.objects.exists()
    assert investigator.post(address, {"do": "test"}).status_code == 404


def test_what_was_given_up_is_seen_and_tried_again(investigator: Client) -> None:
    made = Destination.objects.create(name="siem", url="https://siem.example/", kinds=["alerts"])
    one = Delivery.objects.create(
        destination=made, message="msg_1", kind="alerts", key="k", body="{}", error=HOSTILE
    )
    Delivery.objects.update(state="given_up", finished=timezone.now())
    page = read(investigator, f"{reverse('outgoing')}?state=given_up&to={made.pk}&page=x")
    assert_harmless(page)
    assert "given up" in page
    assert reverse("outgoing-change", args=[made.pk]) in page
    investigator.post(reverse("outgoing-change", args=[made.pk]), {"do": "replay"})
    one.refresh_from_db()
    assert one.state == "waiting"
    assert read(investigator, f"{reverse('outgoing')}?state=x&to=²")


def test_hostile_names_stay_text(investigator: Client) -> None:
    Destination.objects.create(name=HOSTILE[:100], url=HOSTILE, kinds=[HOSTILE], trouble=HOSTILE)
    assert_harmless(read(investigator, reverse("outgoing")))
