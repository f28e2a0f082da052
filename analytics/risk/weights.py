"""What counts how much: weights.yml, checked whole before anything is scored with it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

import yaml

from analytics.behaviour import commands
from analytics.behaviour.person_days import features
from analytics.findings import Finding, Level, ReasonKind, Severity
from analytics.governance import isolation, review, traces, victims
from analytics.resources import Criticality
from analytics.risk import adapting, recurring
from analytics.risk.sequences import chains

OWN_WEIGHTS = Path(__file__).with_name("weights.yml")
CHECKS: Mapping[ReasonKind, Iterable[str]] = {
    ReasonKind.COMMANDS: commands.CHECKS,
    ReasonKind.ISOLATION: isolation.CHECKS,
    ReasonKind.REVIEW: review.CHECKS,
    ReasonKind.TRACES: traces.CHECKS,
    ReasonKind.SEQUENCE: [*(chain.id for chain in chains()), adapting.ID, recurring.ID],
    ReasonKind.VICTIMS: victims.CHECKS,
}
MOST_POINTS = 99.0
MOST_WATCH = 2.0
DIGEST = 16


class WeightsError(Exception):
    """A file of weights cannot be used; the message names the entry and what is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """One version of all numbers that a score depends on. Shares of time are in days or hours."""

    version: int
    author: str
    reason: str
    half_life_days: float
    chain_hours: float
    criticality: Mapping[Criticality, float]
    levels: Mapping[Level, float]
    severity: Mapping[Severity, float]
    watch: Mapping[str, float]
    exponent: float
    full: float
    floor_confidence: float
    tactic_points: float
    most_tactic_points: float
    tactic_contribution: float
    least_contribution: float
    noticed: float
    decisive: float
    least_confidence: float
    features: Mapping[str, float]
    checks: Mapping[ReasonKind, Mapping[str, float]]
    text: str

    @property
    def digest(self) -> str:
        """Tells one version from another: numbers, author and reason."""
        return sha256(self.text.encode()).hexdigest()[:DIGEST]

    def most_points(self, finding: Finding) -> float:
        """The most this finding may bring. What the weights do not know (a rule, a feature that
        is gone) keeps its own points."""
        of_kind = self.features
        if finding.kind is not ReasonKind.ANOMALY:
            of_kind = self.checks.get(finding.kind, {})
        return of_kind.get(finding.id, MOST_POINTS)

    def level(self, score: float) -> Level:
        """The band of a score."""
        reached = [level for level, least in self.levels.items() if score >= least]
        return max(reached, key=self.levels.__getitem__, default=Level.NONE)


def load(site: Path | None = None) -> Weights:
    """Our own weights, with what a site's file says otherwise: it holds only what differs, and its
    own version, author and reason. Raises WeightsError for anything missing, unknown or out of
    range."""
    own: dict[str, Any] = _opened(OWN_WEIGHTS)
    return read(own if site is None else layered(own, _opened(site)))


def parse(text: str) -> Weights:
    """The weights of a whole text, as `Weights.text` has it. Raises WeightsError."""
    return read(_parsed(text, "weights"))


def layered(under: Mapping[str, Any], over: Any) -> dict[str, Any]:
    """The lower mapping with the upper one's values in their places. Raises WeightsError where the
    upper one says neither which version it is, nor who made it and why."""
    if not isinstance(over, dict):
        raise WeightsError("weights: a mapping is needed")
    if missing := sorted({"version", "author", "reason"} - over.keys()):
        raise WeightsError(f"weights: {', '.join(missing)} missing")
    return _merged(under, over)


def _merged(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    found = dict(under)
    for name, value in over.items():
        below = found.get(name)
        both = isinstance(below, dict) and isinstance(value, dict)
        found[name] = _merged(cast("dict[str, Any]", below), value) if both else value
    return found


def _opened(path: Path) -> Any:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeError) as error:
        raise WeightsError(f"{path.name} cannot be read: {error}") from error
    return _parsed(text, path.name)


def _parsed(text: str, name: str) -> Any:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise WeightsError(f"{name} cannot be read: {error}") from error


def read(told: Any) -> Weights:
    """The weights that a mapping as in weights.yml describes. Raises WeightsError."""
    top = _section(told, "weights", TOP)
    score = _numbers(top["score"], "score", SCORE, most=1000)
    anomaly = _numbers(top["anomaly"], "anomaly", ANOMALY, most=1)
    if not 0 < anomaly["decisive"] < anomaly["noticed"] < 1:
        raise WeightsError("anomaly: 0 < decisive < noticed < 1 does not hold")
    if score["exponent"] <= 1 or score["full"] <= 0:
        raise WeightsError("score: exponent must be above 1 and full above 0")
    odds = _numbers(top["criticality"], "criticality", list(Criticality), most=2)
    severity = _numbers(top["severity"], "severity", list(Severity), most=MOST_POINTS)
    bands = [level for level in Level if level is not Level.NONE]
    levels = _numbers(top["levels"], "levels", bands, most=100)
    if [levels[band] for band in bands] != sorted(levels.values()):
        raise WeightsError("levels: low, moderate, high and critical do not rise")
    return Weights(
        version=_whole(top["version"], "version"),
        author=_text(top["author"], "author"),
        reason=_text(top["reason"], "reason"),
        half_life_days=_number(top["half_life_days"], "half_life_days", 0.1, 3650),
        chain_hours=_number(top["chain_hours"], "chain_hours", 0, 24 * 365),
        criticality=MappingProxyType({Criticality(name): value for name, value in odds.items()}),
        levels=MappingProxyType({Level(name): value for name, value in levels.items()}),
        severity=MappingProxyType({Severity(name): value for name, value in severity.items()}),
        watch=_watch(top["watch"]),
        features=_numbers(top["features"], "features", features(), most=MOST_POINTS),
        checks=MappingProxyType(
            {
                kind: _numbers(top[kind.value], kind.value, names, most=MOST_POINTS)
                for kind, names in CHECKS.items()
            }
        ),
        text=yaml.safe_dump(top, sort_keys=True, allow_unicode=True, width=100),
        **score,
        **anomaly,
    )


SCORE = (
    "exponent",
    "full",
    "floor_confidence",
    "tactic_points",
    "most_tactic_points",
    "tactic_contribution",
    "least_contribution",
)
WATCH = ("leaver", "grievance", "privileged", "other", "most")
ANOMALY = ("noticed", "decisive", "least_confidence")
TOP = (
    *("version", "author", "reason", "half_life_days", "chain_hours"),
    *("criticality", "levels", "severity", "watch", "score", "anomaly", "features"),
    *(kind.value for kind in CHECKS),
)


def _watch(told: Any) -> Mapping[str, float]:
    """What being watched multiplies the odds by: never below 1."""
    watch = _numbers(told, "watch", WATCH, most=MOST_WATCH)
    if min(watch.values()) < 1:
        raise WeightsError("watch: being watched lowers no score; 1 is the least")
    return watch


def _section(told: Any, where: str, names: Iterable[str]) -> dict[str, Any]:
    """The mapping, which has exactly these names."""
    if not isinstance(told, dict):
        raise WeightsError(f"{where}: a mapping is needed")
    known = set(names)
    missing, unknown = sorted(known - told.keys()), sorted(map(str, told.keys() - known))
    if missing:
        raise WeightsError(f"{where}: {', '.join(missing)} missing")
    if unknown:
        raise WeightsError(f"{where}: {', '.join(unknown)} unknown")
    return told


def _numbers(
    told: Any, where: str, names: Iterable[str], *, most: float
) -> MappingProxyType[str, float]:
    section = _section(told, where, names)
    return MappingProxyType(
        {name: _number(section[name], f"{where}.{name}", 0, most) for name in sorted(section)}
    )


def _number(told: Any, where: str, least: float, most: float) -> float:
    if isinstance(told, bool) or not isinstance(told, int | float) or not least <= told <= most:
        raise WeightsError(f"{where}: {told!r} is no number from {least:g} to {most:g}")
    return float(told)


def _whole(told: Any, where: str) -> int:
    if isinstance(told, bool) or not isinstance(told, int) or told < 1:
        raise WeightsError(f"{where}: {told!r} is no whole number from 1 on")
    return told


def _text(told: Any, where: str) -> str:
    if not isinstance(told, str) or not told.strip():
        raise WeightsError(f"{where}: a text is needed")
    return told
