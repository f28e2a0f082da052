"""What the days of a stretch of time add up to, for each person."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.behaviour.person_days import Codes, Numbers

Flags = npt.NDArray[np.bool_]
WEEK = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """Arrays of one shape, the last axis being person numbers: how many days there are, what these
    are worth as exposure, the total of their values, and of their squares over their exposure."""

    days: Numbers
    exposure: Numbers
    total: Numbers
    squares: Numbers

    def of(self, change: Callable[[Numbers], Numbers]) -> "Sums":
        """The same change of each array."""
        return Sums(
            days=change(self.days),
            exposure=change(self.exposure),
            total=change(self.total),
            squares=change(self.squares),
        )

    def plus(self, other: "Sums") -> "Sums":
        """Both stretches together."""
        return Sums(
            days=self.days + other.days,
            exposure=self.exposure + other.exposure,
            total=self.total + other.total,
            squares=self.squares + other.squares,
        )

    def where(self, chosen: Flags, other: "Sums") -> "Sums":
        """These of the people chosen, the other's of everybody else."""
        return Sums(
            days=np.where(chosen, self.days, other.days),
            exposure=np.where(chosen, self.exposure, other.exposure),
            total=np.where(chosen, self.total, other.total),
            squares=np.where(chosen, self.squares, other.squares),
        )

    def within(self, newest: int, end: int) -> "Sums":
        """The weeks from the newest on, before the end, of each person together."""
        return self.of(lambda found: np.asarray(found[newest:end].sum(axis=0)))

    def whole(self) -> "Sums":
        """All weeks of each person together."""
        return self.of(lambda found: np.asarray(found.sum(axis=0)))

    @property
    def mean(self) -> Numbers:
        """The value to each unit of exposure, 0 where there is none."""
        return self.total / np.where(self.exposure > 0, self.exposure, 1.0)


def weekly(
    codes: Codes, ages: Codes, values: Numbers, exposure: Numbers, worth: Numbers, people: int
) -> Sums:
    """Sums by week and person: row 0 holds the seven days before today, row 1 those before.

    `ages` are days before today, from 1; `worth` says what share of a day each row counts for.
    """
    weeks = int((ages.max(initial=1) - 1) // WEEK) + 1
    cells = ((ages - 1) // WEEK) * people + codes

    def added(each: Numbers) -> Numbers:
        found = np.bincount(cells, worth * each, minlength=weeks * people)
        return np.asarray(found.reshape(weeks, people), dtype=np.float64)

    return Sums(
        days=added(np.ones_like(values)),
        exposure=added(exposure),
        total=added(values),
        squares=added(values**2 / exposure),
    )
