"""Anomalies: a person's day that is far from what was to be expected, in one sentence each."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from math import log
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.behaviour import baseline
from analytics.behaviour.bearers import bearing
from analytics.behaviour.course import Course, Told
from analytics.behaviour.feature import Feature, Measure
from analytics.behaviour.figures import readable
from analytics.behaviour.lookback import History, has_column
from analytics.behaviour.peers import Peers, peers_of
from analytics.behaviour.person_days import REPETITIVE, Codes, features
from analytics.findings import Finding, ReasonKind
from analytics.identity import Directory
from analytics.selection import encoded, evidence, has

FULL_POINTS = 99.0
SMALLEST = 1e-300  # as a probability that a sentence or a logarithm can still take


class Sensitivity(Protocol):
    """What an anomaly needs of the weights."""

    @property
    def features(self) -> Mapping[str, float]:
        """The most points of each feature."""

    @property
    def noticed(self) -> float:
        """Probability below which a day is an anomaly."""

    @property
    def decisive(self) -> float:
        """Probability at which an anomaly has full points."""

    @property
    def least_confidence(self) -> float:
        """Below this the past is too short to say anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Oddity:
    """A number that was not to be expected; `confidence` grows with the past behind it.

    `values` are those that made it, where the feature compares values.
    """

    observed: float
    expected: float
    probability: float
    confidence: float
    values: Codes | None


def find(
    day: date,
    today: pa.Table,
    history: History,
    directory: Directory,
    events: pa.Table,
    weights: Sensitivity,
) -> list[Finding]:
    """The day's anomalies, by feature and person.

    `today` is `person_days.of_day`, `history` the person-days of days before it, `events` the
    day's events with at least `person_days.COLUMNS`.
    """
    if not today.num_rows or not history.num_rows:
        return []
    odd_days = _odd_days(day, today, history, directory, weights)
    if not odd_days:
        return []
    told = directory.joined(events)
    asked = encoded(told, REPETITIVE)
    of_somebody_odd = has(told, "person", *{one for odd in odd_days.values() for one in odd})
    told = told.filter(of_somebody_odd)
    found: list[Finding] = []
    for feature, odd in odd_days.items():
        chosen = told
        if not feature.fewer:  # what is missing has no events: that they were there is the evidence
            chosen = told.filter(feature.select(asked).filter(of_somebody_odd))
        for person, numbers in odd.items():
            own = chosen.filter(pc.equal(chosen["person"], person))
            if numbers.values is not None:
                own = own.filter(bearing(feature, own, numbers.values))
            if own.num_rows:
                found.append(_finding(feature, person, numbers, own, weights))
    return found


def points(probability: float, most: float, weights: Sensitivity) -> float:
    """Up to `most`, growing with the number of zeros of the probability."""
    share = log(max(probability, SMALLEST)) / log(weights.decisive)
    return min(most, FULL_POINTS * min(1.0, share))


def _odd_days(
    day: date, today: pa.Table, history: History, directory: Directory, weights: Sensitivity
) -> dict[Feature, dict[str, Oddity]]:
    """The features in which somebody's day is an anomaly, and whose."""
    past = pc.unique(history["person"]).to_pylist()
    persons = sorted({*today["person"].to_pylist(), *past} - {None})
    course = Course.of(day, today, history, persons, directory)
    peers = peers_of(persons, directory)
    found: dict[Feature, Future[dict[str, Oddity]]] = {}
    latest: Future[dict[str, Oddity]] | None = None
    with ThreadPoolExecutor(max_workers=1) as beside:  # the next feature is read meanwhile
        for feature in features().values():
            if has_column(history, feature.name):
                told = course.told(feature, peers)
                if latest is not None:
                    latest.result()  # two features in memory are enough
                latest = beside.submit(_oddities, feature, told, course, peers, persons, weights)
                found[feature] = latest
    asked = len(found)
    # so many features are asked of each day that some are always rare: Bonferroni
    return {
        feature: rare
        for feature, odd in found.items()
        if (
            rare := {who: one for who, one in odd.result().items() if _is_rare(one, asked, weights)}
        )
    }


def _is_rare(odd: Oddity, asked: int, weights: Sensitivity) -> bool:
    return odd.probability * asked < weights.noticed


def _oddities(
    feature: Feature,
    told: Told,
    course: Course,
    peers: Peers,
    persons: Sequence[str],
    weights: Sensitivity,
) -> dict[str, Oddity]:
    """Whose day would be an anomaly, were it the only feature."""
    usual = baseline.expect(
        told.weighed,
        told.past,
        peers,
        day=course.day,
        grain=feature.grain if feature.measure is Measure.TOTAL else None,
        ahead=course.ahead,
        fewer=feature.fewer,
    )
    trust = baseline.confidence(told.past, peers)
    enough = usual.expected if feature.fewer else told.observed
    rare = (usual.probability < weights.noticed) & (enough >= feature.least)
    return {
        persons[code]: Oddity(
            observed=float(told.observed[code]),
            expected=float(usual.expected[code]),
            probability=max(float(usual.probability[code]), SMALLEST),
            confidence=float(trust[code]),
            values=told.odd.of(code) if told.odd else None,
        )
        for code in np.flatnonzero(rare & (trust >= weights.least_confidence)).tolist()
    }


def _finding(
    feature: Feature, person: str, odd: Oddity, events: pa.Table, weights: Sensitivity
) -> Finding:
    kept = evidence(events)
    return Finding(
        kind=ReasonKind.ANOMALY,
        id=feature.name,
        title=feature.title,
        person=person,
        time=kept.time,
        points=points(odd.probability, weights.features[feature.name], weights),
        confidence=odd.confidence,
        sentence=feature.sentence.format(
            observed=readable(odd.observed, feature.unit),
            expected=readable(odd.expected, feature.unit),
        ),
        events=kept.events,
        resource=kept.resource,
        tactics=feature.tactics,
        observed=odd.observed,
        expected=odd.expected,
        probability=odd.probability,
    )
