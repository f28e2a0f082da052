"""Exact tests over matched sets, and how many tests they are corrected for."""

from functools import lru_cache
from math import exp, lgamma, log

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


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


def corrected(tests: Floats, least: Floats, error: float) -> Floats:
    """P-values corrected for how many tests there are, by Holm with Tarone's improvement.

    A test that could not have reached `error / k` at its `least` possible value is not among
    those that k counts (Tarone, Biometrics 46 (1990) 515; Hommel & Krummenauer 1998). The chance
    of any false claim at the level `error` stays below it, whatever depends on what; p-values
    are not to be read against another level.
    """
    counted = _counted(least, error)
    found = np.ones(len(tests))
    able = np.flatnonzero(least * counted <= error)
    order = able[np.argsort(tests[able], kind="stable")]
    worst = 0.0
    for place, test in enumerate(order.tolist()):
        worst = max(worst, float(tests[test]) * max(counted - place, 1))
        found[test] = min(worst, 1.0)
    return found


def _counted(least: Floats, error: float) -> int:
    """The smallest k for which at most k tests can reach error / k."""
    ranked = np.sort(least)
    for number in range(1, len(ranked) + 1):
        able = int(np.searchsorted(ranked, error / number, "right"))
        if able <= number:
            return number
    return max(len(ranked), 1)


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
