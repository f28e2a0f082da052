"""What comes out: alerts of rules, anomalies of behaviour, findings of governance, risk scores."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Severity(StrEnum):
    """How bad one alert or finding is, and how many points it starts with."""

    INFORMATIONAL = "informational"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def points(self) -> int:
        """5, 21, 47, 73 or 99."""
        return {"informational": 5, "low": 21, "medium": 47, "high": 73, "critical": 99}[self]


class ReasonKind(StrEnum):
    """Which part of Foureyes found it."""

    RULE = "rule"
    ANOMALY = "anomaly"
    ISOLATION = "isolation"
    REVIEW = "review"
    TRACES = "traces"
    COMMANDS = "commands"
    VICTIMS = "victims"
    SEQUENCE = "sequence"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """A rule, as it was in this version, matched one event. `time` is the event's, UTC; `tactics`
    are ATT&CK tactic names.

    Alerts of a rule that agree in `group` are one act as long as no more than `within` lies between
    them; without a word about it those on one account. `duty` says that such acts are part of the
    work of whoever is on call, `elsewhere` that they matter for what went to another's place.
    """

    rule: str
    version: str
    title: str
    severity: Severity
    confidence: float
    time: datetime
    event: str
    account: str | None
    owner: str | None
    object: str | None
    tags: tuple[str, ...]
    tactics: tuple[str, ...]
    group: tuple[str, ...] = ()
    within: timedelta = timedelta(hours=1)
    duty: bool = False
    elsewhere: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something a person did on one day that speaks for risk, with its sentence and its events.

    `id` names the feature or the governance check. `points` are 0 to 99, `confidence` 0 to 1.
    `resource` is the path, repository or job owner it touched most, for its criticality.
    `owners` are those whose things were touched (a person, or `team:…`), each with how many.
    """

    kind: ReasonKind
    id: str
    title: str
    person: str
    time: datetime
    points: float
    confidence: float
    sentence: str
    events: tuple[str, ...]
    resource: str | None = None
    tactics: tuple[str, ...] = ()
    observed: float | None = None
    expected: float | None = None
    probability: float | None = None
    owners: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """A finding's part in a score: `contribution` = points × confidence × decay × criticality.

    `counted` is what the whole cluster adds to the score if this is its largest, else 0.
    """

    finding: Finding
    contribution: float
    cluster: int
    counted: float


class Level(StrEnum):
    """Band of a score: below 20 none, then low, moderate (40), high (70), critical (90)."""

    NONE = "none"
    LOW = "low"
    MODERATE = "moderate"
    HIGH = "high"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskScore:
    """A person's risk at a time, 0 to 100, with every reason, the largest first.

    `watched` says in words why the site watches the person; without that the score would be
    `plain`.
    """

    person: str
    as_of: datetime
    score: float
    level: Level
    reasons: tuple[Reason, ...]
    plain: float | None = None
    watched: tuple[str, ...] = ()
