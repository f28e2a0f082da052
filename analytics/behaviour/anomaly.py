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
from analytics.behaviour.baseline import Past
from analytics.behaviour.feature import Feature, Measure
from analytics.behaviour.figures import readable
from analytics.behaviour.person_days import Numbers, codes_of, features
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
    """A number that was not to be expected; `confidence` grows with the past behind it."""

    observed: float
    expected: float
    probability: float
    confidence: float


def find(
    day: date,
    today: pa.Table,
    history: pa.Table,
    directory: Directory,
    events: pa.Table,
    weights: Sensitivity,
) -> list[Finding]:
    """The day's anomalies, by feature and person.

    `today` is `person_days.of_day`, `history` the person-days of the past (rows of `day` and
    later are left out), `events` the day's events with at least `person_days.COLUMNS`.
    """
    history = history.filter(pc.less(history["day"], pa.scalar(day, pa.date32())))
    if not today.num_rows or not history.num_rows:
        return []
    told = directory.joined(events)
    found: list[Finding] = []
    for feature, odd in _odd_days(today, history, directory, weights):
        chosen = told.filter(both(feature.select(told), has(told, "person", *odd)))
        for person, numbers in odd.items():
            own = chosen.filter(pc.equal(chosen["person"], person))
            if own.num_rows:
                found.append(_finding(feature, person, numbers, own, weights))
    return found


def points(probability: float, most: float, weights: Sensitivity) -> float:
    """Up to `most`, growing with the number of zeros of the probability."""
    share = log(max(probability, SMALLEST)) / log(weights.decisive)
    return min(most, FULL_POINTS * min(1.0, share))


def _odd_days(
    today: pa.Table, history: pa.Table, directory: Directory, weights: Sensitivity
) -> Iterator[tuple[Feature, dict[str, Oddity]]]:
    """Each feature in which somebody's day is an anomaly, and whose."""
    known = {*today["person"].to_pylist(), *history["person"].to_pylist()}
    persons = sorted(person for person in known if person is not None)
    peers = baseline.peers_of(persons, directory)
    here = codes_of(today["person"], persons)
    codes = codes_of(history["person"], persons)
    for name, feature in features().items():
        if name not in history.column_names:
            continue
        observed = np.full(len(persons), np.nan)
        observed[here] = _numbers(today, name)
        past = Past(codes=codes, values=_numbers(history, name))
        amount = feature.grain if feature.measure is Measure.TOTAL else None
        usual = baseline.expect(observed, past, peers, grain=amount)
        trust = baseline.confidence(past, peers)
        rare = (usual.probability < weights.noticed) & (observed >= feature.least)
        odd = np.flatnonzero(rare & (trust >= weights.least_confidence)).tolist()
        if odd:
            yield (
                feature,
                {
                    persons[code]: Oddity(
                        observed=float(observed[code]),
                        expected=float(usual.expected[code]),
                        probability=max(float(usual.probability[code]), SMALLEST),
                        confidence=float(trust[code]),
                    )
                    for code in odd
                },
            )


def _numbers(person_days: pa.Table, name: str) -> Numbers:
    return np.asarray(pc.fill_null(person_days[name], np.nan), dtype=np.float64)


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
