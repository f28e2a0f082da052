"""Which weekdays are days of rest. No calendar is needed: fewer people are there."""

import numpy as np
import numpy.typing as npt

from analytics.behaviour.person_days import Codes

WEEK = 7
FEW = 0.5  # of the people of a usual weekday


def weekday(days: Codes) -> Codes:
    """0 for Monday; day 0 is 1 January 1970, a Thursday."""
    return np.asarray((days + 3) % WEEK)


def days_of_rest(days: Codes) -> npt.NDArray[np.bool_]:
    """Of each weekday, from Monday, whether less than half as many people are active on it as on
    the median one. `days` are those of all person-days."""
    if not len(days):
        return np.zeros(WEEK, dtype=bool)
    first, last = int(days.min()), int(days.max())
    people = np.bincount(weekday(days), minlength=WEEK)
    times = np.bincount(weekday(np.arange(first, last + 1)), minlength=WEEK)
    mean = people / np.maximum(times, 1)
    if last - first + 1 < WEEK:
        return np.zeros(WEEK, dtype=bool)
    return np.asarray(mean < FEW * np.median(mean))
