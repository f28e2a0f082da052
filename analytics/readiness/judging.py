"""Holds what has arrived against what is needed."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from analytics.detection.columns import ARGUMENT
from analytics.detection.packages import UNKNOWING
from analytics.detection.predicates import AllOf, AnyOf, Missing, Not, Predicate
from analytics.readiness.arrivals import EVERYWHERE, Arrival
from analytics.readiness.needs import Advice, Need, advice_for

STALE = timedelta(days=7)


class Status(StrEnum):
    """How well something can be found; the worst first."""

    BLIND = "blind"  # what it needs has never come
    STALE = "stale"  # it came, but not of late
    PARTLY = "partly"  # of some feeds only, though others of the same format lack it
    READY = "ready"


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """Whether a need is met. `feeds` meet it; `lacking` are feeds of the right kind that do not,
    each with the fields that did not come; `last` is the time of the newest event that met it."""

    need: Need
    status: Status
    feeds: tuple[str, ...]
    lacking: tuple[tuple[str, tuple[str, ...]], ...]
    last: datetime | None

    @property
    def missing(self) -> tuple[str, ...]:
        """The fields that no feed brought."""
        return tuple(sorted({name for _, names in self.lacking for name in names}))

    @property
    def advice(self) -> Advice | None:
        """What would help."""
        special = (advice_for(name) for name in self.missing)
        return next(filter(None, special), self.need.advice)

    @property
    def sentence(self) -> str:
        """What is wrong, for people; nothing where all is well."""
        if self.status is Status.READY:
            return ""
        if self.status is Status.STALE and self.last:
            return f"nothing of it has come since {self.last:%Y-%m-%d}"
        if self.status is Status.PARTLY:
            names = ", ".join(sorted(feed for feed, _ in self.lacking)[:3])
            return f"cannot be seen by {names}: no {_words(self.missing)} received"
        if self.lacking:
            return f"{self.need.blind}: no {_words(self.missing)} received"
        return f"{self.need.blind}: no events with {_where(self.need)} received"


def judge(needs: Iterable[Need], arrivals: Sequence[Arrival], now: datetime) -> list[Readiness]:
    """The readiness of each need, in the order of the needs."""
    return [_judged(need, arrivals, now) for need in needs]


def _judged(need: Need, arrivals: Sequence[Arrival], now: datetime) -> Readiness:
    filled: dict[str, set[str]] = defaultdict(set)
    datasets: dict[str, set[str]] = defaultdict(set)
    times: dict[str, datetime] = {}
    for one in arrivals:
        if all(_may_be(one, name, values) for name, values in need.where.items()):
            filled[one.feed] |= one.fields
            datasets[one.feed].add(one.dataset)
            times[one.feed] = max(one.last, times.get(one.feed, one.last))
    gaps = {feed: lacking(need, fields) for feed, fields in filled.items()}
    meeting = tuple(sorted(feed for feed, gap in gaps.items() if not gap))
    formats = {name for feed in meeting for name in datasets[feed]}
    poorer = tuple(
        (feed, tuple(sorted(gap)))
        for feed, gap in sorted(gaps.items())
        if gap and (not meeting or datasets[feed] & formats)
    )
    last = max((times[feed] for feed in meeting), default=None)
    if last is None:
        status = Status.BLIND
    elif now - last > STALE:
        status = Status.STALE
    else:
        status = Status.PARTLY if poorer else Status.READY
    return Readiness(need=need, status=status, feeds=meeting, lacking=poorer, last=last)


def _may_be(arrival: Arrival, column: str, values: Sequence[str]) -> bool:
    """Whether some of the events may have one of the values; only kinds are kept with theirs."""
    found = arrival.kind.get(column)
    return column in arrival.fields if found is None else found in values


def lacking(need: Need, have: set[str] | frozenset[str]) -> frozenset[str]:
    """The fields that must come beside these before the need is met; none where it is."""
    gap = {name for name in need.fields if not available(name, have)}
    if need.alternatives and not any(available(name, have) for name in need.alternatives):
        gap.update(need.alternatives)
    return frozenset(gap) | (_unmet(need.condition, have) if need.condition else frozenset())


def available(column: str, have: set[str] | frozenset[str]) -> bool:
    """Whether a column as rules look it up can have a value."""
    if column in EVERYWHERE:
        return True
    if column in UNKNOWING:
        return not have.isdisjoint(UNKNOWING[column].of)
    return ("process.args" if ARGUMENT.fullmatch(column) else column) in have


def _unmet(predicate: Predicate, have: set[str] | frozenset[str]) -> frozenset[str]:
    """The columns for lack of which a condition can hold for no event; none where it can."""
    if isinstance(predicate, AllOf):
        return frozenset().union(*(_unmet(part, have) for part in predicate.parts))
    if isinstance(predicate, AnyOf):
        gaps = [_unmet(part, have) for part in predicate.parts]
        return frozenset().union(*gaps) if all(gaps) else frozenset()
    if isinstance(predicate, Missing):
        return frozenset()
    if isinstance(predicate, Not):
        required = isinstance(predicate.part, Missing)
        return _absent(predicate.part, have) if required else frozenset()
    return _absent(predicate, have)


def _absent(predicate: Predicate, have: set[str] | frozenset[str]) -> frozenset[str]:
    asked = {getattr(predicate, name, None) for name in ("column", "other")} - {None}
    return frozenset(str(column) for column in asked if not available(str(column), have))


def _words(names: Sequence[str], most: int = 4) -> str:
    shown = [name.removeprefix("labels.") for name in names[:most]]
    return " or ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown) + (
        " …" if len(names) > most else ""
    )


def _where(need: Need) -> str:
    parts = [f"{name} {_words(values)}" for name, values in need.where.items()]
    return " and ".join(parts)
