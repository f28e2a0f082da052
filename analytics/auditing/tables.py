"""Rows of audit events as Arrow tables, column by column."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import accumulate, chain
from operator import itemgetter
from typing import Any

import pyarrow as pa

from analytics.event import EARLIEST, Collector, assemble
from analytics.fields import BY_NAME

AT_ONCE = 5000  # rows; each step costs its call, however few they are
HEAVY = 8 << 20  # characters of raw text that are turned at once, however few the rows
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

Row = dict[str, Any]
Values = tuple[Any, ...]

# What a row has of its own, by when, where and by which process it was first; the rest of what
# programs tell again and again is the same. `@timestamp` is in microseconds since 1970,
# `event.id` is what the id is made of.
PLACED = (*("@timestamp", "event.id", "event.original", "batch.line", "host.name", "process.pid"),)
NAMES = (
    *PLACED,
    *("message", "owner.account", "user.target.name", "process.command_line", "process.args"),
    *("process.parent.pid", "process.parent.executable", "process.working_directory"),
    *("file.path", "file.owner", "source.ip"),
)
# What many rows share: see `Act`.
DEED_COLUMNS = ("event.category", "event.type", "event.action", "event.outcome")
DOER_COLUMNS = (
    *("actor.account", "actor.basis", "user.id", "user.name", "user.effective.id"),
    *("user.effective.name", "process.executable", "process.name"),
)
ACT_COLUMNS = (*DEED_COLUMNS, *DOER_COLUMNS)
# Each row begins as a copy of this; `doer` stands for DOER_COLUMNS, `labels` is a dict.
BLANK: Row = dict.fromkeys((*NAMES, *DEED_COLUMNS, "doer", "labels"))
ORIGINAL, LINE = NAMES.index("event.original"), NAMES.index("batch.line")
TYPES = {name: BY_NAME[name].arrow for name in (*NAMES, *ACT_COLUMNS)}


@dataclass(frozen=True, slots=True, eq=False)
class Doer:
    """Who did something, with which program."""

    account: str | None
    name: str  # as a sentence has it
    executable: str | None
    columns: tuple[str | None, ...]  # DOER_COLUMNS
    labels: dict[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class Act:
    """What somebody did, and how it went: the same object for all that agree in it."""

    columns: tuple[str | None, ...]  # ACT_COLUMNS


@lru_cache(maxsize=8192)
def act_of(doer: Doer, *deed: str) -> Act:
    """The act of a doer, with category, type, action and outcome."""
    return Act((*deed, *doer.columns))


_own = itemgetter(*NAMES)
_act = itemgetter("doer", *DEED_COLUMNS)


def values_of(row: Row) -> Values:
    """A row's own values in the order of `NAMES`, then its act and its labels."""
    return (*_own(row), act_of(*_act(row)), row["labels"])


class Tables:
    """Turns rows into tables for a collector; rejects those whose time is not plausible."""

    def __init__(self, collector: Collector) -> None:
        self._collector = collector
        self._rows: list[Values] = []
        self._weight = 0
        context = collector.context
        self._earliest = (EARLIEST - EPOCH) // MICROSECOND
        self._latest = (context.latest - EPOCH) // MICROSECOND

    def put(self, rows: Sequence[Values]) -> None:
        """Takes some events as `values_of` has them, few at a time."""
        if not rows:
            return
        times = [values[0] for values in rows]
        if min(times) < self._earliest or max(times) > self._latest:
            rows = [values for values in rows if self._is_plausible(values)]
        self._rows += rows
        self._weight += sum([len(values[ORIGINAL]) for values in rows])
        if len(self._rows) >= AT_ONCE or self._weight >= HEAVY:
            self.turn()

    def _is_plausible(self, values: Values) -> bool:
        """Whether it has a time that an event can have; rejects it if not."""
        if self._earliest <= values[0] <= self._latest:
            return True
        reason = self._collector.context.implausible(EPOCH + values[0] * MICROSECOND)
        self._collector.reject(values[LINE], reason or "", values[ORIGINAL])
        return False

    def turn(self) -> None:
        """Gives the collector what was taken."""
        if not self._rows:
            return
        collector, size = self._collector, len(self._rows)
        *own, acts, labels = zip(*self._rows, strict=True)
        values: dict[str, Sequence[Any]] = dict(zip(NAMES, own, strict=True))
        values["event.id"] = collector.context.event_ids("auditd", values["event.id"])
        columns = {name: pa.array(column, TYPES[name]) for name, column in values.items()}
        columns |= _columns_of(acts)
        columns["labels"] = _maps_of(labels)
        collector.tables.append(assemble(columns, size, collector.context, collector.source))
        collector.weight += self._weight
        self._rows, self._weight = [], 0


def _columns_of(acts: Sequence[Act]) -> dict[str, pa.Array]:
    """Columns of values that repeat: each different act is turned once."""
    places: dict[Act, int] = {}
    indices = pa.array([places.setdefault(act, len(places)) for act in acts], pa.int32())
    values = zip(*(act.columns for act in places), strict=True)
    return {
        name: pa.array(column, TYPES[name]).take(indices)
        for name, column in zip(ACT_COLUMNS, values, strict=True)
    }


def _maps_of(labels: Sequence[dict[str, str]]) -> pa.Array:
    """A column of labels, all in one place as Arrow has them."""
    ends = pa.array(accumulate(map(len, labels), initial=0), pa.int32())
    names = pa.array(list(chain.from_iterable(labels)), pa.string())
    texts = pa.array([text for told in labels for text in told.values()], pa.string())
    return pa.MapArray.from_arrays(ends, names, texts)
