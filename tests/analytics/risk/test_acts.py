import time
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from analytics.risk.acts import LARGEST, clusters

SETS = st.lists(st.frozensets(st.integers(0, 8).map(str), max_size=4), max_size=11)


def most_apart(events: list[frozenset[str]]) -> int:
    """How many can be picked of which no two share an event, by trying all."""
    for size in range(len(events), 0, -1):
        for picked in combinations(events, size):
            if sum(map(len, picked)) == len(frozenset().union(*picked)):
                return size
    return 0


@given(SETS)
def test_as_many_count_as_can_be_told_apart_among_the_heaviest(
    events: list[frozenset[str]],
) -> None:
    _, counts = clusters(events)
    for size in range(len(events) + 1):
        assert sum(counts[:size]) == most_apart(events[:size])


@given(SETS)
def test_each_cluster_begins_with_the_one_that_counts(events: list[frozenset[str]]) -> None:
    numbers, counts = clusters(events)
    seen: set[int] = set()
    for number, counted in zip(numbers, counts, strict=True):
        assert counted == (number not in seen)
        seen.add(number)
    assert seen == set(range(1, len(seen) + 1))


def test_a_knot_too_large_to_be_exact_still_counts_no_event_twice() -> None:
    chain = [frozenset({str(n), str(n + 1)}) for n in range(LARGEST * 4)]
    numbers, counts = clusters(chain)
    assert len(numbers) == len(chain)
    picked = [events for events, counted in zip(chain, counts, strict=True) if counted]
    assert len(picked) >= LARGEST


def test_a_tangle_of_findings_takes_a_moment() -> None:
    tangle = [frozenset(str(n * step % 97) for step in (1, 3, 7)) for n in range(300)]
    start = time.perf_counter()
    clusters(tangle)
    assert time.perf_counter() - start < 5
