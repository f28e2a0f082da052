"""What a behaviour feature is: one number a person and day, with a sentence."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import pyarrow as pa


class Measure(StrEnum):
    """How the selected events of a person's day become one number."""

    EVENTS = "events"  # how many there are
    DISTINCT = "distinct"  # how many different values `of` has
    TOTAL = "total"  # the sum of `of`: an amount, compared on a logarithmic scale


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """One number a person and day.

    `columns` are the event fields it reads. `select` gets a day's events, with the columns
    `person` and `owner` (person ids, null where unknown) added, and answers which of them count,
    a boolean a row. `sentence` is a template with {observed} and {expected}. Fewer than `least`
    are never an anomaly; amounts that differ by less than `grain` are the same.
    """

    name: str
    title: str
    unit: str
    columns: tuple[str, ...]
    select: Callable[[pa.Table], pa.BooleanArray]
    sentence: str
    measure: Measure = Measure.EVENTS
    of: str | None = None
    tactics: tuple[str, ...] = ()
    least: float = 1.0
    grain: float = 1.0
