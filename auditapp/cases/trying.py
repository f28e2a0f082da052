"""What if: the ranking with some weights changed, beside the one with those in force."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import yaml

from analytics.findings import Level, RiskScore
from analytics.risk import weights
from analytics.risk.weights import Weights, WeightsError
from auditapp.cases import weighing
from auditapp.cases.assessment import scores_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A person's place (from 1, None where there is no score) and score, before and after."""

    person: str
    place_before: int | None
    place: int | None
    before: float
    after: float
    level_before: Level
    level: Level

    @property
    def differs(self) -> bool:
        """Whether place, level or the score in whole points changes."""
        return (self.place_before, self.level_before, int(self.before)) != (
            self.place,
            self.level,
            int(self.after),
        )


def changed(settings: Mapping[str, str], under: Weights | None = None) -> Weights:
    """The weights in force, or others, with numbers in the places that dotted names say, such as
    `features.deletions`. Raises WeightsError."""
    told: dict[str, Any] = yaml.safe_load((under or weighing.in_force()).text)
    for name, value in settings.items():
        *above, last = name.split(".")
        place: Any = told
        for key in above:
            place = place.get(key) if isinstance(place, dict) else None
        if not isinstance(place, dict) or isinstance(place.get(last), dict | None):
            raise WeightsError(f"{name}: there is no such weight")
        place[last] = _number(name, value)
    return weights.read(told)


def numbers(used: Weights) -> dict[str, float]:
    """Every number among the weights by its dotted name, in order."""
    return dict(sorted(_leaves("", yaml.safe_load(used.text))))


def compare(as_of: datetime, tried: Weights) -> list[Moved]:
    """Everybody's move, in order of the ranking with the tried weights; keeps nothing.

    A check's weight is the most that it may bring: raised above what the check itself gives, it
    changes nothing. What days had to say is not asked anew, so `anomaly.noticed` and
    `anomaly.least_confidence` have no effect on it.
    """
    before, after = scores_at(as_of), scores_at(as_of, tried)
    had, has = _placed(before), _placed(after)
    order = [*has, *(person for person in had if person not in has)]
    return [_moved(person, had.get(person), has.get(person)) for person in order]


def _placed(scores: Iterable[RiskScore]) -> dict[str, tuple[int, RiskScore]]:
    return {score.person: (place, score) for place, score in enumerate(scores, start=1)}


def _moved(
    person: str, had: tuple[int, RiskScore] | None, has: tuple[int, RiskScore] | None
) -> Moved:
    return Moved(
        person=person,
        place_before=had[0] if had else None,
        place=has[0] if has else None,
        before=had[1].score if had else 0.0,
        after=has[1].score if has else 0.0,
        level_before=had[1].level if had else Level.NONE,
        level=has[1].level if has else Level.NONE,
    )


def _leaves(above: str, told: Mapping[str, Any]) -> Iterable[tuple[str, float]]:
    for name, value in told.items():
        if isinstance(value, dict):
            yield from _leaves(f"{above}{name}.", value)
        elif isinstance(value, int | float) and name != "version":
            yield f"{above}{name}", float(value)


def _number(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise WeightsError(f"{name}: {text!r} is no number") from None
