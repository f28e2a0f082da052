"""OTLP over HTTP, asked as exporters and collectors ask."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from google.rpc.status_pb2 import Status
from hypothesis import HealthCheck, given
from hypothesis import settings as tried
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from pytest_django.fixtures import Settings

from auditapp.accounts.models import ApiToken
from auditapp.ingest.models import Batch
from tests.analytics.protocols.test_otlp_logs import SYSLOG, attributes, both, request, text
from tests.auditapp.ingest.protocols.sending import post, reasons, taken_in

pytestmark = pytest.mark.django_db
PROTOBUF, JSON = "application/x-protobuf", "application/json"
ELSEWHERE = {"body": text("hello"), "attributes": attributes(log__file__path="/srv/app.log")}
FULL = request({"body": text(SYSLOG)}, ELSEWHERE, host__name="gpu01")
BODIES = dict(zip((JSON, PROTOBUF), (body for _, body in both(FULL)), strict=True))
PARTLY = request({"body": text(SYSLOG)}, {})


def send(token: str, body: bytes, kind: str = PROTOBUF, **headers: str) -> Any:
    """The answer to a request that comes with a token as exporters send it."""
    return post("/v1/logs", body, kind=kind, Authorization=f"Bearer {token}", **headers)


@pytest.mark.parametrize("kind", BODIES)
@pytest.mark.parametrize("packed", [False, True])
def test_records_are_accepted_and_become_events(token: str, kind: str, packed: bool) -> None:
    body = gzip.compress(BODIES[kind], mtime=0) if packed else BODIES[kind]
    headers = {"Content-Encoding": "gzip"} if packed else {}
    answer = send(token, body, kind, **headers)
    assert (answer.status_code, answer["Content-Type"]) == (200, kind)
    assert answer.content == (b"" if kind == PROTOBUF else b"{}")
    (batch,) = taken_in()
    assert (batch.records, batch.stored, batch.rejected) == (2, 2, 0)
    send(token, body, kind, **headers)
    assert [one.stored for one in taken_in()] == [2, 0]


def test_an_accept_header_of_the_senders_own_changes_nothing(token: str) -> None:
    answer = send(token, BODIES[PROTOBUF], Accept=PROTOBUF)
    assert (answer.status_code, answer["Content-Type"]) == (200, PROTOBUF)


def test_a_request_without_records_is_fine_and_leaves_nothing(token: str) -> None:
    assert send(token, b"").status_code == 200
    assert send(token, b'{"resourceLogs":[]}', JSON).content == b"{}"
    assert not Batch.objects.exists()


def test_what_will_be_rejected_is_counted_in_the_answer_and_kept(token: str) -> None:
    (_, as_json), (_, binary) = both(PARTLY)
    partly = ExportLogsServiceResponse.FromString(send(token, binary).content).partial_success
    assert partly.rejected_log_records == 1
    assert partly.error_message == "record 2 is an empty record"
    assert send(token, as_json, JSON).json() == {
        "partialSuccess": {"rejectedLogRecords": "1", "errorMessage": partly.error_message}
    }
    batches = taken_in()
    assert [batch.rejected for batch in batches] == [1, 1]
    assert (2, "an empty record") in reasons()


def test_a_token_of_one_source_sends_no_other() -> None:
    token = ApiToken.issue(name="histories", feed="lab", sources=["bash_history"])[1]
    record = {"body": text(SYSLOG), "attributes": attributes(foureyes__source="syslog")}
    answer = send(token, both(request(record, {"body": text(SYSLOG)}))[0][1], JSON)
    partly = answer.json()["partialSuccess"]
    assert partly["rejectedLogRecords"] == "1"
    assert partly["errorMessage"].startswith("this token may not send syslog")
    (batch,) = taken_in()
    assert (batch.stored, batch.rejected) == (0, 2)


@pytest.mark.parametrize(
    ("body", "kind", "status", "code"),
    [
        (b"{", JSON, 400, 3),
        (b"", JSON, 400, 3),
        (b"\xff\xff", PROTOBUF, 400, 3),
        (b"<a/>", "text/xml", 415, 3),
        (b"x" * 2001, PROTOBUF, 413, 3),
    ],
)
def test_what_is_no_request_is_answered_with_a_status(
    token: str, own_spool: Path, settings: Settings, body: bytes, kind: str, status: int, code: int
) -> None:
    settings.MAX_BODY_BYTES = 2000
    answer = send(token, body, kind)
    assert answer.status_code == status
    if kind == PROTOBUF:
        assert answer["Content-Type"] == PROTOBUF
        said = Status.FromString(answer.content)
        assert (said.code, bool(said.message)) == (code, True)
    else:
        assert (answer.json()["code"], bool(answer.json()["message"])) == (code, True)
    assert not Batch.objects.exists()
    assert [path for path in own_spool.rglob("*") if path.is_file()] == []


def test_nobody_writes_without_a_token() -> None:
    for header in ({}, {"Authorization": "Bearer guess"}):
        answer = post("/v1/logs", BODIES[PROTOBUF], kind=PROTOBUF, **header)
        assert answer.status_code == 401
        assert Status.FromString(answer.content).code == 16
    reader = ApiToken.issue(name="reader", feed="lab", scopes=["read:feeds"])[1]
    assert send(reader, BODIES[PROTOBUF]).status_code == 403
    assert not Batch.objects.exists()


def test_a_full_spool_says_when_to_come_again(token: str, settings: Settings) -> None:
    assert send(token, BODIES[PROTOBUF]).status_code == 200
    settings.SPOOL_LIMIT_BYTES = 1
    answer = send(token, BODIES[PROTOBUF])
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert Status.FromString(answer.content).code == 8


@tried(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    body=st.binary(max_size=300)
    | st.tuples(st.sampled_from(list(BODIES.values())), st.integers(0, 200), st.binary()).map(
        lambda three: three[0][: three[1]] + three[2] + three[0][three[1] + len(three[2]) :]
    ),
    kind=st.sampled_from([*BODIES, "", "text/plain"]),
    encoding=st.sampled_from(["", "gzip", "zstd"]),
    known=st.booleans(),
)
def test_no_body_breaks_the_door_or_comes_in_without_a_token(
    token: str, body: bytes, kind: str, encoding: str, known: bool
) -> None:
    before = Batch.objects.count()
    headers = {"Content-Encoding": encoding} if encoding else {}
    answer = send(token if known else "guess", body, kind, **headers)
    assert answer.status_code < 500
    if not known:
        assert answer.status_code == 401
        assert Batch.objects.count() == before


def test_json_that_is_a_deep_hole_is_refused(token: str) -> None:
    deep = b'{"resourceLogs":' + b'[{"a":' * 5000
    assert send(token, deep, JSON).status_code == 400
    nested: Any = text("x")
    for _ in range(200):
        nested = {"arrayValue": {"values": [nested]}}
    answer = send(token, json.dumps(request({"body": nested})).encode(), JSON)
    assert answer.status_code == 200
    taken_in()
