"""Acts that somebody takes up and goes on with: each weak alone, together no coincidence.

A job of another that is cancelled once is a mishap, on eight days of a fortnight it was taken up.
That is held against how often the same is found of the person before, and of everybody else.
docs/scoring.md tells the model.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from math import prod

from scipy.special import betainc

from analytics.findings import Finding, ReasonKind
from analytics.identity import Directory
from analytics.risk.joining import SUREST, joined_events

ID = "recurring"
KINDS = (ReasonKind.RULE, ReasonKind.ISOLATION, ReasonKind.REVIEW, ReasonKind.TRACES)
WINDOW = 14  # days: the half-life of what they weigh
LEAST_DAYS = 3  # twice is a coincidence
NOTICED = 0.001  # as of anomalies: for all kinds of acts together
EVERYBODY_WORTH = 30.0  # days of own past that the others' past is worth; as of counts a day
LEAST_EXPECTED = 0.1  # days: what nobody does is expected a tenth of a time within the span

Kind = tuple[ReasonKind, str]


@dataclass(frozen=True, slots=True)
class Habit:
    """On how many of a window's days somebody did it, and how that compares."""

    days: int
    expected: float
    probability: float


def find(findings: Iterable[Finding], directory: Directory) -> list[Finding]:
    """A finding for each person and kind of act that was taken up, by person and kind.

    Everything within the last `WINDOW` days up to the newest such act is weighed against what is
    found before it, from the first finding of anybody on.
    """
    acts: dict[Kind, dict[str, list[Finding]]] = defaultdict(lambda: defaultdict(list))
    first: date | None = None
    for one in findings:
        if one.kind in KINDS:
            acts[one.kind, one.id][one.person].append(one)
            first = min(first or _day(one), _day(one))
    if first is None:
        return []
    found = [
        _finding(person, told, habit)
        for kind in sorted(acts)
        for person, told, habit in _taken_up(acts[kind], first, len(acts), directory)
    ]
    return sorted(found, key=lambda one: (one.person, one.title, one.time))


def _taken_up(
    of_kind: Mapping[str, Sequence[Finding]], first: date, kinds: int, directory: Directory
) -> list[tuple[str, list[Finding], Habit]]:
    days = {person: {_day(one) for one in own} for person, own in of_kind.items()}
    everybody = max(len(directory.people), len(days))
    total = sum(map(len, days.values()))
    found = []
    for person, own in of_kind.items():
        last = max(days[person])
        since = last - timedelta(days=WINDOW - 1)
        within = {day for day in days[person] if day >= since}
        if len(within) < LEAST_DAYS:
            continue
        began = max(first, _start(person, directory) or first)
        span = (last - first).days + 1
        # the others' rate: what is asked of does not explain itself
        rate = (total - len(days[person]) + LEAST_EXPECTED) / (max(everybody - 1, 1) * span)
        past = max((since - began).days, 0)
        habit = _habit(len(within), len(days[person]) - len(within), past, rate)
        if habit.probability * kinds < NOTICED:
            found.append((person, [one for one in own if _day(one) in within], habit))
    return found


def _habit(days: int, before: int, past: int, rate: float) -> Habit:
    """Gamma–Poisson, as counts of a day: the rate a day, of the others and the own past, foretells
    the window."""
    shape = rate * EVERYBODY_WORTH + before
    exposure = EVERYBODY_WORTH + past
    tail = float(betainc(days, shape, WINDOW / (WINDOW + exposure)))
    return Habit(days, shape / exposure * WINDOW, tail)


def _finding(person: str, parts: Sequence[Finding], habit: Habit) -> Finding:
    """What the acts say together: no more than the worst of them, but surer. Each may have its
    reason; that all have one is as unlikely as the product says, were they independent."""
    ordered = sorted(parts, key=lambda one: (one.time, one.events), reverse=True)
    worst = max(ordered, key=lambda one: one.points)
    expected = f"{habit.expected:.1f}" if habit.expected >= LEAST_EXPECTED else "under 0.1"
    return Finding(
        kind=ReasonKind.SEQUENCE,
        id=ID,
        title="Taken up and gone on with",
        person=person,
        time=ordered[0].time,
        points=worst.points,
        confidence=min(SUREST, 1 - prod(1 - part.confidence for part in ordered)),
        sentence=f"{worst.title} on {habit.days} of {WINDOW} days; expected {expected}",
        events=joined_events(ordered),
        resource=worst.resource,
        tactics=worst.tactics,
        observed=float(habit.days),
        expected=habit.expected,
        probability=habit.probability,
    )


def _start(person: str, directory: Directory) -> date | None:
    known = directory.people.get(person)
    return known.start if known else None


def _day(finding: Finding) -> date:
    return finding.time.astimezone(UTC).date()
