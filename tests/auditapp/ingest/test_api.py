import gzip
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import zstandard
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from auditapp.accounts.models import ApiToken, Role, User
from auditapp.ingest import spool, work
from auditapp.ingest.models import Batch
from tests.auditapp.ingest.installation import history

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_spool")]
HISTORY = history(3)
ADDRESS = "/api/v1/ingest/bash_history?host=gpu03&user=asilva&whole=true"


def send(token: str, body: bytes = HISTORY, address: str = ADDRESS, **headers: str) -> Any:
    """The answer to a log."""
    return Client().post(
        address,
        body,
        content_type="application/octet-stream",
        headers={"Authorization": f"Bearer {token}", **headers},
    )


def look(token: str, batch: str) -> Any:
    """The answer to the question how far a batch is."""
    return Client().get(f"/api/v1/batches/{batch}", headers={"Authorization": f"Bearer {token}"})


def left(folder: Path) -> list[Path]:
    """Files in the spool."""
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_log_is_accepted_taken_in_and_told_about(token: str) -> None:
    answer = send(token, HISTORY + b"#4102444800\nls\n")
    assert answer.status_code == 202
    said = answer.json()
    assert said["address"] == answer["Location"] == f"/api/v1/batches/{said['batch']}"
    assert (said["feed"], said["source"], said["state"]) == ("lab", "bash_history", "waiting")
    assert (said["lines"], said["bytes"]) == (8, len(HISTORY) + 15)
    batch = Batch.objects.get(id=said["batch"])
    assert (batch.host, batch.user) == ("gpu03", "asilva")
    assert spool.path_of(batch.id, batch.received).read_bytes().startswith(HISTORY)

    assert work.process(batch.id)
    told = look(token, said["batch"]).json()
    assert (told["state"], told["records"], told["stored"], told["rejected"]) == ("done", 4, 3, 1)
    assert told["rejected_lines"][0]["line"] == 7
    assert "#4102444800" in told["rejected_lines"][0]["text"]


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(HISTORY, mtime=0)),
        ("zstd", zstandard.compress(HISTORY)),
        ("identity", HISTORY),
        ("", gzip.compress(HISTORY, mtime=0)),
    ],
)
def test_a_packed_body_is_unpacked(token: str, own_spool: Path, encoding: str, body: bytes) -> None:
    answer = send(token, body, **{"Content-Encoding": encoding})
    assert answer.status_code == 202
    assert [path.read_bytes() for path in left(own_spool)] == [HISTORY]


def test_a_format_is_recognised(token: str) -> None:
    answer = send(token, address="/api/v1/ingest/auto?path=.bash_history&user=asilva")
    assert (answer.status_code, answer.json()["source"]) == (202, "bash_history")
    answer = send(token, b"Dear diary\n", "/api/v1/ingest/auto")
    assert answer.status_code == 422
    assert "no source recognises it" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"", {}, 400),
        (b"\n \n", {}, 400),
        (HISTORY, {"Content-Encoding": "gzip"}, 400),
        (gzip.compress(HISTORY, mtime=0)[:-9], {"Content-Encoding": "gzip"}, 400),
        (zstandard.compress(HISTORY)[:-3], {"Content-Encoding": "zstd"}, 400),
        (HISTORY, {"Content-Encoding": "br"}, 415),
        (HISTORY, {"Idempotency-Key": "k" * 201}, 400),
        (b"x" * 2001, {}, 413),
        (gzip.compress(b"x" * 2001, mtime=0), {"Content-Encoding": "gzip"}, 413),
    ],
)
def test_a_body_that_cannot_be_taken_leaves_nothing(
    token: str,
    own_spool: Path,
    settings: Settings,
    body: bytes,
    headers: dict[str, str],
    status: int,
) -> None:
    settings.MAX_BODY_BYTES = 2000
    answer = send(token, body, **headers)
    assert answer.status_code == status, answer.content
    assert answer.json()["detail"]
    assert left(own_spool) == []
    assert not Batch.objects.exists()


def test_an_unknown_source_is_answered_with_those_there_are(token: str) -> None:
    answer = send(token, address="/api/v1/ingest/carrier_pigeon")
    assert answer.status_code == 404
    assert "bash_history" in answer.json()["sources"]


@pytest.mark.parametrize(
    "query",
    [
        "timezone=Mars/Olympus",
        f"host={'h' * 256}",
        f"columns=%C2%A0{'c' * 2000}",
        "user=%00",
        "user=%20",
        "hots=gpu03",
    ],
)
def test_a_label_that_makes_no_sense_is_refused(token: str, query: str) -> None:
    answer = send(token, address=f"/api/v1/ingest/bash_history?{query}")
    assert answer.status_code == 400
    assert answer.json()["detail"].startswith(query.split("=", maxsplit=1)[0])


def test_a_full_spool_asks_for_patience_and_keeps_its_word(token: str, settings: Settings) -> None:
    accepted = send(token)
    settings.SPOOL_LIMIT_BYTES = len(HISTORY)
    refused = send(token)
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) > 0
    assert work.process(accepted.json()["batch"])
    assert send(token).status_code == 202


def test_a_log_for_which_there_is_not_room_enough_leaves_nothing(
    token: str, settings: Settings, own_spool: Path
) -> None:
    settings.SPOOL_LIMIT_BYTES = len(HISTORY) + 10
    assert send(token).status_code == 202
    refused = send(token)
    assert (refused.status_code, "room for 10 bytes" in refused.json()["detail"]) == (429, True)
    assert len(left(own_spool)) == 1
    settings.SPOOL_LIMIT_BYTES, settings.SPOOL_RESERVE_BYTES = 1 << 40, 1 << 60
    assert "disk is nearly full" in send(token).json()["detail"]


def test_only_a_valid_token_may_send() -> None:
    token, text = ApiToken.issue(name="shipper", feed="lab", sources=["auditd"])
    assert send(text).status_code == 403
    assert send(text, address="/api/v1/ingest/auto?path=.bash_history").status_code == 403
    assert send("fe_wrong").status_code == 401
    assert send("").status_code == 401
    assert Client().post(ADDRESS, HISTORY, content_type="text/plain").status_code == 401
    ApiToken.objects.update(sources=[], expires=timezone.now() - timedelta(seconds=1))
    assert send(text).status_code == 401
    ApiToken.objects.update(expires=timezone.now() + timedelta(days=1))
    assert send(text).status_code == 202
    ApiToken.objects.update(revoked=timezone.now())
    refused = send(text)
    assert (refused.status_code, refused["WWW-Authenticate"]) == (401, "Bearer")
    token.refresh_from_db()
    assert token.last_used
    assert text not in json.dumps(list(ApiToken.objects.values()), default=str)


def test_a_token_chooses_among_its_own_feeds() -> None:
    _, text = ApiToken.issue(name="shipper", feed="lab", feeds=["mail"])
    assert send(text).json()["feed"] == "lab"
    chosen = send(text, HISTORY + b"ls\n", ADDRESS + "&feed=mail")
    assert chosen.json()["feed"] == "mail"
    assert look(text, chosen.json()["batch"]).status_code == 200
    refused = send(text, address=ADDRESS + "&feed=other")
    assert refused.status_code == 403
    assert refused.json()["detail"] == "This token may not send bash_history to other."
    assert not Batch.objects.filter(feed="other").exists()


def test_a_token_that_only_reads_cannot_send() -> None:
    _, text = ApiToken.issue(name="siem", scopes=["read:alerts"])
    assert send(text).status_code == 403
    assert send(text, address="/api/v1/ingest/auto?feed=lab").status_code == 403


def test_a_token_that_is_of_no_use_is_told_why() -> None:
    token, text = ApiToken.issue(name="shipper", feed="lab")
    assert send("fe_wrong").json()["detail"] == "No such token was issued here."
    token.expires = timezone.now() - timedelta(days=1)
    token.save()
    assert send(text).json()["detail"].startswith("The token expired on 20")
    token.revoked = timezone.now()
    token.save()
    refused = send(text)
    assert (refused.status_code, refused["WWW-Authenticate"]) == (401, "Bearer")
    assert refused.json()["detail"].startswith("The token was revoked on 20")


def test_somebody_who_is_signed_in_cannot_send_without_a_token(token: str) -> None:
    client = Client()
    client.force_login(User.objects.create_user("ana", role=Role.ANALYST))
    assert client.post(ADDRESS, HISTORY, content_type="text/plain").status_code == 401


def test_a_batch_is_shown_to_its_feed_and_to_who_is_signed_in(token: str) -> None:
    batch = send(token, b"#4102444800\nls\n").json()["batch"]
    assert work.process(batch)
    stranger = ApiToken.issue(name="stranger", feed="elsewhere")[1]
    assert look(token, batch).status_code == 200
    assert look(stranger, batch).status_code == 404
    assert Client().get(f"/api/v1/batches/{batch}").status_code == 401
    client = Client()
    client.force_login(User.objects.create_user("root", role=Role.ADMINISTRATOR))
    seen = client.get(f"/api/v1/batches/{batch}").json()
    assert seen["rejected_lines"][0]["reason"]
    assert "text" not in seen["rejected_lines"][0]


def test_the_same_body_is_stored_once(token: str) -> None:
    body = history(5, 1_768_000_000)
    answers = [send(token, body).json()["batch"] for _ in range(2)]
    assert all(work.process(batch) for batch in answers)
    assert [look(token, batch).json()["stored"] for batch in answers] == [5, 0]


def test_the_docs_keep_to_the_content_security_policy(client: Client) -> None:
    page = client.get("/api/docs/")
    assert page.status_code == 200
    assert "unsafe" not in page["Content-Security-Policy"]
    text = page.content.decode()
    assert "<style" not in text
    assert "http" not in text.replace("http-equiv", "")
    assert all("src=" in part.split(">")[0] for part in text.split("<script")[1:])
    assert b"SwaggerUIBundle" in client.get("/api/docs/?script=").content
