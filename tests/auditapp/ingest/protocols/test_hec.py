"""Splunk's HTTP event collector, asked as its shippers ask."""

import base64
import gzip
import json
import re
from pathlib import Path
from random import Random
from typing import Any

import pytest
import zstandard
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as tried
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from auditapp.accounts.models import ApiToken
from auditapp.ingest.models import Batch
from tests.auditapp.ingest.protocols.sending import JSON, SAMPLES, post, reasons, taken_in

pytestmark = pytest.mark.django_db
EVENT, RAW, ACK = (f"/services/collector/{name}" for name in ("event", "raw", "ack"))
LINES = (SAMPLES / "syslog/auth.log").read_text().splitlines()
BODY = "".join(
    json.dumps({"event": line, "host": "gpu03", "sourcetype": "linux_secure"}) for line in LINES
).encode()
CHANNEL = "0aeeac95-ac74-4aa9-b30d-6c4c0ac581ba"


def left(folder: Path) -> list[Path]:
    """Files in the spool."""
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("address", [EVENT, "/services/collector", f"{EVENT}/1.0"])
def test_events_are_accepted_and_become_events_of_their_source(token: str, address: str) -> None:
    answer = post(address, BODY, token)
    assert (answer.status_code, answer.json()) == (200, {"text": "Success", "code": 0})
    (batch,) = taken_in()
    assert (batch.source, batch.feed_id, batch.state) == ("splunk_hec", "lab", "done")
    assert batch.records == batch.stored + batch.rejected == len(LINES)
    assert batch.stored > 0


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [("gzip", gzip.compress(BODY, mtime=0)), ("zstd", zstandard.compress(BODY))],
)
def test_packed_events_are_unpacked(token: str, encoding: str, packed: bytes) -> None:
    answer = post(EVENT, packed, token, **{"Content-Encoding": encoding})
    assert answer.json()["code"] == 0
    assert Batch.objects.get().size == len(BODY)


def test_the_same_body_again_stores_nothing_twice(token: str) -> None:
    post(EVENT, BODY, token)
    post(EVENT, BODY, token)
    first, second = taken_in()
    assert (second.stored, second.duplicates) == (0, first.stored)


def basic(user: str, password: str) -> str:
    """The header of a user with a password."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def test_a_token_may_come_as_the_password_of_any_user(token: str) -> None:
    for header in (basic("x", token), f"Bearer {token}", f"splunk {token}"):
        assert post(EVENT, BODY, Authorization=header).json()["code"] == 0


@pytest.mark.parametrize(
    ("header", "status", "code"),
    [
        ("", 401, 2),
        ("Splunk", 403, 4),
        ("Splunk fe_guess", 403, 4),
        ("Digest x", 401, 3),
        (basic("x", "guess"), 403, 4),
        ("Basic %%%", 403, 4),
        ("Basic /w==", 403, 4),
    ],
)
@pytest.mark.parametrize("address", [EVENT, RAW, ACK])
def test_nobody_writes_or_asks_without_a_token(
    own_spool: Path, address: str, header: str, status: int, code: int
) -> None:
    answer = post(address, BODY, **({"Authorization": header} if header else {}))
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not Batch.objects.exists()
    assert left(own_spool) == []


def test_a_token_in_the_address_is_refused(token: str) -> None:
    answer = post(f"{EVENT}?token={token}", BODY, token)
    assert (answer.status_code, answer.json()["code"]) == (400, 16)


@pytest.mark.parametrize(
    ("body", "code", "number"),
    [
        (b"", 5, None),
        (b" \n ", 5, None),
        (b"{", 6, 0),
        (b'{"event":"a"}\n7', 6, 1),
        (b'{"event":"a"}{"event":"b"}{"time":7}', 12, 2),
        (b'{"event":""}', 13, 0),
        (b'{"event":" "}', 13, 0),
        (b'{"event":"a","fields":{"b":{"c":1}}}', 15, 0),
        (b'{"event":"a","fields":7}', 15, 0),
        (b"\xff\xfe", 6, 0),
    ],
)
def test_a_body_that_is_wrong_is_refused_whole_with_its_code(
    token: str, own_spool: Path, body: bytes, code: int, number: int | None
) -> None:
    answer = post(EVENT, body, token)
    said = answer.json()
    assert (answer.status_code, said["code"], said.get("invalid-event-number")) == (
        400,
        code,
        number,
    )
    assert not Batch.objects.exists()
    assert left(own_spool) == []


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b'{"event":"a"}\n\n{"time":7}', "event 2, from line 3, byte 15: Event field is required"),
        (b'{"event":"a"}\n7', "event 2, from line 2, byte 14: not a JSON object"),
        (b'{"event":"a"}\n{"event":}\n', "event 2, from line 2, byte 14: not JSON: unexpected"),
    ],
)
def test_a_refusal_says_where_and_what(token: str, body: bytes, detail: str) -> None:
    assert post(EVENT, body, token).json()["detail"].startswith(detail)
    packed = post(EVENT, gzip.compress(body), token, **{"Content-Encoding": "gzip"})
    assert packed.json()["detail"].startswith(detail)


def test_a_body_that_cannot_be_unpacked_says_how_far_it_could(token: str) -> None:
    text = Random(7).randbytes(1_500_000).hex().encode()
    packed = gzip.compress(b'{"event":"' + text + b'"}\n', 1, mtime=0)
    answer = post(EVENT, packed[:-9], token, **{"Content-Encoding": "gzip"})
    assert answer.status_code == 400
    place = re.search("damaged archive behind byte ([0-9]+), unpacked", answer.json()["detail"])
    assert place is not None
    assert 0 < int(place[1]) <= len(text)


def test_what_is_too_large_or_packed_wrongly_is_refused(token: str, settings: Settings) -> None:
    settings.MAX_BODY_BYTES = 1000
    bomb = gzip.compress(b'{"event":"' + b"x" * 100_000 + b'"}', mtime=0)
    assert post(EVENT, bomb, token, **{"Content-Encoding": "gzip"}).json()["code"] == 27
    assert post(EVENT, b"x" * 1001, token).status_code == 413
    assert post(EVENT, BODY, token, **{"Content-Encoding": "gzip"}).json()["code"] in (6, 27)
    assert post(EVENT, b"{}", token, **{"Content-Encoding": "br"}).json()["code"] == 6


def test_a_full_spool_is_a_busy_server(token: str, settings: Settings) -> None:
    settings.SPOOL_LIMIT_BYTES = len(BODY)
    assert post(EVENT, BODY, token).status_code == 200
    answer = post(EVENT, BODY, token)
    assert (answer.status_code, answer.json()["code"]) == (503, 9)
    assert int(answer["Retry-After"]) > 0
    health = Client().get("/services/collector/health")
    assert (health.status_code, health.json()["code"]) == (503, 18)


def test_health_is_told_to_anybody() -> None:
    for address in ("/services/collector/health", "/services/collector/health/1.0"):
        assert Client().get(address).json() == {"text": "HEC is healthy", "code": 17}


def test_raw_lines_are_a_log_of_their_sourcetype_or_are_recognised(token: str) -> None:
    log = "\n".join(LINES).encode()
    named = f"{RAW}?sourcetype=linux_secure&host=gpu03&source=/var/log/secure"
    assert post(named, log, token, "text/plain").json()["code"] == 0
    assert post(f"{RAW}?sourcetype=unheard_of", log, token, "text/plain").json()["code"] == 0
    first, second = Batch.objects.order_by("received")
    assert (first.source, first.host, first.path) == ("syslog", "gpu03", "/var/log/secure")
    assert second.source == "syslog"
    answer = post(RAW, b"Dear diary", token, "text/plain")
    assert (answer.status_code, answer.json()["code"]) == (400, 6)
    assert "no source recognises it" in answer.json()["detail"]
    assert post(RAW, b"", token, "text/plain").json()["code"] == 5


def test_a_token_of_one_source_sends_no_other() -> None:
    token = ApiToken.issue(name="histories", feed="lab", sources=["bash_history"])[1]
    assert post(EVENT, BODY, token).status_code == 200
    (batch,) = taken_in()
    assert (batch.stored, batch.rejected) == (0, len(LINES))
    assert reasons()[0] == (1, "this token may not send syslog")
    answer = post(f"{RAW}?sourcetype=syslog", b"\n".join(map(str.encode, LINES)), token)
    assert (answer.status_code, answer.json()["code"]) == (403, 4)


def test_a_home_in_the_path_tells_whose_history_it_is(token: str) -> None:
    sent = {"event": "#1767225600\nls", "sourcetype": "bash_history", "host": "gpu03"}
    path = "/home/asilva/.bash_history"
    post(EVENT, json.dumps({**sent, "source": path}).encode(), token)
    (batch,) = taken_in()
    assert (batch.stored, batch.rejected) == (1, 0)


def test_a_token_for_reading_sends_nothing(own_spool: Path) -> None:
    token = ApiToken.issue(name="reader", feed="lab", scopes=["read:feeds"])[1]
    for address in (EVENT, RAW):
        answer = post(address, BODY, token)
        assert (answer.status_code, answer.json()["code"]) == (403, 4)
    assert left(own_spool) == []


def ask(token: str, numbers: list[Any], channel: str = CHANNEL) -> Any:
    """What is said of acknowledgements."""
    body = json.dumps({"acks": numbers}).encode()
    return post(f"{ACK}?channel={channel}", body, token).json()


def test_a_body_is_acknowledged_on_its_channel_to_its_token_only(token: str) -> None:
    header = {"X-Splunk-Request-Channel": CHANNEL}
    first = post(EVENT, BODY, token, **header).json()["ackId"]
    second = post(f"{RAW}?channel={CHANNEL.upper()}", "\n".join(LINES).encode(), token)
    number = second.json()["ackId"]
    assert ask(token, [first, number, 7]) == {
        "acks": {str(first): True, str(number): True, "7": False}
    }
    elsewhere = "1aeeac95-ac74-4aa9-b30d-6c4c0ac581ba"
    assert ask(token, [first], elsewhere) == {"acks": {str(first): False}}
    other = ApiToken.issue(name="other", feed="lab")[1]
    assert ask(other, [first]) == {"acks": {str(first): False}}


@pytest.mark.parametrize(
    ("query", "body", "code"),
    [
        ("", b'{"acks":[1]}', 10),
        ("?channel=seven", b'{"acks":[1]}', 11),
        (f"?channel={CHANNEL}", b"", 6),
        (f"?channel={CHANNEL}", b"[]", 6),
        (f"?channel={CHANNEL}", b'{"acks":{}}', 6),
        (f"?channel={CHANNEL}", b'{"acks":["1"]}', 6),
        (f"?channel={CHANNEL}", b'{"acks":[true]}', 6),
    ],
)
def test_a_wrong_question_for_acknowledgements_is_refused(
    token: str, query: str, body: bytes, code: int
) -> None:
    answer = post(ACK + query, body, token)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert ask(token, [-1, 1 << 48, 1 << 62]) == {
        "acks": {"-1": False, str(1 << 48): False, str(1 << 62): False}
    }


@tried(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    body=st.binary(max_size=300) | st.binary(max_size=60).map(lambda raw: BODY[:400] + raw),
    address=st.sampled_from([EVENT, RAW, ACK, f"{ACK}?channel={CHANNEL}"]),
    encoding=st.sampled_from(["", "gzip", "zstd", "identity", "br"]),
    header=st.sampled_from(["token", "Splunk", "Basic eDp4", "", "Bearer x"]),
)
def test_no_body_breaks_the_door_or_comes_in_without_a_token(
    token: str, body: bytes, address: str, encoding: str, header: str
) -> None:
    before = Batch.objects.count()
    authorised = f"Splunk {token}" if header == "token" else header
    headers = {"Authorization": authorised, "Content-Encoding": encoding}
    answer = post(address, body, kind=JSON, **{k: v for k, v in headers.items() if v})
    assert answer.status_code < 500
    if header != "token":
        assert answer.status_code in (401, 403)
        assert Batch.objects.count() == before
