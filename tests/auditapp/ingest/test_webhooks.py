"""Deliveries as the forges send them, each with its own proof."""

import gzip
import hashlib
import hmac
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from pytest_django.fixtures import Settings

from auditapp.environment import pairs
from auditapp.ingest import spool, work
from auditapp.ingest.models import Batch, Delivery

pytestmark = pytest.mark.django_db
SECRET = "lab secret=7"
GITHUB = {
    "ref": "refs/heads/main",
    "commits": [],
    "pusher": {"name": "anas"},
    "sender": {"login": "anas", "id": 7, "node_id": "x", "site_admin": False},
    "repository": {"full_name": "lab/trainlib", "node_id": "y", "pushed_at": 1_767_225_600},
}
HUB = {
    "event": {"action": "update", "scope": "repo.config"},
    "repo": {"type": "model", "name": "lab/llm-13b", "id": "6600c000a2abcdf2fd69a080"},
    "updatedConfig": {"private": False},
    "webhook": {"id": "6390e855e30d9209411dff3b", "version": 3},
}
BODIES = {"github": GITHUB, "gitlab": {"object_kind": "push"}, "gitea": GITHUB, "huggingface": HUB}


@pytest.fixture(autouse=True)
def configured(tmp_path: Path, settings: Settings) -> None:
    """A spool of its own, and two feeds for each forge."""
    settings.SPOOL = tmp_path / "spool"
    told = [("other", "another secret"), ("lab", SECRET)]
    settings.WEBHOOKS = dict.fromkeys(BODIES, told)


def signed(forge: str, body: bytes, secret: str = SECRET) -> dict[str, str]:
    """The headers by which that forge proves itself."""
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {
        "github": {"X-Hub-Signature-256": f"sha256={signature}"},
        "gitea": {"X-Gitea-Signature": signature},
        "gitlab": {"X-Gitlab-Token": secret},
        "huggingface": {"X-Webhook-Secret": secret},
    }[forge]


def deliver(
    forge: str, body: bytes, headers: dict[str, str], kind: str = "application/json"
) -> Any:
    """The answer to a delivery."""
    return Client().post(f"/api/v1/webhooks/{forge}", body, content_type=kind, headers=headers)


def kept(answer: Any) -> dict[str, Any]:
    """The envelope in the spool, which is one line."""
    batch = Batch.objects.get(id=answer.json()["batch"])
    (line,) = spool.path_of(batch.id, batch.received).read_bytes().splitlines()
    envelope: dict[str, Any] = json.loads(line)
    return envelope


@pytest.mark.parametrize("forge", BODIES)
def test_a_delivery_that_is_proven_is_kept_in_an_envelope(forge: str) -> None:
    body = json.dumps(BODIES[forge], indent=2).replace("\n", "\r\n").encode()
    answer = deliver(forge, body, signed(forge, body))
    assert answer.status_code == 202, answer.content
    assert answer.json()["feed"] == "lab"
    envelope = kept(answer)
    assert envelope["payload"] == BODIES[forge]
    assert envelope["delivery"]
    assert envelope["delivered_at"].endswith("+00:00")


@pytest.mark.parametrize("forge", BODIES)
@pytest.mark.parametrize("wrong", ["", "guess", "lab", "lab secret"])
def test_a_delivery_that_is_not_proven_leaves_nothing(forge: str, wrong: str) -> None:
    body = json.dumps(BODIES[forge]).encode()
    headers = signed(forge, body, wrong) if wrong else {}
    answer = deliver(forge, body, headers)
    assert answer.status_code == 403
    assert "secret" not in answer.json()["detail"].replace("No secret of", "")
    assert not Batch.objects.exists()


def test_a_signature_of_another_body_proves_nothing() -> None:
    body = json.dumps(GITHUB).encode()
    assert deliver("github", body + b" ", signed("github", body)).status_code == 403


def test_without_secrets_nobody_may_deliver(settings: Settings) -> None:
    settings.WEBHOOKS = {forge: [] for forge in BODIES}
    assert deliver("huggingface", b"{}", {"X-Webhook-Secret": ""}).status_code == 403


def test_what_the_headers_say_goes_into_the_envelope() -> None:
    body = json.dumps(GITHUB).encode()
    headers = {"X-GitHub-Event": "push", "X-GitHub-Delivery": "72d3162e"} | signed("github", body)
    envelope = kept(deliver("github", body, headers))
    assert (envelope["event"], envelope["delivery"]) == ("push", "72d3162e")


def test_a_payload_in_a_form_is_taken_out_of_it() -> None:
    body = urlencode({"payload": json.dumps(GITHUB)}).encode()
    kind = "application/x-www-form-urlencoded"
    answer = deliver("github", body, signed("github", body), kind)
    assert kept(answer)["payload"] == GITHUB
    empty = b"other=1"
    assert deliver("github", empty, signed("github", empty), kind).status_code == 400


@pytest.mark.parametrize("body", [b"", b"[]", b"5", b"{", b"\xff", b'{"a":' * 3000])
def test_what_is_no_json_object_is_refused(body: bytes) -> None:
    answer = deliver("huggingface", body, signed("huggingface", body))
    assert answer.status_code == 400
    assert not Batch.objects.exists()


def test_a_body_that_is_too_large_is_refused(settings: Settings) -> None:
    settings.MAX_BODY_BYTES = 1000
    body = json.dumps({"text": "x" * 1000}).encode()
    assert deliver("huggingface", body, signed("huggingface", body)).status_code == 413


def test_a_packed_body_that_grows_too_large_is_refused(settings: Settings) -> None:
    settings.MAX_BODY_BYTES = 1000
    body = gzip.compress(json.dumps({"text": "x" * 1000}).encode())
    headers = signed("huggingface", body) | {"Content-Encoding": "gzip"}
    assert deliver("huggingface", body, headers).status_code == 413


def test_another_forge_is_not_known() -> None:
    answer = deliver("sourceforge", b"{}", {})
    assert (answer.status_code, "huggingface" in answer.json()["detail"]) == (404, True)


def test_a_delivery_becomes_an_event_and_a_second_one_of_the_same_name_none() -> None:
    body = json.dumps(GITHUB).encode()
    headers = {"X-GitHub-Event": "push", "X-GitHub-Delivery": "72d3162f"} | signed("github", body)
    first = deliver("github", body, headers).json()["batch"]
    Delivery.objects.all().delete()  # as after a month
    answers = [first, deliver("github", body, headers).json()["batch"]]
    assert all(work.process(batch) for batch in answers)
    counts = [Batch.objects.get(id=batch) for batch in answers]
    assert [(batch.stored, batch.rejected) for batch in counts] == [(1, 0), (0, 0)]


def test_a_secret_may_be_in_a_file_and_is_never_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "secrets"
    file.write_text("lab=one=1\n\nlab=two\n")
    monkeypatch.setenv("FOUREYES_WEBHOOKS_GITHUB_FILE", str(file))
    assert pairs("FOUREYES_WEBHOOKS_GITHUB") == [("lab", "one=1"), ("lab", "two")]
    for wrong in ("lab=", "=x", "lab"):
        file.write_text(wrong)
        with pytest.raises(ImproperlyConfigured):
            pairs("FOUREYES_WEBHOOKS_GITHUB")
