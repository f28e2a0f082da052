"""Asks rules of what is stored, as if they had been in force all along; writes nothing.

The evaluator is the one that matches batches as they come in. History is read some days at a time
and only in the columns that rules look at. Of the hits that correlations wait for, those are held
that a later alert may reach back to.
"""

import operator
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.detection import matcher
from analytics.detection.columns import Mask, View, stored
from analytics.detection.correlations import gathering
from analytics.detection.correlations.alerts import Correlated, correlate
from analytics.detection.correlations.correlation import Correlation, reach
from analytics.detection.loading import RuleSet
from analytics.detection.sigma import Rule
from analytics.findings import Alert
from analytics.identity import Directory
from analytics.store.base import EventStore, Question

ALWAYS = ("@timestamp", "event.id", "actor.account", "owner.account")
SAMPLES = 5  # events a rule, the first of its first days
MOST_VALUES = 100_000  # different objects or accounts that are counted apart for a rule
AT_ONCE = 200_000  # events of days that are read together
MOST_HELD = 2_000_000  # hits that correlations may have to look at together
Progress = Callable[[date, int], None]


class TooManyHits(Exception):
    """Correlations would have to look at more hits at once than memory should hold."""


@dataclass
class Found:
    """What one rule or correlation found.

    `days` are UTC. `people` counts hits by person, `accounts` those of accounts that are nobody's.
    Of very many objects or accounts the rare ones are left out. `samples` are times and ids of
    events.
    """

    rule: Rule | Correlation
    days: Counter[date] = field(default_factory=Counter)
    people: Counter[str] = field(default_factory=Counter)
    accounts: Counter[str] = field(default_factory=Counter)
    objects: Counter[str] = field(default_factory=Counter)
    samples: list[tuple[datetime, str]] = field(default_factory=list)

    @property
    def hits(self) -> int:
        """All of them."""
        return self.days.total()


@dataclass(frozen=True, slots=True)
class Backtest:
    """What rules found in `events` events of `days` (UTC), the one with the most hits first."""

    found: tuple[Found, ...]
    events: int
    days: tuple[date, ...]


def chosen(rules: RuleSet, paths: Sequence[Path]) -> RuleSet:
    """Of a set what stands in these files or below these folders; of other rules only those that
    its correlations refer to, which raise no alerts."""
    correlations = {each.id: each for each in rules.correlations}
    wanted = {
        each.id
        for each in (*rules.rules, *rules.correlations)
        if any(each.path.is_relative_to(path) for path in paths)
    }
    needed = {inner for each in wanted for inner in _with_inner(each, correlations)}
    return replace(
        rules,
        rules=tuple(each for each in rules.rules if each.id in needed),
        correlations=tuple(each for each in rules.correlations if each.id in needed),
        refused=tuple(
            each for each in rules.refused if any(each.path.is_relative_to(path) for path in paths)
        ),
        parts=(rules.parts & needed) | (needed - wanted),
    )


def _with_inner(rule: str, correlations: dict[str, Correlation]) -> Iterator[str]:
    yield rule
    for inner in correlations[rule].rules if rule in correlations else ():
        yield from _with_inner(inner, correlations)


def columns_of(rules: RuleSet) -> list[str]:
    """The fields of events that decide on these rules and tell what they touched."""
    wanted = rules.needs
    found = set(ALWAYS)
    for rule in rules.rules:
        asked = {*rule.columns, *(column for column, _ in rule.source.where)}
        asked.update([rule.object] if rule.object else ())
        asked.update(*(rule.source.columns(name) for name in wanted.get(rule.id, ())))
        found.update(*map(stored, asked))
    return sorted(found)


def backtest(
    rules: RuleSet,
    store: EventStore,
    question: Question,
    directory: Directory,
    progress: Progress = lambda _day, _events: None,
) -> Backtest:
    """Asks every detection of the set of the question's events.

    Before its first moment hits are gathered from as far back as correlations reach, for an alert
    just after it. `progress` is told now and then of the last day that was read, and of how many
    events were read by then. Raises StoreUnavailable where the store does not answer, and
    TooManyHits.
    """
    found = {rule.id: Found(rule) for rule in rules.detections}
    waiting = _Waiting(rules, directory)
    columns, further = columns_of(rules), _reaching(question, waiting.reach)
    days: list[date] = []
    events = 0
    for some in _spans(store, further):
        for table in _pieces(store.scan(_on(some, further), columns)):
            events += int(np.count_nonzero(_asked(table["@timestamp"], question)))
            for rule, matched in matcher.hits(rules.prefilter, View(table, derived=rules.derived)):
                waiting.add(rule, matched)
                if rule.id in found:
                    asked = _asked(matched.array("@timestamp"), question)
                    _add(found[rule.id], matched.only(asked), directory)
        begin, end = _bounds(some, question)
        days.extend(day for day in some if operator.lt(*_bounds([day], question)))
        for one in waiting.alerts(begin, end):
            if one.alert.rule in found:
                _add_alert(found[one.alert.rule], one.alert, directory)
        progress(some[-1], events)
    ordered = sorted(found.values(), key=lambda one: (-one.hits, one.rule.id))
    return Backtest(tuple(ordered), events, tuple(days))


class _Waiting:
    """Hits that wait for others, and the correlations that wait for them."""

    def __init__(self, rules: RuleSet, directory: Directory) -> None:
        known = {each.id: each for each in rules.correlations}
        reaches = (reach(each, known) for each in rules.correlations)
        self.reach = max(reaches, default=timedelta())
        self.wanted = rules.needs
        self._correlations = rules.correlations
        self._directory = directory
        self._hits: list[pa.Table] = []

    def add(self, rule: Rule, matched: View) -> None:
        if rule.id in self.wanted:
            self._hits.append(gathering.gathered(rule, matched, self.wanted[rule.id]))
            if sum(table.num_rows for table in self._hits) > MOST_HELD:
                raise TooManyHits(
                    f"the rules of correlations matched more than {MOST_HELD:,} events within "
                    "the time that these look at together: ask of a shorter time, or narrow them"
                )

    def alerts(self, begin: datetime, end: datetime) -> list[Correlated]:
        """Those from `begin` to before `end`; what no later one can reach back to is forgotten."""
        hits = gathering.joined(self._hits)
        self._hits = [hits.filter(pc.greater_equal(hits["time"], end - self.reach))]
        if not hits.num_rows or begin >= end:
            return []
        persons = self._directory.persons(hits["account"], hits["time"])
        known = gathering.with_persons(hits, persons)
        return correlate(self._correlations, known, begin, end)


def _add(found: Found, matched: View, directory: Directory) -> None:
    """Counts hits by the column."""
    if not matched.rows:
        return
    times, accounts = matched.array("@timestamp"), matched.array("actor.account")
    persons = directory.persons(pa.chunked_array([accounts]), pa.chunked_array([times]))
    nobodys = accounts.filter(pc.is_null(persons))
    found.days.update(_counts(pc.cast(times, pa.date32(), safe=False)))
    found.people.update(_counts(persons))
    _count_some(found.accounts, _counts(nobodys))
    if found.rule.object:
        objects = pa.array(matched.texts(found.rule.object), pa.string())
        _count_some(found.objects, _counts(objects))
    if len(found.samples) < SAMPLES:
        few = SAMPLES - len(found.samples)
        ids = matched.array("event.id")[:few].to_pylist()
        found.samples.extend(zip(times[:few].to_pylist(), ids, strict=True))


def _add_alert(found: Found, alert: Alert, directory: Directory) -> None:
    person = directory.who(alert.account, alert.time)
    found.days[alert.time.date()] += 1
    if person:
        found.people[person] += 1
    elif alert.account:
        _count_some(found.accounts, {alert.account: 1})
    if alert.object:
        _count_some(found.objects, {alert.object: 1})
    if len(found.samples) < SAMPLES:
        found.samples.append((alert.time, alert.event))


def _counts(values: pa.Array) -> dict[Any, int]:
    counted = pc.value_counts(values.drop_null())
    return dict(zip(counted.field(0).to_pylist(), counted.field(1).to_pylist(), strict=True))


def _count_some(counter: Counter[str], more: Mapping[str, int]) -> None:
    counter.update(more)
    if len(counter) > 2 * MOST_VALUES:
        often = counter.most_common(MOST_VALUES)
        counter.clear()
        counter.update(dict(often))


def _pieces(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """Small tables together, as large as the matcher takes them at once."""
    gathered: list[pa.Table] = []
    for table in tables:
        gathered.append(table)
        if sum(each.num_rows for each in gathered) >= matcher.PIECE:
            yield pa.concat_tables(gathered).combine_chunks()
            gathered = []
    if gathered:
        yield pa.concat_tables(gathered).combine_chunks()


def _reaching(question: Question, further: timedelta) -> Question:
    """With the time before it."""
    return replace(question, since=question.since and question.since - further)


def _spans(store: EventStore, question: Question) -> Iterator[list[date]]:
    """Its days in order, so many together that it pays to ask the store, and no more."""
    some: list[date] = []
    events = 0
    for row in store.histogram(question, interval="day").to_pylist():
        some.append(row["time"].astimezone(UTC).date())
        events += row["count"]
        if events >= AT_ONCE:
            yield some
            some, events = [], 0
    if some:
        yield some


def _on(days: Sequence[date], question: Question) -> Question:
    begin, end = _bounds(days, question)
    return replace(question, since=begin, until=end)


def _bounds(days: Sequence[date], question: Question) -> tuple[datetime, datetime]:
    """What of the question lies on these days, from and until."""
    begin = datetime.combine(days[0], time.min, UTC)
    end = datetime.combine(days[-1], time.min, UTC) + timedelta(days=1)
    return max(begin, question.since or begin), min(end, question.until or end)


def _asked(times: pa.Array | pa.ChunkedArray, question: Question) -> Mask:
    """Which of the events the question is about, of those that were read before its end."""
    if question.since is None:
        return np.ones(len(times), dtype=bool)
    later = pc.greater_equal(times, pa.scalar(question.since, times.type))
    return np.asarray(later, dtype=bool)
