"""Histories with two lines a command, one of which is its time: most are read by columns.

An entry that is not wholly of the usual form, or at whose end it is not yet known whether the
next one begins, is left to those who read line by line.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.columnar.blocks import Block, blocks
from analytics.event import (
    EARLIEST,
    Batch,
    Collector,
    Context,
    Source,
    assemble,
    merged,
    table_of,
)
from analytics.histories import columns_of
from analytics.reading import LONGEST_LINE, Line

LONGEST = LONGEST_LINE // 2  # bytes of a line that is read by columns
Columns = tuple[pa.Array, pa.Array]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """How entries usually look: their first line, the second, and how another entry begins.

    `parts` are command and epoch out of the first and the second lines. `placed` says that an
    entry is known by its place in the log, else it is by its command and time alone.
    """

    first: str
    second: str
    begins: str
    parts: Callable[[pa.Array, pa.Array], Columns]
    head: Callable[[bytes, bytes], bytes]
    placed: bool


class Others(Protocol):
    """Reads line by line, and gives the collector what was read."""

    @property
    def collector(self) -> Collector: ...

    def take(self, line: Line) -> None:
        """Takes a line."""

    def end(self) -> None:
        """Takes it that an entry begins behind the last line, or that the log ends."""


def read(
    log: BinaryIO, pair: Pair, others: Others, context: Context, source: Source
) -> Iterator[Batch]:
    """The events of a history, in the order of its lines."""
    return merged(_batches(log, pair, others, context, source))


def _batches(
    log: BinaryIO, pair: Pair, others: Others, context: Context, source: Source
) -> Iterator[Batch]:
    for block in blocks(log):
        entries = _Entries.of(block, pair, context)
        _give(block, entries, others)
        events = entries.table(block, pair, context, source)
        yield _together(events, others.collector.take())
    others.end()
    yield from others.collector.rest()


def _give(block: Block, entries: "_Entries", others: Others) -> None:
    """Gives the lines of no usual entry to those who read line by line."""
    size = len(block.texts)
    left = np.ones(size, dtype=bool)
    left[entries.places] = left[entries.places + 1] = False
    expected = 0
    for at in np.flatnonzero(left).tolist():
        if at != expected:
            others.end()
        raw = block.raw[at]
        too_long = block.too_long or len(raw) >= LONGEST_LINE
        others.take(Line(block.number + at, block.offsets[at], raw, too_long))
        expected = at + 1
    if expected != size:
        others.end()


def _together(events: pa.Table, others: Batch) -> Batch:
    """Both in the order of their lines."""
    if others.events.num_rows:
        events = pa.concat_tables([events, others.events])
        events = events.take(pc.sort_indices(events["batch.line"]))
    return Batch(events=events, rejected=others.rejected)


@dataclass(frozen=True, slots=True)
class _Entries:
    """The usual entries of a block: where they begin, and what they say."""

    places: np.ndarray
    firsts: pa.Array
    seconds: pa.Array
    commands: pa.Array
    epochs: pa.Array

    @classmethod
    def of(cls, block: Block, pair: Pair, context: Context) -> "_Entries":
        texts = pa.array(block.texts, pa.string())
        places = np.zeros(0, dtype=np.int64)
        if context.user is not None and not block.too_long:
            first, second, begins = (
                np.asarray(pc.match_substring_regex(texts, form))
                for form in (pair.first, pair.second, pair.begins)
            )
            short = np.asarray(pc.less(pc.binary_length(texts), LONGEST))
            if not block.exact:  # a byte may be told as \xNN
                short &= ~np.asarray(pc.match_substring(texts, "\\x"))
            first, second = first & short, second & short & ~begins
            places = np.flatnonzero(first[:-2] & second[1:-1] & begins[2:])
        firsts, seconds = texts.take(pa.array(places)), texts.take(pa.array(places + 1))
        commands, told = pair.parts(firsts, seconds)
        epochs = np.asarray(told.cast(pa.int64()))
        latest = context.latest.timestamp()
        good = (epochs >= EARLIEST.timestamp()) & (epochs <= latest)
        found = cls(places, firsts, seconds, commands, pa.array(epochs))
        return found if good.all() else found._only(good)

    def _only(self, good: np.ndarray) -> "_Entries":
        mask = pa.array(good)
        columns = (self.firsts, self.seconds, self.commands, self.epochs)
        return _Entries(self.places[good], *(column.filter(mask) for column in columns))

    def table(self, block: Block, pair: Pair, context: Context, source: Source) -> pa.Table:
        """Their events."""
        places = self.places.tolist()
        if not places:
            return table_of([], context, source)
        heads = [pair.head(block.raw[at], block.raw[at + 1]) for at in places]
        offsets = [block.offsets[at] for at in places] if pair.placed else [0] * len(places)
        columns = {
            **columns_of(self.commands, self.epochs, context),
            "event.id": pa.array(context.line_ids(offsets, heads), pa.string()),
            "event.original": pc.binary_join_element_wise(self.firsts, self.seconds, "\n"),
            "batch.line": pa.array(self.places + block.number),
        }
        return assemble(columns, len(places), context, source)
