"""What a weekday is like: a day of rest, and how much is done on it. No calendar is needed: fewer
people are there, or they do less."""

import numpy as np
import numpy.typing as npt

from analytics.behaviour.peers import Peers
from analytics.behaviour.person_days import Codes, Numbers
from analytics.behaviour.sums import WEEK

FEW = 0.5  # of the people of a usual weekday
SURE = 16.0  # events, if they come one by one, that outweigh the prior: Gamma, deviation ¼
BOUNDS = (0.1, 10.0)  # of a mean day: what nobody does on Mondays is not impossible on one


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


def factors(codes: Codes, days: Codes, values: Numbers, peers: Peers) -> Numbers:
    """How many times as much as on a mean day each person does on each weekday (a row a person).

    Shrunk to the peers' factors, and these to 1. The mean over the days on which a person was
    active is 1.
    """
    people = len(peers.group_of)
    cells = codes * WEEK + weekday(days)
    shape = people, WEEK
    number = np.bincount(cells, minlength=people * WEEK).reshape(shape).astype(np.float64)
    total = np.bincount(cells, values, minlength=people * WEEK).reshape(shape).astype(np.float64)
    squares = np.bincount(codes, values**2, minlength=people).astype(np.float64)
    days_of, sum_of = number.sum(axis=1), total.sum(axis=1)
    mean = sum_of / np.maximum(days_of, 1)
    expected = number * mean[:, None]
    within = squares - sum_of * mean
    spread = np.maximum(_of_groups(within, peers) / _safe(_of_groups(sum_of, peers)), 1.0)
    sure = SURE * spread[:, None]
    common = (_of_groups(total, peers) + sure) / (_of_groups(expected, peers) + sure)
    own = (total + sure * common) / (expected + sure)
    mean_factor = (own * number).sum(axis=1) / np.maximum(days_of, 1)
    return np.asarray(np.clip(own / _safe(mean_factor)[:, None], *BOUNDS))


def _of_groups(each: Numbers, peers: Peers) -> Numbers:
    """The sum over each person's group."""
    member, group = peers.pairs
    sums = np.zeros((len(peers.members), *each.shape[1:]))
    np.add.at(sums, group, each[member])
    return np.asarray(sums[peers.group_of])


def _safe(numbers: Numbers) -> Numbers:
    return np.asarray(np.where(numbers > 0, numbers, 1.0))
