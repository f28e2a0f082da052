"""The little of Elasticsearch that shippers need, asked as they ask."""

import base64
import gzip
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from elasticsearch import Elasticsearch
from hypothesis import HealthCheck, given
from hypothesis import settings as tried
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from auditapp.accounts.models import ApiToken
from auditapp.ingest.models import Batch
from tests.analytics.protocols.test_elastic_bulk import SYSLOG, bulk
from tests.auditapp.ingest.protocols.sending import post, reasons, taken_in

pytestmark = pytest.mark.django_db
NDJSON = "application/x-ndjson"
BODY = bulk(
    *(
        line
        for n in range(3)
        for line in ({"create": {"_id": f"n{n}"}}, {"message": SYSLOG.format(n)})
    )
)


def send(token: str, body: bytes, address: str = "/logs/_bulk", **headers: str) -> Any:
    """The answer to a bulk request whose token is the password of a user."""
    basic = base64.b64encode(f"elastic:{token}".encode()).decode()
    return post(address, body, kind=NDJSON, **{"Authorization": f"Basic {basic}", **headers})


@pytest.mark.parametrize(
    "address",
    ["/_bulk", "/logs/_bulk?filter_path=errors", "/logs/_doc/_bulk", "/elasticsearch/_bulk"],
)
def test_documents_are_accepted_and_answered_in_their_order(token: str, address: str) -> None:
    answer = send(token, BODY, address)
    assert (answer.status_code, answer["X-Elastic-Product"]) == (200, "Elasticsearch")
    said = answer.json()
    assert said["errors"] is False
    assert [item["create"]["_id"] for item in said["items"]] == ["n0", "n1", "n2"]
    assert {item["create"]["status"] for item in said["items"]} == {201}
    (batch,) = taken_in()
    assert (batch.records, batch.stored, batch.rejected) == (3, 3, 0)


def test_a_packed_request_again_stores_nothing_twice(token: str) -> None:
    send(token, gzip.compress(BODY, mtime=0), **{"Content-Encoding": "gzip"})
    send(token, BODY)
    assert [batch.stored for batch in taken_in()] == [3, 0]


def test_the_index_of_the_address_may_name_the_source(token: str) -> None:
    body = bulk({"index": {}}, {"message": "ls", "foureyes.user": "asilva", "host": "gpu03"})
    send(token, body, "/foureyes-bash_history/_bulk")
    (batch,) = taken_in()
    assert (batch.stored, batch.rejected) == (1, 0)


def test_every_item_has_an_error_of_its_own() -> None:
    token = ApiToken.issue(name="logs", feed="lab", sources=["syslog"])[1]
    body = bulk({"delete": {"_index": "a", "_id": "1"}}, {"index": {}}) + b"{broken\n"
    body += bulk({"index": {"_index": "auditd"}}, {"message": "x"})
    nothing = send(token, body)
    assert nothing.json()["errors"] is True
    assert not Batch.objects.exists()
    items = send(token, body + BODY).json()["items"]
    statuses = [next(iter(item.values()))["status"] for item in items]
    assert statuses == [400, 400, 403, 201, 201, 201]
    assert (
        items[0]["delete"]["error"]["reason"]
        == "item 1, from line 1, is an action that adds nothing"
    )
    (batch,) = taken_in()
    assert (batch.stored, batch.rejected) == (3, 3)
    assert reasons()[-1] == (3, "this token may not send auditd")


@pytest.mark.parametrize("body", [b"", b"\n\n", b"{}\n", b"7", BODY + b"{\n", b"\xff\n"])
def test_what_is_no_bulk_request_is_refused_whole(token: str, own_spool: Path, body: bytes) -> None:
    answer = send(token, body)
    assert answer.status_code == 400
    assert answer.json()["error"]["type"] == "illegal_argument_exception"
    assert answer.json()["status"] == 400
    assert not Batch.objects.exists()
    assert [path for path in own_spool.rglob("*") if path.is_file()] == []


def test_a_line_that_is_no_action_is_named(token: str) -> None:
    body = b'\n{"delete":{"_id":"1"}}\n{"create":{}}\n{"message":"a"}\n{"create":7}\n{}\n'
    said = send(token, body).json()["error"]["reason"]
    assert said.startswith("Malformed action/metadata line [5], action 3: ")


def test_what_is_too_large_or_too_much_is_refused(token: str, settings: Settings) -> None:
    settings.MAX_BODY_BYTES = 1000
    assert send(token, BODY * 9).status_code == 413
    assert send(token, BODY).status_code == 200
    settings.SPOOL_LIMIT_BYTES = 1
    answer = send(token, BODY)
    assert (answer.status_code, answer.json()["status"]) == (429, 429)


def key(text: str) -> str:
    """An API key as clients encode it."""
    return "ApiKey " + base64.b64encode(text.encode()).decode()


def test_a_token_may_come_as_an_api_key_or_as_a_bearer(token: str) -> None:
    for header in (key(f"id:{token}"), f"ApiKey {token}", f"Bearer {token}"):
        assert send(token, BODY, Authorization=header).status_code == 200


@pytest.mark.parametrize("header", ["", "Basic eDp5", "Bearer x", key("a:b"), "Digest x"])
@pytest.mark.parametrize("address", ["/_bulk", "/a/_bulk", "/_template/x", "/elasticsearch/"])
def test_nobody_writes_or_asks_without_a_token(address: str, header: str) -> None:
    headers = {"Authorization": header} if header else {}
    answer = post(address, BODY, kind=NDJSON, **headers)
    assert (answer.status_code, answer["X-Elastic-Product"]) == (401, "Elasticsearch")
    assert not Batch.objects.exists()


def test_a_token_for_reading_sends_nothing() -> None:
    token = ApiToken.issue(name="reader", feed="lab", scopes=["read:feeds"])[1]
    assert send(token, BODY).status_code == 403


def test_the_root_tells_shippers_a_version_and_people_the_overview(token: str) -> None:
    client = Client(headers={"Authorization": f"Bearer {token}"})
    for address in ("/", "/elasticsearch/"):
        answer = client.get(address)
        assert answer.json()["version"]["number"].startswith("8.")
        assert answer["X-Elastic-Product"] == "Elasticsearch"
        assert client.head(address).status_code == 200
    assert Client().get("/").status_code == 302
    assert Client(headers={"Authorization": "Bearer x"}).get("/").status_code == 401
    assert client.get("/alerts/").status_code in (302, 404)


def test_what_shippers_set_up_first_is_there_already(token: str) -> None:
    client = Client(headers={"Authorization": f"Bearer {token}"})
    assert client.get("/_license").json()["license"]["status"] == "active"
    assert client.get("/_xpack").json()["license"]["mode"] == "basic"
    assert client.get("/_cat/health").status_code == 200
    assert client.get("/_cluster/health").json()["status"] == "green"
    for thing in ("_ilm/policy/x", "_index_template/x", "_template/x", "_ingest/pipeline/x"):
        assert client.head(f"/{thing}").status_code == 200
        put = client.put(f"/{thing}", b"{}", content_type="application/json")
        assert put.json() == {"acknowledged": True}
    assert client.get("/_search").status_code == 404


def test_the_official_client_takes_it_for_what_it_speaks_to(token: str, live_server: Any) -> None:
    with Elasticsearch(live_server.url, api_key=token, max_retries=0) as client:
        assert client.info()["tagline"].startswith("Foureyes")
        operations = [{"index": {"_index": "syslog"}}, {"message": SYSLOG.format(1)}]
        assert client.bulk(operations=operations)["errors"] is False
        assert Batch.objects.get().source == "elastic_bulk"


@tried(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    body=st.binary(max_size=300) | st.binary(max_size=60).map(lambda raw: BODY + raw),
    address=st.sampled_from(["/_bulk", "/auditd/_bulk", "/_template/x", "/a%00b/_bulk"]),
    encoding=st.sampled_from(["", "gzip", "zstd"]),
    known=st.booleans(),
)
def test_no_body_breaks_the_door_or_comes_in_without_a_token(
    token: str, body: bytes, address: str, encoding: str, known: bool
) -> None:
    before = Batch.objects.count()
    headers = {"Content-Encoding": encoding} if encoding else {}
    answer = send(token if known else "guess", body, address, **headers)
    assert answer.status_code < 500
    if not known:
        assert answer.status_code in (400, 401)
        assert Batch.objects.count() == before
