"""Gamma–Poisson: how many of something to expect, and how unlikely so many are."""

import numpy as np
from scipy.special import betainc

from analytics.behaviour.person_days import Numbers

PRIOR_COUNT = 0.1  # what nobody ever did is expected a tenth of a time …
PRIOR_DAYS = 1.0  # … of one day, so that it is rare but never impossible
RATE_BOUNDS = (1.0, 30.0)  # days of own past that the peers' past is worth
LEAST_RATE = 0.01  # a day
OWN_SPREAD_DAYS = 10.0  # days at which own and peers' day-to-day spread weigh the same
MOST_SPREAD = 1e4


def prior(days: Numbers, total: Numbers, squares: Numbers) -> tuple[float, float, float]:
    """Mean a day, rate (days it is worth) and day-to-day spread (variance over mean, ≥ 1) of a
    group, from its members' sums: the method of moments."""
    observed = days.sum()
    mean = max((total.sum() + PRIOR_COUNT) / (observed + PRIOR_DAYS), LEAST_RATE)
    active = days > 0
    days, total, squares = days[active], total[active], squares[active]
    within = (squares - total**2 / days).sum()
    spread = min(max(1.0, _ratio(within, ((days - 1) * total / days).sum())), MOST_SPREAD)
    between = (days * (total / days - mean) ** 2).sum() - (len(days) - 1) * spread * mean
    balance = observed - (days**2).sum() / observed if observed else 0.0
    variance = max(0.0, _ratio(between, balance))
    rate = mean * spread / variance if variance else RATE_BOUNDS[1]
    return mean, float(np.clip(rate, *RATE_BOUNDS)), spread


def predict(
    observed: Numbers, days: Numbers, total: Numbers, squares: Numbers, priors: Numbers
) -> tuple[Numbers, Numbers]:
    """Expected count and P(X ≥ observed) of each person's next day.

    Posterior predictive of Gamma–Poisson, a negative binomial, over counts divided by their
    spread. `priors` has a row a person, as `prior` gives them.
    """
    expected, tail = _predicted(observed, days, total, squares, priors)
    return expected, np.where(observed > 0, tail, 1.0)


def predict_fewer(
    observed: Numbers, days: Numbers, total: Numbers, squares: Numbers, priors: Numbers
) -> tuple[Numbers, Numbers]:
    """Expected count and P(X ≤ observed) of each person's next day."""
    expected, tail = _predicted(observed + 1, days, total, squares, priors)
    return expected, np.where(np.isnan(observed), 1.0, 1 - tail)


def _predicted(
    observed: Numbers, days: Numbers, total: Numbers, squares: Numbers, priors: Numbers
) -> tuple[Numbers, Numbers]:
    mean, rate, peers_spread = priors.T
    spread = _spread(days, total, squares, peers_spread)
    shape = rate * mean / spread + total / spread
    exposure = rate + days
    # scipy.stats.nbinom.sf(x - 1, r, p) is this function at whole x; divided counts are not whole
    tail = betainc(np.maximum(observed / spread, 1e-12), shape, 1 / (1 + exposure))
    return spread * shape / exposure, tail


def _spread(days: Numbers, total: Numbers, squares: Numbers, peers: Numbers) -> Numbers:
    """Each person's own variance over mean, shrunk to the peers' where the past is short."""
    safe = np.maximum(days, 1.0)
    degrees = (days - 1) * total / safe
    told = degrees > 0
    own = np.where(told, (squares - total**2 / safe) / np.where(told, degrees, 1.0), peers)
    mixed = (OWN_SPREAD_DAYS * peers + days * own) / (OWN_SPREAD_DAYS + days)
    return np.asarray(np.clip(mixed, 1.0, MOST_SPREAD))


def _ratio(over: float, under: float) -> float:
    return float(over / under) if under > 0 else 0.0
