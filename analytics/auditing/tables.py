"""Rows of audit events as Arrow tables, column by column."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate, chain
from typing import Any

import pyarrow as pa

from analytics.event import EARLIEST, LATEST_AHEAD, Collector, assemble
from analytics.fields import BY_NAME

AT_ONCE = 1000  # rows; many would fall out of the processor's caches
HEAVY = 8 << 20  # characters of raw text that are turned at once, however few the rows
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

Row = dict[str, Any]


# Each row is a copy of this, filled in, so that columns are told by their places alone.
# `@timestamp` is in microseconds since 1970, `doer` stands for DOER_COLUMNS, `labels` is a dict.
BLANK: Row = dict.fromkeys(
    (
        *("@timestamp", "event.id", "event.category", "event.type", "event.action"),
        *("event.outcome", "event.original", "message", "owner.account", "user.target.name"),
        *("host.name", "process.command_line", "process.args", "process.pid"),
        *("process.parent.pid", "process.parent.executable", "process.working_directory"),
        *("file.path", "file.owner"),
        *("source.ip", "batch.line", "doer", "labels"),
    )
)
DOER_COLUMNS = (
    *("actor.account", "actor.basis", "user.id", "user.name", "user.effective.id"),
    *("user.effective.name", "process.executable", "process.name"),
)
*NAMES, _, _ = BLANK
ORIGINAL, LINE = NAMES.index("event.original"), NAMES.index("batch.line")
TYPES = {name: BY_NAME[name].arrow for name in (*NAMES, *DOER_COLUMNS)}


@dataclass(frozen=True, slots=True, eq=False)
class Doer:
    """Who did something, with which program."""

    account: str | None
    name: str  # as a sentence has it
    executable: str | None
    columns: tuple[str | None, ...]  # DOER_COLUMNS
    labels: dict[str, str]


class Tables:
    """Turns rows into tables for a collector; rejects those whose time is not plausible."""

    def __init__(self, collector: Collector) -> None:
        self._collector = collector
        self._rows: list[tuple[Any, ...]] = []
        self._labels: list[dict[str, str]] = []
        self._weight = 0
        context = collector.context
        self._earliest = (EARLIEST - EPOCH) // MICROSECOND
        self._latest = (context.received + LATEST_AHEAD - EPOCH) // MICROSECOND

    def add(self, row: Row) -> None:
        """Takes an event."""
        labels = row.pop("labels")
        self.put(tuple(row.values()), labels)

    def put(self, values: tuple[Any, ...], labels: dict[str, str]) -> None:
        """Takes an event by its values in the order of `BLANK`, without its labels."""
        if self._earliest <= values[0] <= self._latest:
            self._labels.append(labels)
            self._rows.append(values)
            self._weight += len(values[ORIGINAL])
            if len(self._rows) >= AT_ONCE or self._weight >= HEAVY:
                self.turn()
        else:
            reason = self._collector.context.implausible(EPOCH + values[0] * MICROSECOND)
            self._collector.reject(values[LINE], reason or "", values[ORIGINAL])

    def turn(self) -> None:
        """Gives the collector what was taken."""
        if not self._rows:
            return
        collector, size = self._collector, len(self._rows)
        *values, doers = zip(*self._rows, strict=True)
        columns: dict[str, pa.Array] = {
            name: pa.array(column, TYPES[name]) for name, column in zip(NAMES, values, strict=True)
        }
        columns |= _columns_of(doers)
        columns["labels"] = _maps_of(self._labels)
        collector.tables.append(assemble(columns, size, collector.context, collector.source))
        collector.weight += self._weight
        self._rows, self._labels, self._weight = [], [], 0


def _columns_of(doers: Sequence[Doer]) -> dict[str, pa.Array]:
    """Columns of values that repeat: each different doer is turned once."""
    places: dict[Doer, int] = {}
    indices = pa.array([places.setdefault(doer, len(places)) for doer in doers], pa.int32())
    values = zip(*(doer.columns for doer in places), strict=True)
    return {
        name: pa.array(column, TYPES[name]).take(indices)
        for name, column in zip(DOER_COLUMNS, values, strict=True)
    }


def _maps_of(labels: Sequence[dict[str, str]]) -> pa.Array:
    """A column of labels, all in one place as Arrow has them."""
    ends = pa.array(accumulate(map(len, labels), initial=0), pa.int32())
    names = pa.array(list(chain.from_iterable(labels)), pa.string())
    texts = pa.array([text for told in labels for text in told.values()], pa.string())
    return pa.MapArray.from_arrays(ends, names, texts)
