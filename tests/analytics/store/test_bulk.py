"""What becomes of documents that are created many at a time."""

import pytest

from analytics.store import bulk
from analytics.store.base import StoreUnavailable
from analytics.store.bulk import Creation, Outcome, create


def creations(count: int, size: int = 10) -> list[Creation]:
    return [Creation(row, "index", f"e{row}", b"x" * size) for row in range(count)]


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "WAIT", 0)


def test_created_and_existing_documents_are_told_apart() -> None:
    rows = create(
        creations(3), lambda request: [Outcome((201, 409, 201)[one.row]) for one in request]
    )
    assert dict(rows) == {0: True, 1: False, 2: True}


def test_only_what_met_a_busy_store_is_sent_again() -> None:
    sent: list[list[int]] = []

    def send(request: list[Creation]) -> list[Outcome]:
        sent.append([one.row for one in request])
        return [Outcome(429 if one.row > len(sent) else 201) for one in request]

    assert dict(create(creations(4), send)) == dict.fromkeys(range(4), True)
    assert sent == [[0, 1, 2, 3], [2, 3], [3]]


def test_a_store_that_stays_busy_is_unavailable() -> None:
    with pytest.raises(StoreUnavailable, match="too busy for 2 events"):
        list(create(creations(2), lambda request: [Outcome(503)] * len(request)))


def test_a_refused_document_is_named_with_the_reason() -> None:
    with pytest.raises(ValueError, match="event e1 is refused: no such field"):
        list(create(creations(2)[1:], lambda request: [Outcome(400, "no such field")]))


def test_requests_stay_small() -> None:
    sizes: list[int] = []

    def send(request: list[Creation]) -> list[Outcome]:
        sizes.append(len(request))
        return [Outcome(201)] * len(request)

    assert len(list(create(creations(7, size=1 << 20), send))) == 7
    assert sizes == [4, 3]
