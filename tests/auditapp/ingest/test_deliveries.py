"""What is delivered again, or too late, is not taken twice; Kubernetes delivers with a token."""

import base64
import hashlib
import hmac
import json
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as tried
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from auditapp.accounts.models import ApiToken
from auditapp.ingest import deliveries, work
from auditapp.ingest.models import Batch, Delivery
from tests.auditapp.ingest.test_webhooks import BODIES, SECRET, deliver, signed

pytestmark = pytest.mark.django_db
KEY = b"a key of thirty-two bytes, random"
SIGNING = "whsec_" + base64.b64encode(KEY).decode()
IDS = {
    "github": "X-GitHub-Delivery",
    "gitlab": "Idempotency-Key",
    "gitea": "X-Gitea-Delivery",
}
EVENTS = Path(__file__).resolve().parents[2] / "golden/kubernetes_audit"


@pytest.fixture(autouse=True)
def configured(tmp_path: Path, settings: Settings) -> None:
    """A spool and a store of their own, and a feed for each forge."""
    settings.SPOOL = tmp_path / "spool"
    settings.EVENT_STORE_URL = (tmp_path / "lake").as_uri()
    settings.WEBHOOKS = {forge: [("lab", SECRET)] for forge in BODIES}


def send(forge: str, number: int = 0, **headers: str) -> Any:
    """The answer to a delivery that is proven."""
    body = json.dumps({**BODIES[forge], "number": number}).encode()
    return deliver(forge, body, signed(forge, body) | headers)


@pytest.mark.parametrize("forge", IDS)
def test_a_delivery_of_the_same_id_is_taken_once(forge: str) -> None:
    first = send(forge, **{IDS[forge]: "7"})
    again = send(forge, **{IDS[forge]: "7"})
    assert [first.status_code, again.status_code] == [202, 200]
    assert first.json()["batch"] == again.json()["batch"]
    assert Batch.objects.count() == 1
    assert send(forge, **{IDS[forge]: "8"}).status_code == 202


def test_a_delivery_without_an_id_is_known_by_its_body_for_a_short_time() -> None:
    first = send("huggingface")
    assert [send("huggingface").status_code, send("huggingface", 1).status_code] == [200, 202]
    Delivery.objects.update(received=timezone.now() - deliveries.BY_BODY)
    later = send("huggingface")
    assert later.status_code == 202
    assert later.json()["batch"] != first.json()["batch"]
    assert send("huggingface").json()["batch"] == later.json()["batch"]


def test_an_id_is_forgotten_after_a_month() -> None:
    send("github", **{IDS["github"]: "7"})
    Delivery.objects.update(received=timezone.now() - deliveries.WITH_ID + timedelta(hours=1))
    assert deliveries.forget() == 0
    Delivery.objects.update(received=timezone.now() - deliveries.WITH_ID - timedelta(hours=1))
    assert deliveries.forget() == 1


def test_what_was_refused_may_come_again(settings: Settings) -> None:
    settings.SPOOL_LIMIT_BYTES = 1
    assert send("github", **{IDS["github"]: "7"}).status_code == 429
    assert not Delivery.objects.exists()
    settings.SPOOL_LIMIT_BYTES = 1 << 30
    assert send("github", **{IDS["github"]: "7"}).status_code == 202


@pytest.mark.django_db(transaction=True)
def test_of_deliveries_at_the_same_moment_one_is_taken() -> None:
    statuses: list[int] = []

    def once() -> None:
        statuses.append(send("gitea", **{IDS["gitea"]: "7"}).status_code)
        connection.close()

    threads = [threading.Thread(target=once) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses.count(202) == 1
    assert set(statuses) <= {200, 202}
    assert Batch.objects.count() == 1


def standard(
    body: bytes, key: bytes = KEY, number: str = "msg_7", ago: float = 0, **changes: str
) -> dict[str, str]:
    """The headers by which newer GitLabs prove themselves."""
    at = str(int(time.time() - ago))
    signature = hmac.digest(key, b".".join((number.encode(), at.encode(), body)), hashlib.sha256)
    said = f"v1,{base64.b64encode(signature).decode()}"
    headers = {"webhook-id": number, "webhook-timestamp": at, "webhook-signature": said}
    return {**headers, **{f"webhook-{name}": value for name, value in changes.items()}}


PUSH = json.dumps(BODIES["gitlab"]).encode()


@pytest.mark.parametrize("secret", [SIGNING, KEY.decode()])
def test_a_signed_delivery_of_gitlab_is_taken_once(settings: Settings, secret: str) -> None:
    settings.WEBHOOKS["gitlab"] = [("other", "whsec_%%%"), ("lab", secret)]
    headers = standard(PUSH)
    answers = [deliver("gitlab", PUSH, headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 200]
    assert answers[0].json()["feed"] == "lab"
    again = deliver("gitlab", PUSH, standard(PUSH, ago=-20))  # repeated later, signed anew
    assert again.status_code == 200
    assert Batch.objects.count() == 1


def test_one_of_several_signatures_is_enough(settings: Settings) -> None:
    settings.WEBHOOKS["gitlab"] = [("lab", SIGNING)]
    headers = standard(PUSH)
    headers["webhook-signature"] = f"v1,AAAA v1a,x {headers['webhook-signature']}"
    assert deliver("gitlab", PUSH, headers).status_code == 202


@pytest.mark.parametrize(
    "wrong",
    [
        {"ago": 301},
        {"ago": -320},
        {"body": PUSH + b" "},
        {"key": b"another"},
        {"id": "msg_8"},
        {"timestamp": "now"},
        {"timestamp": "9" * 40},
        {"signature": ""},
        {"signature": "v1,"},
        {"id": "", "timestamp": "", "signature": ""},
    ],
)
def test_what_is_signed_wrongly_or_too_late_leaves_nothing(
    settings: Settings, wrong: dict[str, Any]
) -> None:
    settings.WEBHOOKS["gitlab"] = [("lab", SIGNING)]
    headers = {**standard(**{"body": PUSH, **wrong}), "X-Gitlab-Token": SIGNING}
    assert deliver("gitlab", PUSH, headers).status_code == 403
    assert not Batch.objects.exists()


@tried(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    body=st.binary(max_size=200),
    forge=st.sampled_from([*BODIES, "kubernetes-audit"]),
    proven=st.booleans(),
    encoding=st.sampled_from(["", "gzip", "zstd"]),
)
def test_no_body_breaks_the_door_or_comes_in_unproven(
    body: bytes, forge: str, proven: bool, encoding: str
) -> None:
    before = Batch.objects.count()
    headers = signed(forge, body) if proven and forge in BODIES else {}
    if encoding:
        headers["Content-Encoding"] = encoding
    answer = deliver(forge, body, headers)
    assert answer.status_code < 500
    if not proven or forge not in BODIES:
        assert answer.status_code in (400, 401, 403)
        assert Batch.objects.count() == before


def test_kubernetes_delivers_lists_of_events_with_a_token() -> None:
    token = ApiToken.issue(name="k8s", feed="cluster", sources=["kubernetes_audit"])[1]
    lines = next(EVENTS.glob("*.ndjson")).read_bytes().splitlines()
    items = [json.loads(line) for line in lines if b'"auditID"' in line]
    events = {"kind": "EventList", "apiVersion": "audit.k8s.io/v1", "items": items}
    address = "/api/v1/webhooks/kubernetes-audit?timeout=30s"
    body = json.dumps(events).encode()
    for header in ({}, {"Authorization": "Bearer guess"}):
        answer = Client().post(address, body, "application/json", headers=header)
        assert answer.status_code == 401
    known = {"Authorization": f"Bearer {token}"}
    for _ in range(2):
        answer = Client().post(address, body, "application/json", headers=known)
        assert (answer.status_code, answer.json()["source"]) == (202, "kubernetes_audit")
    first, second = Batch.objects.order_by("received")
    for batch in (first, second):
        work.process(batch.id)
        batch.refresh_from_db()
    assert first.stored > 0
    assert (second.stored, second.duplicates) == (0, first.stored)
