"""What only refers to itself is given up, if later."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from auditapp import garbage


class Ring:
    """Refers to itself."""

    def __init__(self) -> None:
        self.next = self


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


def test_cycles_are_collected_without_being_asked_for() -> None:
    garbage.collect_rarely()
    first = weakref.ref(Ring())
    for _ in range(garbage.YOUNG + 1):
        Ring()
    assert first() is None


def test_lists_that_a_reader_makes_are_not_looked_through() -> None:
    def looks() -> int:
        return sum(generation["collections"] for generation in gc.get_stats())

    garbage.collect_rarely()
    before = looks()
    made = [[number] for number in range(garbage.YOUNG // 2)]
    assert (len(made), looks() - before) == (garbage.YOUNG // 2, 0)
