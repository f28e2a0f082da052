"""How many documents go out, in which requests, and which of them again."""

from collections.abc import Callable
from threading import Barrier, Lock

import pyarrow as pa
import pytest

from analytics.store.base import StoreUnavailable
from analytics.store.elastic import writing
from analytics.store.elastic.bulk import Fate, Outcome, Request
from analytics.store.elastic.writing import LEAST, MOST, Pace, TooLarge, Writer

CREATED = Outcome(Fate.CREATED)


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "WAIT", 0)


def events(count: int, size: int = 10, months: int = 1) -> list[Request]:
    """Portions of as many events of that size, row by row of another month."""
    portions = []
    for month in range(months):
        rows = range(month, count, months)
        lines = pa.array(["x" * size] * len(rows), pa.string())
        portions.append(Request(f"2026.{month + 1:02}", rows, lines))
    return portions


def writer(send: Callable[[Request], list[Outcome]]) -> Writer:
    return Writer(send, lambda month: None)


def test_every_document_has_its_outcome() -> None:
    fates = (Fate.CREATED, Fate.KNOWN, Fate.REFUSED)

    def send(request: Request) -> list[Outcome]:
        return [Outcome(fates[row % 3]) for row in request.rows]

    found = dict(writer(send).create(events(9, months=2)))
    assert [found[row].fate for row in range(9)] == [*fates] * 3


def test_only_what_met_a_busy_store_is_sent_again() -> None:
    sent: list[list[int]] = []

    def send(request: Request) -> list[Outcome]:
        sent.append(list(request.rows))
        return [Outcome(Fate.BUSY) if row > len(sent) else CREATED for row in request.rows]

    assert dict(writer(send).create(events(4))) == dict.fromkeys(range(4), CREATED)
    assert sent == [[0, 1, 2, 3], [2, 3], [3]]


def test_a_store_that_stays_busy_is_unavailable() -> None:
    busy = writer(lambda request: [Outcome(Fate.BUSY, "queue full")] * len(request.rows))
    with pytest.raises(StoreUnavailable, match="too busy for 2 events: queue full"):
        busy.create(events(2))


def test_a_month_without_an_index_gets_one_and_its_events_are_sent_again() -> None:
    settled: list[str] = []

    def send(request: Request) -> list[Outcome]:
        fate = Fate.CREATED if request.month in settled else Fate.HOMELESS
        return [Outcome(fate)] * len(request.rows)

    found = Writer(send, settled.append).create(events(6, months=3))
    assert len(list(found)) == 6
    assert sorted(settled) == ["2026.01", "2026.02", "2026.03"]


def test_a_request_that_is_too_large_goes_out_in_parts_and_one_event_is_refused() -> None:
    def send(request: Request) -> list[Outcome]:
        if request.size > 1_000:
            raise TooLarge
        return [CREATED] * len(request.rows)

    large = Request("2026.01", [30], pa.array(["x" * 2_000], pa.string()))
    some = [*events(30, size=100), large]
    found = dict(writer(send).create(some))
    assert [found[row] for row in range(30)] == [CREATED] * 30
    assert found[30] == Outcome(Fate.REFUSED, "the store takes no event of 2000 bytes")


def test_requests_are_of_one_month_and_about_as_large_as_the_pace_says() -> None:
    requests: list[Request] = []
    lock = Lock()

    def send(request: Request) -> list[Outcome]:
        with lock:
            requests.append(request)
        return [CREATED] * len(request.rows)

    careful = writer(send)
    careful.pace.passed = lambda size, seconds: None  # type: ignore[method-assign]
    careful.create(events(40, size=100_000, months=2))
    assert sorted(row for one in requests for row in one.rows) == [*range(40)]
    assert max(one.size for one in requests) <= writing.FIRST
    assert all(len({row % 2 for row in request.rows}) == 1 for request in requests)


def test_several_requests_go_out_at_once() -> None:
    together = Barrier(2)

    def send(request: Request) -> list[Outcome]:
        together.wait(30)  # breaks where no second request is under way
        return [CREATED] * len(request.rows)

    assert len(list(writer(send).create(events(2, size=writing.FIRST)))) == 2


def test_trouble_of_one_request_ends_the_others_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "WAIT", 3_600)
    met = Barrier(2)

    def send(request: Request) -> list[Outcome]:
        met.wait(30)
        if request.rows[0] == 0:
            raise StoreUnavailable("broken")
        return [Outcome(Fate.BUSY)] * len(request.rows)

    with pytest.raises(StoreUnavailable, match="broken"):
        writer(send).create(events(2, size=writing.FIRST))


def test_quick_requests_grow_slow_ones_shrink_and_a_busy_store_is_spared() -> None:
    pace = Pace()
    for _ in range(20):
        pace.passed(pace.size, 0.01)
    assert (pace.size, pace.at_once) == (MOST, writing.AT_ONCE)
    pace.passed(100, 10)  # the rest of a batch
    assert pace.size == MOST
    for _ in range(20):
        pace.passed(pace.size, 30)
    assert pace.size == LEAST
    pace.pushed_back()
    pace.pushed_back()
    assert (pace.size, pace.at_once) == (LEAST, 1)
