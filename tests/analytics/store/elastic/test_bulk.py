"""What becomes of documents in the answers of a cluster."""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pytest

from analytics.store.base import StoreUnavailable
from analytics.store.elastic.bulk import Fate, Outcome, Request, all_created, answered, outcomes
from analytics.store.elastic.wire import Answers


def item(status: int, kind: str = "", reason: str = "", cause: str = "") -> Mapping[str, Any]:
    error = {"type": kind, "reason": reason, "caused_by": {"reason": cause}}
    return {"create": {"status": status} | ({"error": error} if kind else {})}


def test_each_document_has_a_fate_of_its_own() -> None:
    answer = [
        item(201),
        item(409, "version_conflict_engine_exception", "document already exists"),
        item(400, "document_parsing_exception", "field [t]\nof type", "before 1970"),
        item(429, "es_rejected_execution_exception", "queue full"),
        item(503, "unavailable_shards_exception", "no primary"),
        item(403, "cluster_block_exception", "index write (api)"),
        item(404, "index_not_found_exception", "no such index"),
    ]
    assert [outcome.fate for outcome in outcomes(answer)] == [
        Fate.CREATED,
        Fate.KNOWN,
        Fate.REFUSED,
        *([Fate.BUSY] * 3),
        Fate.HOMELESS,
    ]
    assert list(outcomes(answer))[2].reason == "field [t]: before 1970"


@pytest.mark.parametrize(
    "kind", ["strict_dynamic_mapping_exception", "illegal_argument_exception", "anything_else"]
)
def test_a_fault_that_may_not_be_the_documents_own_refuses_none(kind: str) -> None:
    with pytest.raises(StoreUnavailable, match=kind):
        list(outcomes([item(400, kind, "no write index is defined")]))


def test_a_term_that_is_too_long_is_the_documents_own_fault() -> None:
    reason = "Document contains at least one immense term in field=..."
    (outcome,) = outcomes([item(400, "illegal_argument_exception", reason)])
    assert outcome == Outcome(Fate.REFUSED, reason)


def test_an_answer_in_which_all_went_well_is_of_created_documents() -> None:
    body = b'{"errors":false,"items":[%b]}' % b",".join([b'{"create":{"status":201}}'] * 3)
    found = answered(Answers().loads(body), 3)
    assert all_created(found)
    assert found == [Outcome(Fate.CREATED)] * 3


def test_an_answer_with_errors_is_read_one_by_one() -> None:
    body = b'{"errors":true,"items":[{"create":{"status":201}},{"create":{"status":409}}]}'
    found = answered(Answers().loads(body), 2)
    assert [outcome.fate for outcome in found] == [Fate.CREATED, Fate.KNOWN]
    assert not all_created(found)


@pytest.mark.parametrize("start", [b'{"errors":false,', b'{"errors":true,'])
def test_an_answer_that_does_not_speak_of_each_event_is_trouble(start: bytes) -> None:
    body = start + b'"items":[{"create":{"status":201}}]}'
    with pytest.raises(StoreUnavailable, match="answers for 1 of 2 events"):
        answered(Answers().loads(body), 2)


def request(*texts: str) -> Request:
    return Request("2026.01", range(len(texts)), pa.array(texts, pa.string()))


def test_a_body_is_the_lines_as_they_lie_also_of_a_part() -> None:
    whole = request("a\n", "ü\n", "ccc\n")
    assert (whole.body, whole.size) == ("a\nü\nccc\n".encode(), 9)
    (part,) = whole.only([1, 2]).parts(100)
    assert (part.rows, part.body) == ([1, 2], "ü\nccc\n".encode())


@pytest.mark.parametrize("size", [0, 1, 5, 7, 100])
def test_parts_are_of_about_that_size_and_lose_nothing(size: int) -> None:
    whole = request("aa\n", "bb\n", "c" * 50 + "\n", "d\n", "e\n")
    parts = list(whole.parts(size))
    assert b"".join(part.body for part in parts) == whole.body
    assert [row for part in parts for row in part.rows] == [0, 1, 2, 3, 4]
    assert all(part.size <= size or len(part.rows) == 1 for part in parts)
