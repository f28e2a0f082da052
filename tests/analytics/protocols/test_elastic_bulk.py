"""Bulk requests, whatever is in them."""

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.protocols import elastic_bulk
from analytics.protocols.elastic_bulk import PROTOCOL, items, source_of
from tests.analytics.protocols.carrying import carried

SYSLOG = "Jan  1 00:00:0{} gpu01 sshd[7]: Accepted publickey for asilva from 10.0.0.1 port 1 ssh2"


def bulk(*pairs: Any) -> bytes:
    """Actions and documents as lines."""
    return b"".join(json.dumps(one).encode() + b"\n" for one in pairs)


def test_documents_are_read_as_the_lines_in_them_or_as_themselves() -> None:
    time = "2026-01-01T00:00:00.000Z"
    ecs = {"@timestamp": time, "ecs": {"version": "8.0.0"}, "message": "job 7 was cancelled"}
    body = bulk(
        {"create": {"_index": "filebeat-8.19.0"}},
        {"@timestamp": time, "message": SYSLOG.format(1), "host": {"name": "gpu07"}},
        {"index": {"_index": "auditbeat"}},
        {**ecs, "host.name": "gpu02", "event": {"kind": "event"}},
        {"index": {}},
        {"message": "ls", "foureyes": {"source": "bash_history", "user": "asilva"}},
        {"index": {"_index": "foureyes-bash_history"}},
        {"log": "pwd", "fields": {"foureyes": {"user": "asilva"}}, "host": "gpu03"},
    )
    rows, rejected = carried(PROTOCOL, body)
    assert rejected == []
    assert {(row["batch.line"], row["event.dataset"], row["host.name"]) for row in rows} == {
        (1, "syslog", "gpu01"),
        (2, "ecs", "gpu02"),
        (3, "bash_history", "gpu03"),
        (4, "bash_history", "gpu03"),
    }


@pytest.mark.parametrize(
    ("index", "source"),
    [
        ("auditd", "auditd"),
        ("foureyes-auditd", "auditd"),
        ("syslog-2026.11.29", "syslog"),
        ("foureyes-syslog-2026.11", "syslog"),
        ("filebeat-8.19.0", "filebeat"),
        ("logs-system.auth-default", ""),
        (".kibana", ""),
        ("", ""),
    ],
)
def test_an_index_may_name_a_source(index: str, source: str) -> None:
    assert source_of(index) == source


def test_what_adds_nothing_and_what_is_no_document_is_told_item_by_item() -> None:
    body = bulk({"delete": {"_id": "1"}}, {"update": {"_id": "1"}}, {"doc": {}}, {"index": {}})
    body += b"{broken\n" + bulk({"create": {"_id": "x", "_index": "y"}}, {"message": "ls"}) + b"\n"
    found = list(items(io.BytesIO(body)))
    assert [(one.action, one.record.error) for one in found] == [
        ("delete", elastic_bulk.OTHER_ACTION),
        ("update", elastic_bulk.OTHER_ACTION),
        ("index", elastic_bulk.BAD_DOCUMENT),
        ("create", ""),
    ]
    assert (found[3].id, found[3].into, found[3].record.number) == ("x", "y", 4)


@pytest.mark.parametrize(
    "line", ["7", "[]", "{}", "{", '{"search":{}}', '{"index":7}', '{"index":{},"create":{}}']
)
def test_a_line_that_is_no_action_is_malformed(line: str) -> None:
    (found,) = items(io.BytesIO(line.encode()))
    assert found.record.error == elastic_bulk.MALFORMED


def test_a_document_without_its_line_is_told_so() -> None:
    (found,) = items(io.BytesIO(b'{"index":{}}\n'))
    assert found.record.error == elastic_bulk.BAD_DOCUMENT


LINES = st.sampled_from(
    [b'{"index":{}}', b'{"create":{"_index":"auditd"}}', b'{"delete":{}}', b'{"message":"ls"}', b""]
)


@given(st.lists(LINES | st.binary(max_size=40), max_size=8))
def test_any_lines_end_as_records_or_errors_with_numbers_in_order(lines: list[bytes]) -> None:
    found = list(items(io.BytesIO(b"\n".join(lines))))
    assert [one.record.number for one in found] == list(range(1, len(found) + 1))
    assert all(one.record.error or one.record.document for one in found)
