"""Gamma–Poisson: how many of something to expect, and how unlikely so many are."""

import numpy as np
from scipy.special import betainc

from analytics.behaviour.family import Prior
from analytics.behaviour.peers import Peers
from analytics.behaviour.person_days import Numbers
from analytics.behaviour.sums import Sums

PRIOR_COUNT = 0.1  # what nobody ever did is expected a tenth of a time …
PRIOR_DAYS = 1.0  # … of one day, so that it is rare but never impossible
RATE_BOUNDS = (1.0, 30.0)  # days of own past that the peers' past is worth
LEAST_RATE = 0.01  # a day
OWN_SPREAD_DAYS = 10.0  # days at which own and peers' day-to-day spread weigh the same
MOST_SPREAD = 1e4
ONE = 1.0  # a time more or less is no growth
NEARBY = 0.5  # standard deviations above the mean, within which nothing is rare
NO_GROWTH = 1.0


def prior(sums: Sums, peers: Peers) -> Prior:
    """Mean a day, rate (days it is worth) and day-to-day spread (variance over mean, ≥ 1) of
    each person's peers."""
    squared = sums.total * sums.mean
    told = sums.days > 0
    some, days, total, totals, squares = peers.pooled(
        told, np.ones_like(sums.days), sums.exposure, sums.total, squared, sums.exposure**2
    )
    within, degrees = peers.others(
        told, sums.squares - squared, np.maximum(sums.days - 1, 0.0) * sums.mean
    )
    mean = np.maximum((total + PRIOR_COUNT) / (days + PRIOR_DAYS), LEAST_RATE)
    spread = np.clip(_ratio(within, degrees), 1.0, MOST_SPREAD)
    between = totals - 2 * mean * total + mean**2 * days - np.maximum(some - 1, 0.0) * spread * mean
    variance = np.maximum(_ratio(between, days - _ratio(squares, days)), 0.0)
    rate = np.where(variance > 0, _ratio(mean * spread, variance), RATE_BOUNDS[1])
    return Prior(mean=mean, rate=np.clip(rate, *RATE_BOUNDS), spread=spread)


def unrest(weeks: Sums, peers: Peers) -> Numbers:
    """Variance over mean of weeks of one person, as of the peers, at least 1."""
    own = weeks.whole()
    number = (weeks.days > 0).sum(axis=0)
    squares = (weeks.total * weeks.mean).sum(axis=0) - own.total * own.mean
    within, degrees = peers.others(own.days > 0, squares, np.maximum(number - 1, 0) * own.mean)
    return np.clip(_ratio(within, degrees), 1.0, MOST_SPREAD)


def growth(block: Sums, kept: Sums, prior: Prior) -> Numbers:
    """How many times as much as expected; one time more or less is none."""
    shape, exposure = prior.rate * prior.mean + kept.total, prior.rate + kept.exposure
    return np.asarray((block.total + ONE) / (block.exposure * shape / exposure + ONE))


def predict(
    observed: Numbers, ahead: Numbers, growth: Numbers, kept: Sums, prior: Prior
) -> tuple[Numbers, Numbers]:
    """Expected count and P(X ≥ observed) of each person's next day.

    Posterior predictive of Gamma–Poisson, a negative binomial, over counts divided by their
    spread.
    """
    expected, tail = _predicted(observed, ahead * growth, kept, prior)
    return expected, np.where(observed > 0, tail, 1.0)


def predict_fewer(
    observed: Numbers, ahead: Numbers, growth: Numbers, kept: Sums, prior: Prior
) -> tuple[Numbers, Numbers]:
    """Expected count and P(X ≤ observed) of each person's next day."""
    expected, tail = _predicted(observed + 1, ahead * growth, kept, prior)
    return expected, np.where(np.isnan(observed), 1.0, 1 - tail)


def remarkable(block: Sums, growth: Numbers, unrest: Numbers, kept: Sums, prior: Prior) -> Numbers:
    """P(X ≥ total) of a block of days; 1 where it is so near to the mean that nobody need ask."""
    ahead = growth * block.exposure
    spread = np.maximum(_spread(kept, prior.spread), unrest)
    exposure = prior.rate + kept.exposure
    expected = (prior.rate * prior.mean + kept.total) * ahead / exposure
    deviation = np.sqrt(spread * expected * (1 + ahead / exposure))
    far = np.flatnonzero(block.total > expected + NEARBY * deviation)
    found = np.ones_like(expected)
    shape = (prior.rate * prior.mean + kept.total) / spread
    share = ahead / (exposure + ahead)
    found[far] = betainc((block.total / spread)[far], shape[far], share[far])
    return found


def _predicted(
    observed: Numbers, ahead: Numbers, kept: Sums, prior: Prior
) -> tuple[Numbers, Numbers]:
    spread = _spread(kept, prior.spread)
    shape = (prior.rate * prior.mean + kept.total) / spread
    exposure = prior.rate + kept.exposure
    # scipy.stats.nbinom.sf(x - 1, r, p) is this function at whole x; divided counts are not whole
    tail = betainc(np.maximum(observed / spread, 1e-12), shape, ahead / (ahead + exposure))
    return spread * shape * ahead / exposure, tail


def _spread(kept: Sums, peers: Numbers) -> Numbers:
    """Each person's own variance over mean, shrunk to the peers' where the past is short."""
    degrees = np.maximum(kept.days - 1, 0.0) * kept.mean
    own = np.where(degrees > 0, _ratio(kept.squares - kept.total * kept.mean, degrees), peers)
    mixed = (OWN_SPREAD_DAYS * peers + kept.days * own) / (OWN_SPREAD_DAYS + kept.days)
    return np.asarray(np.clip(mixed, 1.0, MOST_SPREAD))


def _ratio(above: Numbers, below: Numbers) -> Numbers:
    """0 where there is nothing to divide by."""
    return np.asarray(np.where(below > 0, above / np.where(below > 0, below, 1.0), 0.0))
