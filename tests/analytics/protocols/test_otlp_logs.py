"""Requests of OTLP, in both forms."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import json_format
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from analytics.protocols.otlp_logs import JSON, PROTOBUF, NotOtlp, of_json, of_protobuf
from analytics.protocols.protocol import Protocol
from tests.analytics.protocols.carrying import carried, told

TIME = 1_767_225_600_000_000_000
SYSLOG = "Jan  1 00:00:01 gpu01 sshd[7]: Accepted publickey for asilva from 10.0.0.1 port 1 ssh2"


def text(value: str) -> dict[str, Any]:
    """A text as an AnyValue."""
    return {"stringValue": value}


def attributes(**values: str) -> list[dict[str, Any]]:
    """Attributes; keywords name them with __ for dots."""
    return [{"key": key.replace("__", "."), "value": text(v)} for key, v in values.items()]


def request(*records: dict[str, Any], **resource: str) -> dict[str, Any]:
    """A request in its JSON form, of one resource and scope."""
    timed = [{"timeUnixNano": str(TIME), **record} for record in records]
    scope = {"scope": {"name": "lab"}, "logRecords": timed}
    named = {"attributes": attributes(**resource)}
    return {"resourceLogs": [{"resource": named, "scopeLogs": [scope]}]}


def any_value(value: Any) -> dict[str, Any]:
    """A JSON value as an AnyValue."""
    match value:
        case dict():
            pairs = [{"key": key, "value": any_value(inner)} for key, inner in value.items()]
            return {"kvlistValue": {"values": pairs}}
        case list():
            return {"arrayValue": {"values": [any_value(inner) for inner in value]}}
        case bool():
            return {"boolValue": value}
        case int():
            return {"intValue": str(value)}
        case str():
            return text(value)
    return {}


def both(message: dict[str, Any]) -> list[tuple[Protocol, bytes]]:
    """The request in both forms."""
    binary = json_format.ParseDict(message, ExportLogsServiceRequest()).SerializeToString()
    return [(JSON, json.dumps(message).encode()), (PROTOBUF, binary)]


def test_both_forms_say_the_same() -> None:
    values = [
        text("ls"),
        {"boolValue": True},
        {"intValue": "9007199254740993"},
        {"doubleValue": 0.5},
        {"bytesValue": "AAE="},
        {"arrayValue": {"values": [text("a"), {"intValue": "7"}, {}]}},
        {"kvlistValue": {"values": [{"key": "a", "value": text("b")}]}},
    ]
    records = [
        {"body": value, "attributes": [{"key": "x", "value": value}], "severityText": "WARN"}
        for value in values
    ]
    first, second = (
        [one._replace(number=0) for one in protocol.records(io.BytesIO(body))]
        for protocol, body in both(request(*records, host__name="gpu01"))
    )
    assert first == second
    assert len(first) == len(values)
    document = json.loads(first[2].document)
    assert document["x"] == 9007199254740993
    assert document["@timestamp"] == "2026-01-01T00:00:00+00:00"
    assert (document["host.name"], document["log.level"]) == ("gpu01", "WARN")


@pytest.mark.parametrize("form", [0, 1])
def test_a_line_is_read_by_the_source_it_names_or_that_recognises_it(form: int) -> None:
    named = {"body": text("ls"), "attributes": attributes(foureyes__source="bash_history")}
    named["attributes"] += attributes(foureyes__user="asilva")
    message = request({"body": text(SYSLOG)}, named, host__name="gpu07")
    rows, rejected = carried(*both(message)[form])
    assert rejected == []
    assert [(row["event.dataset"], row["host.name"]) for row in rows] == [
        ("syslog", "gpu01"),
        ("bash_history", "gpu07"),
    ]
    assert rows[0]["event.original"] == SYSLOG


@pytest.mark.parametrize("form", [0, 1])
def test_what_no_other_source_reads_is_an_event_of_ecs_with_all_that_was_said(form: int) -> None:
    record = {
        "body": text("job 7 was cancelled"),
        "severityText": "INFO",
        "attributes": attributes(user__name="asilva", job__reason="node failure"),
    }
    rows, rejected = carried(*both(request(record, host__name="gpu07", service__name="x"))[form])
    assert rejected == []
    (row,) = rows
    assert (row["event.dataset"], row["host.name"], row["user.name"]) == ("ecs", "gpu07", "asilva")
    assert row["@timestamp"].isoformat() == "2026-01-01T00:00:00+00:00"
    original = json.loads(row["event.original"])
    assert original["message"] == "job 7 was cancelled"
    assert original["job.reason"] == "node failure"


def test_an_object_is_read_as_itself() -> None:
    sample = Path("tests/golden/cloudtrail/events.ndjson").read_bytes().splitlines()[0]
    message = request({"body": any_value(json.loads(sample))})
    rows, rejected = carried(*both(message)[1])
    assert [row["event.dataset"] for row in rows] == ["cloudtrail"], rejected
    assert told(rows[0]) == told(carried(*both(message)[0])[0][0])


def test_an_empty_record_is_rejected_alone() -> None:
    for protocol, body in both(request({"body": text(SYSLOG)}, {}, {"body": text("")})):
        rows, rejected = carried(protocol, body)
        assert len(rows) == 1
        assert [(line.line, line.reason) for line in rejected] == [
            (2, "an empty record"),
            (3, "an empty record"),
        ]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"7",
        b"{",
        b'{"resourceLogs":7}',
        b'{"resourceLogs":[7]}',
        b'{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"x"}]}]}]}',
        b'{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":-1}]}]}]}',
        b'{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"attributes":[{}]}]}]}]}',
        b'{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":7}]}]}]}',
        b'{"resourceLogs":[{"resource":[],"scopeLogs":[{"scope":[7]}]}]}',
    ],
)
def test_what_is_no_request_is_told_so(body: bytes) -> None:
    with pytest.raises(NotOtlp):
        list(of_json(body))
    (record,) = JSON.records(io.BytesIO(body))
    assert record.error


def test_the_record_that_is_none_is_named() -> None:
    body = b'{"resourceLogs":[{"scopeLogs":[{"logRecords":[{},{"timeUnixNano":"x"}]}]}]}'
    with pytest.raises(NotOtlp, match=r"at record 2: .*'x'"):
        list(of_json(body))
    with pytest.raises(NotOtlp, match="line 2 column 6"):
        list(of_json(b'{\n "a" 7}'))


def test_bytes_that_are_no_message_are_told_so() -> None:
    with pytest.raises(NotOtlp):
        list(of_protobuf(b"\xff\xff"))


@given(st.binary(max_size=300))
def test_any_bytes_end_as_records_or_an_error(raw: bytes) -> None:
    for protocol in (JSON, PROTOBUF):
        for record in protocol.records(io.BytesIO(raw)):
            assert record.error or record.text or record.document


ANY = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)
NAMES = ("resourceLogs", "resource", "attributes", "key", "value", "scopeLogs", "scope", "name")
MORE = ("logRecords", "body", "timeUnixNano", "stringValue", "kvlistValue", "values", "intValue")
SHAPED = st.recursive(
    ANY,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(NAMES + MORE), inner, max_size=4)
    ),
    max_leaves=20,
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(SHAPED)
def test_any_shape_ends_as_records_or_an_error(value: Any) -> None:
    for record in JSON.records(io.BytesIO(json.dumps(value).encode())):
        assert record.error or record.text or record.document
