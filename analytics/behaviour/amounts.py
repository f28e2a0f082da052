"""Amounts that span orders of magnitude: Student's t over their logarithms."""

import numpy as np
from scipy.special import stdtr

from analytics.behaviour.family import Prior
from analytics.behaviour.peers import Peers
from analytics.behaviour.person_days import Numbers
from analytics.behaviour.sums import Sums

PRIOR_DAYS = 10.0  # days of own past that the peers' variance is worth
RATE_BOUNDS = (1.0, 30.0)  # days of own past that the peers' mean is worth
LEAST_VARIANCE = 0.25  # of logarithms: two thirds more or less is always usual
MOST_UNREST = 1e4
NO_GROWTH = 0.0  # of a logarithm


def prior(sums: Sums, peers: Peers) -> Prior:
    """Mean, rate (days it is worth) and variance within a person, of the logarithms of each
    person's peers."""
    squared = sums.total * sums.mean
    told = sums.days > 0
    some, days, total, totals, squares = peers.pooled(
        told, np.ones_like(sums.days), sums.days, sums.total, squared, sums.days**2
    )
    within, degrees = peers.others(told, sums.squares - squared, np.maximum(sums.days - 1, 0.0))
    mean = _ratio(total, days, 0.0)
    variance = np.maximum(LEAST_VARIANCE, _ratio(within, degrees, 1.0))
    spread = totals - 2 * mean * total + mean**2 * days - np.maximum(some - 1, 0.0) * variance
    between = np.maximum(_ratio(spread, days - _ratio(squares, days, 0.0), 0.0), 0.0)
    rate = np.clip(_ratio(variance, between, RATE_BOUNDS[1]), *RATE_BOUNDS)
    return Prior(mean=mean, rate=np.where(days > 0, rate, RATE_BOUNDS[0]), spread=variance)


def unrest(weeks: Sums, peers: Peers) -> Numbers:
    """How many times more the means of a person's weeks differ than days that do not depend on
    each other would make them, of the peers, at least 1."""
    own = weeks.whole()
    number = (weeks.days > 0).sum(axis=0).astype(np.float64)
    squared = own.total * own.mean
    between, weeks_more, within, days_more = peers.others(
        own.days > 0,
        (weeks.total * weeks.mean).sum(axis=0) - squared,
        np.maximum(number - 1, 0.0),
        own.squares - squared,
        np.maximum(own.days - 1, 0.0),
    )
    variance = np.maximum(LEAST_VARIANCE, _ratio(within, days_more, 1.0))
    return np.clip(_ratio(between, weeks_more, 0.0) / variance, 1.0, MOST_UNREST)


def growth(block: Sums, kept: Sums, prior: Prior) -> Numbers:
    """By how much the mean logarithm exceeds what was to be expected."""
    return np.asarray(block.mean - _mean(kept, prior))


def predict(
    observed: Numbers, ahead: Numbers, growth: Numbers, kept: Sums, prior: Prior
) -> tuple[Numbers, Numbers]:
    """Expected logarithm and P(X ≥ observed) of each person's next day.

    Posterior predictive of a normal with unknown mean and variance, a Student's t.
    """
    expected, freedom, scale = _predicted(ahead, growth, kept, prior)
    tail = stdtr(freedom, (expected - observed) / scale)  # scipy.stats takes a second to import
    return expected, np.where(observed > 0, tail, 1.0)


def predict_fewer(
    observed: Numbers, ahead: Numbers, growth: Numbers, kept: Sums, prior: Prior
) -> tuple[Numbers, Numbers]:
    """Expected logarithm and P(X ≤ observed) of each person's next day."""
    expected, freedom, scale = _predicted(ahead, growth, kept, prior)
    tail = stdtr(freedom, (observed - expected) / scale)
    return expected, np.where(np.isnan(observed), 1.0, tail)


def remarkable(block: Sums, growth: Numbers, unrest: Numbers, kept: Sums, prior: Prior) -> Numbers:
    """P(X ≥ mean) of the mean logarithm of a block of days."""
    freedom, variance = _variance(kept, prior)
    days = np.maximum(block.days, 1e-9)
    scale = np.sqrt(variance * (unrest / days + 1 / (prior.rate + kept.days)))
    tail = stdtr(freedom, (_mean(kept, prior) + growth - block.mean) / scale)
    return np.where(block.total > 0, tail, 1.0)


def _mean(kept: Sums, prior: Prior) -> Numbers:
    return np.asarray((prior.rate * prior.mean + kept.total) / (prior.rate + kept.days))


def _variance(kept: Sums, prior: Prior) -> tuple[Numbers, Numbers]:
    """Degrees of freedom, and the variance of a day."""
    own = np.maximum(kept.squares - kept.total * kept.mean, 0.0)
    freedom = PRIOR_DAYS + np.maximum(kept.days - 1, 0.0)
    return freedom, np.maximum(LEAST_VARIANCE, (PRIOR_DAYS * prior.spread + own) / freedom)


def _predicted(
    ahead: Numbers, growth: Numbers, kept: Sums, prior: Prior
) -> tuple[Numbers, Numbers, Numbers]:
    freedom, variance = _variance(kept, prior)
    scale = np.sqrt(variance * (1 + 1 / (prior.rate + kept.days)))
    return _mean(kept, prior) + growth + np.log(ahead), freedom, scale


def _ratio(above: Numbers, below: Numbers, otherwise: float) -> Numbers:
    return np.asarray(np.where(below > 0, above / np.where(below > 0, below, 1.0), otherwise))
