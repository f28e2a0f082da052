"""What stands around records is kept with the batch, and shown to those who may read it."""

from pathlib import Path

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from auditapp.accounts.models import ApiToken, Role, User
from auditapp.ingest import work
from auditapp.ingest.models import Batch

pytestmark = pytest.mark.django_db
LIST = (
    b'{"kind":"EventList","items":[\n{"auditID":"<b>1","stage":"ResponseComplete","verb":"get",'
    b'"requestReceivedTimestamp":"2026-01-01T00:00:00Z","user":{"username":"ana"}}\n],"more":1}\n'
)


def sent(body: bytes, folder: Path, settings: Settings) -> tuple[str, str]:
    """The token, and the batch of a body that was taken in."""
    settings.SPOOL = folder / "spool"
    token = ApiToken.issue(name="shipper", feed="lists")[1]
    answer = Client().post(
        "/api/v1/ingest/kubernetes_audit",
        body,
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    )
    batch = answer.json()["batch"]
    assert work.process(batch)
    return token, batch


def test_an_envelope_is_kept_with_its_batch(tmp_path: Path, settings: Settings) -> None:
    token, batch = sent(LIST, tmp_path, settings)
    said = Client().get(f"/api/v1/batches/{batch}", headers={"Authorization": f"Bearer {token}"})
    assert said.json()["framing"] == [
        {"line": 1, "times": 1, "text": '{"kind":"EventList","items":['},
        {"line": 3, "times": 1, "text": '"more":1}'},
    ]
    assert (said.json()["records"], said.json()["tail"]) == (1, None)


def test_its_text_is_shown_to_those_who_may_read_it(tmp_path: Path, settings: Settings) -> None:
    _, batch = sent(LIST.replace(b'"more"', b'"<script>"'), tmp_path, settings)
    assert Batch.objects.get().framing[1]["text"] == '"<script>":1}'
    client = Client()
    client.force_login(User.objects.create_user("root", role=Role.ADMINISTRATOR))
    assert "text" not in client.get(f"/api/v1/batches/{batch}").json()["framing"][0]
    assert b"EventList" not in client.get(f"/batches/{batch}/").content
    client.force_login(User.objects.create_user("ana", role=Role.ANALYST))
    page = client.get(f"/batches/{batch}/").content.decode()
    assert "EventList" in page
    assert "<script>&quot;" not in page
