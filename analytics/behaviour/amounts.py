"""Amounts that span orders of magnitude: Student's t over their logarithms."""

import numpy as np
from scipy.special import stdtr

from analytics.behaviour.person_days import Numbers

PRIOR_DAYS = 10.0  # days of own past that the peers' variance is worth
RATE_BOUNDS = (1.0, 30.0)  # days of own past that the peers' mean is worth
LEAST_VARIANCE = 0.25  # of logarithms: two thirds more or less is always usual


def prior(days: Numbers, total: Numbers, squares: Numbers) -> tuple[float, float, float]:
    """Mean, rate (days it is worth) and variance within a person, of the logarithms of a group."""
    observed = days.sum()
    if not observed:
        return 0.0, RATE_BOUNDS[0], 1.0
    mean = total.sum() / observed
    active = days > 0
    days, total, squares = days[active], total[active], squares[active]
    degrees = observed - len(days)
    within = (squares - total**2 / days).sum() / degrees if degrees else 1.0
    within = max(LEAST_VARIANCE, within)
    between = (days * (total / days - mean) ** 2).sum() - (len(days) - 1) * within
    balance = observed - (days**2).sum() / observed
    variance = max(0.0, between / balance) if balance else 0.0
    rate = within / variance if variance else RATE_BOUNDS[1]
    return float(mean), float(np.clip(rate, *RATE_BOUNDS)), float(within)


def predict(
    observed: Numbers, days: Numbers, total: Numbers, squares: Numbers, priors: Numbers
) -> tuple[Numbers, Numbers]:
    """Expected logarithm and P(X ≥ observed) of each person's next day.

    Posterior predictive of a normal with unknown mean and variance, a Student's t.
    """
    expected, freedom, scale = _predicted(days, total, squares, priors)
    tail = stdtr(freedom, (expected - observed) / scale)  # scipy.stats takes a second to import
    return expected, np.where(observed > 0, tail, 1.0)


def predict_fewer(
    observed: Numbers, days: Numbers, total: Numbers, squares: Numbers, priors: Numbers
) -> tuple[Numbers, Numbers]:
    """Expected logarithm and P(X ≤ observed) of each person's next day."""
    expected, freedom, scale = _predicted(days, total, squares, priors)
    tail = stdtr(freedom, (observed - expected) / scale)
    return expected, np.where(np.isnan(observed), 1.0, tail)


def _predicted(
    days: Numbers, total: Numbers, squares: Numbers, priors: Numbers
) -> tuple[Numbers, Numbers, Numbers]:
    mean, rate, within = priors.T
    strength = rate + days
    expected = (rate * mean + total) / strength
    own = squares - total**2 / np.maximum(days, 1.0)
    freedom = PRIOR_DAYS + np.maximum(days - 1, 0.0)
    variance = np.maximum(LEAST_VARIANCE, (PRIOR_DAYS * within + own) / freedom)
    return expected, freedom, np.sqrt(variance * (1 + 1 / strength))
