"""Asks correlations of hits, each after those that it refers to."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.detection.columns import Mask
from analytics.detection.correlations.correlation import Correlation, in_order
from analytics.detection.correlations.figures import holds
from analytics.detection.correlations.gathering import FIELD
from analytics.detection.correlations.runs import Runs, runs_of
from analytics.detection.correlations.windows import MICROSECOND, Windows, texts_of, windows_of
from analytics.findings import Alert

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOST_EVENTS = 200  # that an alert names; the number of all is told


@dataclass(frozen=True, slots=True, kw_only=True)
class Correlated:
    """An alert of a correlation. Its event is the one at which the condition first held.

    `group` is what its hits agree in; `begun` is the time of the first hit in that window, and
    `events` are the ids of the first of its `count` hits.
    """

    alert: Alert
    group: Mapping[str, str]
    begun: datetime
    events: tuple[str, ...]
    count: int


@dataclass(frozen=True, slots=True)
class Answered:
    """A correlation with its hits, where it holds, and in which runs."""

    correlation: Correlation
    hits: pa.Table  # those of its windows, in their order
    windows: Windows
    held: Mask
    runs: Runs


def correlate(
    correlations: Iterable[Correlation], hits: pa.Table, begin: datetime, end: datetime
) -> list[Correlated]:
    """The alerts whose condition first held from `begin` to before `end`, by correlation and time.

    `hits` must hold all from `reach` before `begin` on, none of them twice. Nothing depends on
    their order.
    """
    answered: dict[str, Answered] = {}
    found: list[Correlated] = []
    for correlation in in_order(correlations):
        inner = [answered[rule] for rule in correlation.rules if rule in answered]
        derived = [_as_hits(each, correlation.kind.is_temporal) for each in inner]
        seen = pa.concat_tables([hits, *derived], promote_options="default")
        answer = answered[correlation.id] = _answered(correlation, seen)
        found.extend(sorted(_alerts(answer, begin, end), key=_place))
    return found


def _answered(correlation: Correlation, hits: pa.Table) -> Answered:
    windows = windows_of(correlation, hits)
    own = hits.take(pa.array(windows.rows)).combine_chunks()
    held = holds(correlation, windows, own)
    events = own["event"].combine_chunks()
    return Answered(correlation, own, windows, held, runs_of(correlation, windows, held, events))


def _as_hits(answer: Answered, each_moment: bool) -> pa.Table:
    """What a correlation is to others: where it holds, or where it began to, if that is counted.

    A hit has the fields of the event at which it held, and the values that were grouped by.
    """
    places = np.flatnonzero(answer.held) if each_moment else answer.runs.first
    rows = pa.array(places)
    hits = answer.hits.take(rows)
    for name in answer.correlation.group_by:
        texts = texts_of(name, answer.correlation, hits, answer.windows.rules[places])
        hits = _with(hits, FIELD + name, texts)
    return _with(hits, "rule", pa.repeat(pa.scalar(answer.correlation.id), len(places)))


def _with(table: pa.Table, name: str, column: pa.Array) -> pa.Table:
    if name in table.column_names:
        return table.set_column(table.column_names.index(name), name, column)
    return table.append_column(name, column)


def _alerts(answer: Answered, begin: datetime, end: datetime) -> Iterator[Correlated]:
    windows, runs = answer.windows, answer.runs
    times = windows.times[runs.begin]
    chosen = np.flatnonzero((times >= _microseconds(begin)) & (times < _microseconds(end)))
    for run in chosen.tolist():
        at = int(runs.first[run])
        yield _correlated(answer, at, slice(int(windows.first[at]), int(windows.last[at])))


def _place(one: Correlated) -> tuple[datetime, str, tuple[str, ...]]:
    return one.alert.time, one.alert.event, tuple(one.group.values())


def _correlated(answer: Answered, at: int, window: slice) -> Correlated:
    correlation, windows = answer.correlation, answer.windows
    hit = answer.hits.slice(at, 1)
    told = hit.to_pylist()[0]
    near = answer.hits.slice(window.start, window.stop - window.start)
    acting = _acting(correlation, near) or told
    pairs = sorted(set(zip(near["time"].to_pylist(), near["event"].to_pylist(), strict=True)))
    texts = {
        name: texts_of(name, correlation, hit, windows.rules[at : at + 1])[0].as_py()
        for name in correlation.group_by
    }
    return Correlated(
        alert=Alert(
            rule=correlation.id,
            version=correlation.version,
            title=correlation.title,
            severity=correlation.severity,
            confidence=correlation.confidence,
            time=told["time"],
            event=told["event"],
            account=acting["account"],
            owner=told["owner"],
            object=acting["object"],
            tags=correlation.tags,
            tactics=correlation.tactics,
            group=tuple(text or "" for text in texts.values()),
            within=correlation.within,
            duty=correlation.duty,
            elsewhere=correlation.elsewhere,
        ),
        group=texts,
        begun=pairs[0][0],
        events=tuple(event for _, event in pairs[:MOST_EVENTS]),
        count=len(pairs),
    )


def _acting(correlation: Correlation, window: pa.Table) -> dict[str, Any] | None:
    """The last hit of the rule that says whose act it was."""
    if correlation.actor is None:
        return None
    own = window.filter(pc.equal(window["rule"], correlation.actor)).to_pylist()
    return max(own, key=lambda hit: (hit["time"], hit["event"]), default=None)


def _microseconds(time: datetime) -> int:
    return (time - EPOCH) // MICROSECOND
