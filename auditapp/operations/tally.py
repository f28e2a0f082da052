"""Counts what stages do, in the database: so the figures are right however many processes there
are, and begin at nothing only with a new database."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import TypeVar

from django.db.models import F

from auditapp import tracing
from auditapp.operations.models import Tally

T = TypeVar("T")

STAGES = ("receive", "parse", "store", "assess", "report")


def add(stage: str, source: str = "", **counts: float) -> None:
    """Adds to the tally of a stage; counts are fields of Tally.

    Called last in the transaction that the counts are about, as its row is locked from then on.
    """
    row = Tally.objects.filter(stage=stage, source=source)
    more = {name: F(name) + count for name, count in counts.items() if count}
    if more and not row.update(**more):
        Tally.objects.get_or_create(stage=stage, source=source)
        row.update(**more)


class Watch:
    """Sums up seconds by stage."""

    def __init__(self) -> None:
        """Begins at nothing."""
        self.seconds = dict.fromkeys(STAGES, 0.0)

    def each(self, stage: str, found: Iterable[T]) -> Iterator[T]:
        """The same things; the time to make each of them is the stage's."""
        source = iter(found)
        while True:
            with self.during(stage):
                try:
                    one = next(source)
                except StopIteration:
                    return
            yield one

    @contextmanager
    def during(self, stage: str) -> Iterator[None]:
        """The block's time is the stage's; where spans are made, it is one."""
        began = perf_counter()
        try:
            with tracing.span(stage):
                yield
        finally:
            self.seconds[stage] += perf_counter() - began
