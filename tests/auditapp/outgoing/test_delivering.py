"""Deliveries are signed, tried for a day, given up visibly, and tried again by hand."""

import base64
import hashlib
import hmac
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler

import pytest
from django.utils import timezone
from pytest_django import Settings

from auditapp.outgoing import delivering, signing, telling
from auditapp.outgoing.models import Delivery, Destination
from tests.auditapp.outgoing.receiver import Receiver

pytestmark = pytest.mark.django_db
State = Delivery.State


@pytest.fixture
def siem(receiver: Receiver) -> Destination:
    """A destination that is the receiver."""
    return Destination.objects.create(name="siem", url=receiver.url, kinds=["alerts"])


def write(destination: Destination, *keys: str) -> None:
    """A delivery for each key."""
    now = timezone.now()
    telling.write(destination, "alerts", [(key, "test", now, {"key": key}) for key in keys])


def proves(secret: str, headers: dict[str, str], body: bytes) -> list[bool]:
    """Whether each signature is right, as the specification says, written anew."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    right = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    return [one == f"v1,{right}" for one in headers["webhook-signature"].split(" ")]


def test_what_arrives_is_signed_and_whole(receiver: Receiver, siem: Destination) -> None:
    write(siem, "one")
    assert delivering.deliver() == 1
    headers, body = receiver.came[0]
    one = Delivery.objects.get()
    assert (one.state, one.status, one.attempts) == (State.DELIVERED, 204, 1)
    assert body.decode() == one.body
    assert headers["webhook-id"] == one.message
    assert abs(int(headers["webhook-timestamp"]) - timezone.now().timestamp()) < 60
    assert proves(signing.secret(siem), headers, body) == [True]
    assert proves(signing.secret(siem), headers, body + b" ") == [False]
    assert headers[":path"] == "/hooks?a=b"
    assert delivering.deliver() == 0
    assert len(receiver.came) == 1


def test_no_secret_is_kept_and_each_destination_has_its_own(siem: Destination) -> None:
    other = Destination.objects.create(name="other", url=siem.url)
    assert signing.secret(siem) != signing.secret(other)
    kept = str(list(Destination.objects.values()))
    assert signing.secret(siem).removeprefix("whsec_") not in kept


def test_while_a_secret_changes_both_sign(receiver: Receiver, siem: Destination) -> None:
    old = signing.secret(siem)
    siem.old_salt, siem.salt = siem.salt, "other"
    siem.old_until = timezone.now() + timedelta(hours=1)
    siem.save()
    write(siem, "one")
    delivering.deliver()
    headers, body = receiver.came[0]
    assert proves(signing.secret(siem), headers, body) == [True, False]
    assert proves(old, headers, body) == [False, True]
    write(siem, "two")
    delivering.deliver(timezone.now() + timedelta(hours=2))
    assert proves(signing.secret(siem), *receiver.came[1]) == [True]


@pytest.mark.parametrize("status", [300, 400, 404, 429, 500, 503])
def test_what_does_not_arrive_is_tried_again_later(
    receiver: Receiver, siem: Destination, status: int
) -> None:
    write(siem, "one")
    receiver.answers.append(status)
    now = timezone.now()
    assert delivering.deliver(now) == 0
    one = Delivery.objects.get()
    assert (one.state, one.status, one.error) == (State.WAITING, status, f"answered {status}")
    assert now + timedelta(seconds=2) <= one.due <= now + timedelta(seconds=5)
    assert delivering.deliver(now + timedelta(seconds=1)) == 0
    assert len(receiver.came) == 1
    assert delivering.deliver(now + timedelta(seconds=6)) == 1
    assert receiver.came[0][0]["webhook-id"] == receiver.came[1][0]["webhook-id"]


def test_a_destination_that_fails_is_left_alone_and_others_are_not(
    receiver: Receiver, siem: Destination
) -> None:
    other = Destination.objects.create(name="other", url="http://127.0.0.1:1/")
    write(other, *(f"o{number}" for number in range(5)))
    write(siem, "one", "two")
    assert delivering.deliver() == 2
    assert sorted(other.deliveries.values_list("attempts", flat=True)) == [0, 0, 0, 0, 1]


def test_after_a_day_it_is_given_up_and_can_be_tried_again(
    receiver: Receiver, siem: Destination
) -> None:
    write(siem, "one")
    now, tries = timezone.now(), 0
    end = now + timedelta(days=2)
    while Delivery.objects.get().state == State.WAITING:
        now = max(Delivery.objects.get().due, now)
        assert now < end
        receiver.answers.append(500)
        delivering.deliver(now)
        tries += 1
    one = Delivery.objects.get()
    assert one.state == State.GIVEN_UP
    assert timedelta(hours=21) < now - one.first <= timedelta(days=1)
    assert 15 < tries < 60
    assert delivering.deliver(now + timedelta(days=3)) == 0
    assert delivering.replay(siem, now) == 1
    assert delivering.deliver(now) == 1


def test_pauses_double_and_are_never_all_alike() -> None:
    whole = [delivering.pause(tries, 1).total_seconds() for tries in range(1, 5)]
    assert whole == [5, 10, 20, 40]
    assert delivering.pause(1, 0).total_seconds() == 2.5
    assert delivering.pause(10_000, 1) == delivering.LONGEST_PAUSE


def test_retry_after_is_obeyed_within_reason(receiver: Receiver, siem: Destination) -> None:
    def busy(wait: str) -> None:
        def answer(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(429)
            handler.send_header("Retry-After", wait)
            handler.send_header("Content-Length", "0")
            handler.end_headers()

        receiver.answers.append(answer)

    write(siem, "one")
    now = timezone.now()
    due: list[datetime] = []
    for wait in ("600", "999999", "nonsense"):
        busy(wait)
        one = Delivery.objects.get()
        delivering.attempt(one, now)
        due.append(Delivery.objects.get().due)
    assert due[0] == now + timedelta(seconds=600)
    assert due[1] == now + delivering.LONGEST_PAUSE
    assert due[2] < now + timedelta(minutes=1)


def test_a_destination_that_is_gone_is_disabled(receiver: Receiver, siem: Destination) -> None:
    write(siem, "one")
    receiver.answers.append(410)
    delivering.deliver()
    siem.refresh_from_db()
    assert not siem.enabled
    assert "410" in siem.trouble
    assert delivering.deliver(timezone.now() + timedelta(hours=1)) == 0


def test_an_address_that_is_no_longer_allowed_is_not_called(
    receiver: Receiver, siem: Destination, settings: Settings
) -> None:
    write(siem, "one")
    settings.OUTGOING_ALLOWED = []
    assert delivering.deliver() == 0
    assert "not public" in Delivery.objects.get().error
    assert receiver.came == []


def test_what_arrived_long_ago_is_forgotten(receiver: Receiver, siem: Destination) -> None:
    write(siem, "one", "two")
    delivering.deliver()
    now = timezone.now()
    assert delivering.forget(now) == 0
    Delivery.objects.filter(key="one").update(finished=now - timedelta(days=31))
    assert delivering.forget(now) == 1
