"""What is usual for a person: their own past, shrunk to their peers' where it is short.

The formulae, their sources and the reasons for each choice are in docs/behaviour.md.
"""

from dataclasses import dataclass

import numpy as np

from analytics.behaviour import amounts, counts, drift, gate, weekdays
from analytics.behaviour.family import Family, Prior
from analytics.behaviour.heavy import heaviest
from analytics.behaviour.peers import Peers
from analytics.behaviour.person_days import Codes, Numbers
from analytics.behaviour.sums import Sums, weekly

PEERS_WORTH = 1 / 3  # a day of peers tells a third of what an own day tells
MOST_PEER_DAYS = 30.0
HALF_SURE = 4.0  # days of evidence at which confidence is a half
SUREST = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """Past values of one feature: row i is active day `days[i]` (a number) of person number
    `codes[i]`, and `worth[i]` of a day as evidence, where that is less than 1. With `any_weekday`
    counts are not compared with those of the same weekday."""

    codes: Codes
    days: Codes
    values: Numbers
    worth: Numbers | None = None
    any_weekday: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """For each person: what to expect of a day, and how unlikely as much as observed is, or,
    where that was asked, as little."""

    expected: Numbers
    probability: Numbers


def expect(
    observed: Numbers,
    past: Past,
    peers: Peers,
    *,
    day: int,
    grain: float | None,
    ahead: Numbers | None = None,
    fewer: bool = False,
) -> Expectation:
    """What was to be expected of each person's day, by person number.

    `observed` may be nan for persons of whom only the past is known. `day` is its number; all
    days of the past are before it. With `grain` the values are amounts, compared on a logarithmic
    scale; without they are counts. `ahead` says how many usual days the day is worth, else 1.
    """
    told = ~np.isnan(past.values)
    codes, days, values = past.codes[told], past.days[told], past.values[told]
    worth = np.ones(len(values)) if past.worth is None else past.worth[told]
    ahead = np.ones(len(observed)) if ahead is None else ahead
    if grain is not None:
        values, observed = np.log1p(values / grain), np.log1p(observed / grain)
    values = np.minimum(values, heaviest(codes, values, peers)[codes])
    exposure = np.ones(len(values))
    if grain is None and not past.any_weekday:
        usual = weekdays.factors(codes, days, values, peers)
        exposure = usual[codes, weekdays.weekday(days)]
        ahead = ahead * usual[:, weekdays.weekday(np.array(day))]
    weeks = weekly(codes, day - days, values, exposure, worth, len(observed))
    family: Family = counts if grain is None else amounts
    kept = weeks.whole() if fewer else gate.kept(weeks, family, peers)
    prior = family.prior(kept, peers)
    grown = _growing(observed, ahead, weeks, kept, prior, family, peers)
    predict = family.predict_fewer if fewer else family.predict
    expected, probability = predict(observed, ahead, grown, kept, prior)
    if grain is not None:
        expected = np.expm1(np.maximum(expected, 0.0)) * grain
    return Expectation(expected=expected, probability=probability)


def _growing(
    observed: Numbers,
    ahead: Numbers,
    weeks: Sums,
    kept: Sums,
    prior: Prior,
    family: Family,
    peers: Peers,
) -> Numbers:
    """What most peers do more of, today and in the week before."""
    here = ~np.isnan(observed)
    today = np.where(here, observed, 0.0)
    lately = weeks.within(0, 1)
    both = lately.plus(
        Sums(
            days=here.astype(np.float64),
            exposure=np.where(here, ahead, 0.0),
            total=today,
            squares=today**2 / ahead,
        )
    )
    grown = family.growth(both, kept, prior)
    return drift.shared(grown, both.days > 0, peers, neutral=family.NO_GROWTH)


def confidence(past: Past, peers: Peers) -> Numbers:
    """How far a baseline can be trusted, 0 to 0.9, by person: it grows with the days behind it."""
    people = len(peers.group_of)
    days = np.bincount(past.codes[~np.isnan(past.values)], minlength=people).astype(np.float64)
    of_groups = np.array([days[group].sum() for group in peers.members])
    others = np.minimum(of_groups[peers.group_of] - days, MOST_PEER_DAYS)
    evidence = days + PEERS_WORTH * others
    return np.asarray(np.minimum(SUREST, evidence / (evidence + HALF_SURE)))
