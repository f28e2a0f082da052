"""Anomalies: a person's day that is far from what was to be expected, in one sentence each."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from math import log
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.behaviour import baseline
from analytics.behaviour.bearers import bearing
from analytics.behaviour.course import Course
from analytics.behaviour.feature import Feature, Measure
from analytics.behaviour.figures import readable
from analytics.behaviour.lookback import History
from analytics.behaviour.peers import peers_of
from analytics.behaviour.person_days import Codes, features
from analytics.findings import Finding, ReasonKind
from analytics.identity import Directory
from analytics.selection import both, evidence, has

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
    told = directory.joined(events)
    found: list[Finding] = []
    for feature, odd in _odd_days(day, today, history, directory, weights):
        of_odd = has(told, "person", *odd)
        # what is missing has no events: that the person was there is the evidence
        chosen = told.filter(of_odd if feature.fewer else both(feature.select(told), of_odd))
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
) -> Iterator[tuple[Feature, dict[str, Oddity]]]:
    """Each feature in which somebody's day is an anomaly, and whose."""
    past = pc.unique(history["person"]).to_pylist()
    persons = sorted({*today["person"].to_pylist(), *past} - {None})
    course = Course.of(day, today, history, persons, directory)
    peers = peers_of(persons, directory)
    asked = {name: one for name, one in features().items() if name in history.column_names}
    for feature in asked.values():
        told = course.told(feature, peers)
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
        # so many features are asked of each day that some are always rare: Bonferroni
        rare = (usual.probability * len(asked) < weights.noticed) & (enough >= feature.least)
        odd = np.flatnonzero(rare & (trust >= weights.least_confidence)).tolist()
        if odd:
            yield (
                feature,
                {
                    persons[code]: Oddity(
                        observed=float(told.observed[code]),
                        expected=float(usual.expected[code]),
                        probability=max(float(usual.probability[code]), SMALLEST),
                        confidence=float(trust[code]),
                        values=told.odd.of(code) if told.odd else None,
                    )
                    for code in odd
                },
            )


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
