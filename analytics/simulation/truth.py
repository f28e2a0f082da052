"""What really happened: who the insiders are, what they did, and how well they were found."""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from analytics.findings import RiskScore, Severity

FILE = "truth.json"


class TruthError(Exception):
    """A truth.json cannot be read; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One harmful act: `time` UTC, `source` the log source, `log` the file below the site folder.

    `trace` is what a raw line of that log holds because of it.
    """

    time: datetime
    source: str
    what: str
    log: str
    trace: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Insider:
    """A person who does harm, with every act in order of time."""

    person: str
    scenario: str
    acts: tuple[Act, ...]

    @property
    def first_act(self) -> datetime:
        """When the harm begins, UTC."""
        return self.acts[0].time


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """The truth about a simulated organisation, `first` and `last` day inclusive."""

    seed: int
    first: date
    last: date
    people: tuple[str, ...]
    insiders: tuple[Insider, ...]
    records: int = 0

    @property
    def days(self) -> int:
        """How many days it lasts."""
        return (self.last - self.first).days + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """An alert about a person, None where nobody knows who it was; `time` UTC."""

    person: str | None
    time: datetime
    severity: Severity


def write_truth(folder: Path, truth: Truth) -> None:
    """Writes truth.json into the site folder."""
    value = {
        "seed": truth.seed,
        "first": truth.first.isoformat(),
        "last": truth.last.isoformat(),
        "people": truth.people,
        "records": truth.records,
        "insiders": [
            {
                "person": insider.person,
                "scenario": insider.scenario,
                "first_act": _written(insider.first_act),
                "acts": [{**asdict(act), "time": _written(act.time)} for act in insider.acts],
            }
            for insider in truth.insiders
        ],
    }
    (folder / FILE).write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")


def read_truth(folder: Path) -> Truth:
    """The truth of a site folder. Raises TruthError where there is none that can be read.

    Only `insiders` must be there: who else works there is then taken from people.csv, and the days
    are those of the acts.
    """
    path = folder / FILE
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
        insiders = tuple(_insider(row) for row in value["insiders"])
        first, last = _span(value, insiders)
        return Truth(
            seed=value.get("seed", 0),
            first=first,
            last=last,
            people=tuple(value["people"] if "people" in value else _people(folder)),
            insiders=insiders,
            records=value.get("records", 0),
        )
    except FileNotFoundError as error:
        raise TruthError(f"{path} does not exist") from error
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise TruthError(f"{path} is no truth of a simulation: {error!r}") from error


def measure(
    truth: Truth,
    scores: Sequence[RiskScore],
    alerts: Iterable[Raised],
    *,
    events_per_second: float | None = None,
) -> dict[str, Any]:
    """How well the insiders were found, as `evaluate --json` prints it.

    `recall_at_k` is the share of insiders among the first k people, k being the number of
    insiders; beside it stands how many are within the first 2 × k. Ranks count from 1 and, among
    equals, take the worst place. Who has no score has 0. What needs an insider is None where there
    is none; hours are None where no alert came.
    """
    points = dict.fromkeys(truth.people, 0.0) | {score.person: score.score for score in scores}
    insiders = {insider.person: insider for insider in truth.insiders}
    ranks = {person: _rank(points, person) for person in insiders}
    found = sum(rank <= len(insiders) for rank in ranks.values())
    high = [alert for alert in alerts if alert.severity in (Severity.HIGH, Severity.CRITICAL)]
    innocent = [alert for alert in high if alert.person and alert.person not in insiders]
    critical = sum(alert.severity is Severity.CRITICAL for alert in innocent)
    return {
        "people": len(truth.people),
        "insiders": len(insiders),
        "scenario_of_each_insider": {
            insider.person: insider.scenario for insider in truth.insiders
        },
        "rank_of_each_insider": ranks,
        "insiders_within_twice_their_number": sum(
            rank <= 2 * len(insiders) for rank in ranks.values()
        ),
        "recall_at_k": found / len(insiders) if insiders else None,
        "first_high_alert_hours_after_first_act": {
            insider.person: _hours(insider, high) for insider in truth.insiders
        },
        "high_alerts_per_day_on_innocents": round(len(innocent) / truth.days, 3),
        "critical_alerts_on_innocents": critical,
        "events_per_second": events_per_second,
    }


def _rank(points: Mapping[str, float], person: str) -> int:
    return sum(other >= points.get(person, 0.0) for other in points.values())


def _hours(insider: Insider, high: Iterable[Raised]) -> float | None:
    """Hours to the first high alert; one in the same second as the act counts as at once."""
    begins = insider.first_act - timedelta(seconds=1)
    times = [alert.time for alert in high if alert.person == insider.person]
    later = [time for time in times if time >= begins]
    if not later:
        return None
    return round(max(0.0, (min(later) - insider.first_act).total_seconds() / 3600), 2)


def _written(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _people(folder: Path) -> list[str]:
    with (folder / "people.csv").open(encoding="utf-8-sig", newline="") as file:
        return [row["person"] for row in csv.DictReader(file)]


def _span(value: Mapping[str, Any], insiders: Sequence[Insider]) -> tuple[date, date]:
    """The first and the last day."""
    if "first" in value:
        return date.fromisoformat(value["first"]), date.fromisoformat(value["last"])
    days = [act.time.date() for insider in insiders for act in insider.acts]
    return min(days), max(days)


def _insider(row: Mapping[str, Any]) -> Insider:
    return Insider(
        person=row["person"],
        scenario=row["scenario"],
        acts=tuple(
            Act(
                time=datetime.fromisoformat(act["time"]),
                source=act["source"],
                what=act["what"],
                log=act.get("log", ""),
                trace=act.get("trace", ""),
            )
            for act in row["acts"]
        ),
    )
