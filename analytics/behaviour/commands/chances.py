"""How seldom an honest day looks so foreign."""

import numpy as np

from analytics.behaviour.commands.tokens import Numbers

TAIL, FAR = 0.1, 0.02  # shares of the past's days between which its tail is measured


def tail(past: Numbers, found: Numbers) -> Numbers:
    """The chance that an honest day has such log-odds: the past's share beyond, and from its
    highest tenth on an exponential tail, as peaks over a high threshold have (Pickands 1975).

    The tail's length is measured between two quantiles, so that a few days of intruders among the
    past's hardly move it; and it is at least 1, as no log-likelihood ratio of honest days can fall
    off slower than that by Markov's inequality.
    """
    high, far = np.quantile(past, [1 - TAIL, 1 - FAR])
    length = max(1.0, float(far - high) / np.log(TAIL / FAR))
    share = 1 - np.searchsorted(np.sort(past), found) / len(past)
    return np.where(found > high, TAIL * np.exp(-(found - high) / length), share)
