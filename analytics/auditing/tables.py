"""Rows of audit events as Arrow tables, column by column."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa

from analytics.event import EARLIEST, LATEST_AHEAD, Collector, assemble
from analytics.fields import BY_NAME

AT_ONCE = 1000  # rows; many would fall out of the processor's caches
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
        self._rows: list[tuple[object, ...]] = []
        self._labels = Labels()
        context = collector.context
        self._earliest = (EARLIEST - EPOCH) // MICROSECOND
        self._latest = (context.received + LATEST_AHEAD - EPOCH) // MICROSECOND

    def add(self, row: Row) -> None:
        """Takes an event."""
        if self._earliest <= row["@timestamp"] <= self._latest:
            self._labels.add(row.pop("labels"))
            self._rows.append(tuple(row.values()))
            self._collector.weight += len(row["event.original"])
            if len(self._rows) >= AT_ONCE:
                self.turn()
        else:
            reason = self._collector.context.implausible(EPOCH + row["@timestamp"] * MICROSECOND)
            self._collector.reject(row["batch.line"], reason or "", row["event.original"])

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
        columns["labels"] = self._labels.column()
        collector.tables.append(assemble(columns, size, collector.context, collector.source))
        self._rows, self._labels = [], Labels()


def _columns_of(doers: Sequence[Doer]) -> dict[str, pa.Array]:
    """Columns of values that repeat: each different doer is turned once."""
    places: dict[Doer, int] = {}
    indices = pa.array([places.setdefault(doer, len(places)) for doer in doers], pa.int32())
    values = zip(*(doer.columns for doer in places), strict=True)
    return {
        name: pa.array(column, TYPES[name]).take(indices)
        for name, column in zip(DOER_COLUMNS, values, strict=True)
    }


class Labels:
    """Gathers the labels of events, all in one place as Arrow has them."""

    def __init__(self) -> None:
        self._names: list[str] = []
        self._texts: list[str] = []
        self._ends = [0]

    def add(self, labels: dict[str, str]) -> None:
        """Takes those of one event."""
        self._names += labels
        self._texts += labels.values()
        self._ends.append(len(self._names))

    def column(self) -> pa.Array:
        """The labels of each event."""
        ends = pa.array(self._ends, pa.int32())
        names, texts = pa.array(self._names, pa.string()), pa.array(self._texts, pa.string())
        return pa.MapArray.from_arrays(ends, names, texts)
