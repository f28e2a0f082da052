"""Which weeks of the past may teach what is usual, so that nobody teaches it slowly.

The look-back is gone through from its oldest week on. A week in which somebody did remarkably
more than in the weeks before it, and than what the peers did more of at that time, is held back;
until a changed life has lasted. The reasons and the trade-off are in docs/behaviour.md.
"""

import numpy as np

from analytics.behaviour import drift
from analytics.behaviour.family import Family, Prior
from analytics.behaviour.peers import Peers
from analytics.behaviour.person_days import Numbers
from analytics.behaviour.sums import Flags, Sums

REMARKABLE = 0.001  # below it a number would be an anomaly, were it the only one that is asked
TRUSTED_DAYS = 5.0  # a first working week is taken on trust: nothing can be held against it yet
LASTING = 6  # weeks after which a changed life is adopted …
SHARE = 0.75  # … if so many of them were held back …
STEADY = 0.2  # … and the later half is not more than the earlier one: who still climbs waits


def kept(weeks: Sums, family: Family, peers: Peers) -> Sums:
    """What each person's weeks add up to without those held back."""
    number, people = weeks.days.shape
    prior, unrest = family.prior(weeks.whole(), peers), family.unrest(weeks, peers)
    trusted = weeks.of(lambda found: np.zeros(people))
    held = np.zeros((number, people), dtype=bool)
    for week in reversed(range(number)):
        block = weeks.within(week, week + 1)
        grown = family.growth(block, trusted, prior)
        common = drift.shared(grown, block.days > 0, peers, neutral=family.NO_GROWTH)
        chance = family.remarkable(block, common, unrest, trusted, prior)
        held[week] = (chance < REMARKABLE) & (trusted.days >= TRUSTED_DAYS)
        trusted = trusted.where(held[week], trusted.plus(block))
        lately = slice(week, week + LASTING)
        adopted = _lasts(weeks, week, held, family, prior, unrest)
        trusted = weeks.within(week, week + LASTING).where(adopted, trusted)
        held[lately] &= ~adopted
    return trusted


def _lasts(
    weeks: Sums, week: int, held: Flags, family: Family, prior: Prior, unrest: Numbers
) -> Flags:
    """Whose life has changed: the last weeks were held back for the most part, and are steady."""
    people = held.shape[1]
    lately, half = slice(week, week + LASTING), LASTING // 2
    often = held[lately].sum(axis=0) >= SHARE * np.maximum((weeks.days[lately] > 0).sum(axis=0), 1)
    if week + LASTING > len(held) or not (often & held[week]).any():
        return np.zeros(people, dtype=bool)
    later, earlier = weeks.within(week, week + half), weeks.within(week + half, week + LASTING)
    own = Prior(mean=earlier.mean, rate=np.ones(people), spread=prior.spread)
    none = np.full(people, family.NO_GROWTH)
    chance = family.remarkable(later, none, unrest, earlier, own)
    return np.asarray(often & held[week] & (earlier.days >= TRUSTED_DAYS) & (chance >= STEADY))
