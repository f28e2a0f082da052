"""What a behaviour feature is: one number a person and day, with a sentence."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import pyarrow as pa

Derived = Callable[[pa.Table], pa.ChunkedArray]


class Measure(StrEnum):
    """How the selected events of a person's day become one number."""

    EVENTS = "events"  # how many there are
    DISTINCT = "distinct"  # how many different values there are
    TOTAL = "total"  # the sum of the values: an amount, compared on a logarithmic scale
    NEW = "new"  # how many different values the person did not use before
    HOURS = "hours"  # in how many hours of the day, outside the person's usual ones

    @property
    def keeps_values(self) -> bool:
        """Whether a person-day holds the values themselves, for later days to compare with."""
        return self in (Measure.NEW, Measure.HOURS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """One number a person and day.

    `columns` are the event fields it reads. `select` gets a day's events, with the columns
    `person` and `owner` (person ids, null where unknown) added, and answers which of them count,
    a boolean a row. `of` is a column, or makes values of what `columns` say (the owner of a model
    of its name), one a row or a list of them; null is none. `sentence` is a template with
    {observed} and {expected}. Less than `least` is never an anomaly; amounts that differ by less
    than `grain` are the same. Counts are compared with those of the same weekday, unless it is the
    weekday that is odd: `any_weekday`. With `fewer` it is too little that is odd (silence); then
    `least` is what must be expected.
    """

    name: str
    title: str
    unit: str
    columns: tuple[str, ...]
    select: Callable[[pa.Table], pa.BooleanArray]
    sentence: str
    measure: Measure = Measure.EVENTS
    of: str | Derived | None = None
    tactics: tuple[str, ...] = ()
    least: float = 1.0
    grain: float = 1.0
    fewer: bool = False
    any_weekday: bool = False

    @property
    def reads(self) -> frozenset[str]:
        """The event fields it cannot do without."""
        return frozenset([*self.columns, *([self.of] if isinstance(self.of, str) else [])])

    def values(self, events: pa.Table) -> pa.ChunkedArray:
        """What `of` is of these events, a value a row, null where there is none."""
        if isinstance(self.of, str):
            return events[self.of]
        if self.of is None:
            raise TypeError(f"{self.name} counts events, not values")
        return self.of(events)
