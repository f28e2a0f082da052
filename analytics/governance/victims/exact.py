"""Exact tests over matched sets, and how many tests they are corrected for."""

from collections.abc import Sequence
from functools import lru_cache
from math import exp, lgamma, log

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
SAME = 1 + 1e-9  # sums of the same chances in another order


def at_least(count: int, chances: Floats) -> float:
    """The probability of `count` or more successes in independent trials with these chances.

    Of matched sets it is the conditional exact test: which member of a set failed is by chance
    under the hypothesis, so a set of n members of whom e were exposed has the chance e / n
    (Breslow & Day, Statistical Methods in Cancer Research I, §7).
    """
    if count <= 0:
        return 1.0
    if count > len(chances):
        return 0.0
    # below[k] is the chance of exactly k successes, for k < count; beyond is the rest
    below = np.zeros(count)
    below[0] = 1.0
    beyond = 0.0
    for chance in chances:
        beyond += below[-1] * chance
        below[1:] = below[1:] * (1 - chance) + below[:-1] * chance
        below[0] *= 1 - chance
    return float(min(beyond, 1.0))


def reachable(chances: Floats, most: float) -> Floats:
    """The probabilities of at least so many successes, ascending, that are at most `most` and of
    more successes than expected: the values that a test of these sets can have at all."""
    exactly = np.ones(1)
    for chance in chances.tolist():
        exactly = np.convolve(exactly, (1 - chance, chance))
    more = np.arange(len(exactly)) > chances.sum()
    found = np.cumsum(exactly[::-1])[more[::-1]]
    return np.asarray(found[found <= most])


def corrected(tests: Floats, possible: Sequence[Floats], error: float) -> Floats:
    """P-values corrected for how many tests there are, stepping down, for discrete tests.

    A claim at the level p is by chance at most as probable as the sum, over all tests, of the
    largest value up to p that each can have at all (`possible`, ascending up to `error`): most
    cannot come near p, and count for little or nothing (Westfall & Wolfinger, Am. Statistician 51
    (1997) 3). Whom the least p has named is no longer among those that the next is corrected for
    (Holm). The chance of any false claim stays below `error`, whatever depends on what; p-values
    are not to be read against another level.
    """
    found = np.ones(len(tests))
    worst = 0.0
    left = set(range(len(tests)))
    for test in np.argsort(tests, kind="stable").tolist():
        if tests[test] > error or worst > error:
            break
        beside = (_size(possible[other], float(tests[test])) for other in left - {test})
        worst = max(worst, float(tests[test]) + sum(beside))
        found[test] = min(worst, 1.0)
        left.discard(test)
    return found


def _size(possible: Floats, level: float) -> float:
    """How probable a test is at most `level`: the largest of its values up to it."""
    place = int(np.searchsorted(possible, level * SAME, "right"))
    return float(possible[place - 1]) if place else 0.0


def odds_ratio(more: Floats, less: Floats) -> Floats:
    """Mantel & Haenszel's odds ratio over matched sets, which for controls that were running when
    the case failed estimates the relative risk (Greenland & Thomas 1982).

    Of `size` members a set adds to `more` its unexposed controls / size where its failed run was
    exposed, and to `less` its exposed controls / size where it was not. Half a set is added to
    either side, so that it is finite.
    """
    return np.asarray((more + 0.5) / (less + 0.5))


def rare_count(count: int, expected: float) -> float:
    """The probability of `count` or more of what happens so often on average (Poisson)."""
    logs = [each * log(max(expected, 1e-12)) - expected - lgamma(each + 1) for each in range(count)]
    return max(1.0 - sum(exp(one) for one in logs), 0.0)


def shifted(used: npt.NDArray[np.int64], other: npt.NDArray[np.int64]) -> tuple[Floats, int]:
    """How many failed after a change, of those who use what was changed, if it did nothing.

    Either is failed and all after, failed and all before. Given all sums, also that of failures
    after, the count has this distribution where the odds after and before differ alike among those
    who use it and others (Zelen, Biometrika 58 (1971) 129): its probabilities, and from which
    count on.
    """
    failed, ran, failed_before, ran_before = (int(value) for value in used)
    others, all_others, others_before, all_before = (int(value) for value in other)
    after, users, rest = failed + others, failed + failed_before, others + others_before
    low = max(0, users - ran_before, after - min(all_others, rest))
    high = min(ran, users, after - max(0, rest - all_before))
    logs = np.array(
        [
            _choose(ran, count)
            + _choose(ran_before, users - count)
            + _choose(all_others, after - count)
            + _choose(all_before, rest - after + count)
            for count in range(low, high + 1)
        ]
    )
    chances = np.exp(logs - logs.max())
    return chances / chances.sum(), low


@lru_cache(maxsize=100_000)
def _choose(whole: int, part: int) -> float:
    """The logarithm of how many parts of a size a whole has."""
    return lgamma(whole + 1) - lgamma(part + 1) - lgamma(whole - part + 1)
