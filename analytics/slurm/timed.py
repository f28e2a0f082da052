"""Lines of a daemon's log with their times; what has none belongs to the line before it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import compress
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.columnar.blocks import Block
from analytics.columnar.parting import by_line, parted
from analytics.columnar.values import mapped
from analytics.event import EARLIEST, LONGEST_REJECTED, Context, Rejected
from analytics.slurm.times import Clock, time_of

LINES = by_line(
    r"\[([\dA-Z][^\]\[\n]{5,34})\] (?:\[[\w.+-]{1,40}\] )?(?:\([^()\s]{1,200}:\d+\) )?"
    r"(?:(debug[2-5]?|error|fatal|warning|verbose|info):[^\S\n]+)?(?:sched: )?(.*)"
    r"|.*"  # what has no time in brackets, so that a block is parted at a go all the same
)
MILLISECONDS = r"^.{19}\.[0-9]{3}$"
MOST_SECONDS = 50_000
EPOCH, MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)


@dataclass(slots=True)
class Lines:
    """Lines of a log that have a time, a list for each of their parts."""

    times: np.ndarray = field(default_factory=lambda: np.array([], np.int64))  # microseconds
    numbers: Sequence[int] = ()
    offsets: Sequence[int] = ()
    raw: Sequence[bytes] = ()
    texts: Sequence[str] = ()
    levels: Sequence[str | None] = ()
    said: Sequence[str] = ()


class Times:
    """Reads a log's times as microseconds from 1970, each second once."""

    def __init__(self, context: Context) -> None:
        """With the zone of those that name none."""
        self._clock = Clock(context.timezone, context.received)
        self._seconds: dict[str, int | None] = {}
        self.context = context
        self.earliest, self.latest = _since(EARLIEST), _since(context.latest)

    def read(self, stamps: pa.Array) -> pa.Array:
        """Times, null for what is none."""
        exact = pc.match_substring_regex(stamps, MILLISECONDS)
        begun = pc.utf8_slice_codeunits(stamps, 0, 19)
        seconds = mapped(pc.if_else(exact, begun, stamps), self._second)
        parts = pc.if_else(exact, pc.utf8_slice_codeunits(stamps, 20), "0").cast(pa.int64())
        return pc.add(seconds, pc.multiply(parts, 1000))

    def _second(self, text: str) -> int | None:
        if text in self._seconds:
            return self._seconds[text]
        if len(self._seconds) >= MOST_SECONDS:
            self._seconds.clear()
        time = time_of(text, self._clock)
        self._seconds[text] = found = None if time is None else _since(time)
        return found

    def wrong(self, time: int) -> str:
        """Why no event has this time."""
        return self.context.implausible(EPOCH + time * MICROSECOND) or "time cannot be"


def _since(time: datetime) -> int:
    return (time - EPOCH) // MICROSECOND


def timed(
    block: Block, times: Times, previous: int | None
) -> tuple[Lines, list[Rejected], int | None]:
    """The lines of a block that have a time or follow one that has, and the others.

    Also the time of the last line that has one, `previous` that of the last in the block before.
    """
    if block.too_long:
        whys = (("line is too long", place) for place in range(len(block.texts)))
        return Lines(), _rejected(block, whys), previous
    stamps, levels, said = parted(block.texts, LINES)
    told = times.read(pa.array(stamps, pa.string()))
    is_blank = np.zeros(len(told), dtype=bool)
    if None in stamps:
        bare = [place for place, stamp in enumerate(stamps) if stamp is None]
        told = _carried(told, bare, previous)
        for place in bare:
            said[place] = block.texts[place]
            is_blank[place] = not block.texts[place].strip()
    known = np.asarray(told.is_valid())
    moments = np.asarray(pc.fill_null(told, 0))
    numbers = range(block.number, block.number + len(told))
    columns: list[Sequence[Any]]
    columns = [numbers, block.offsets, block.raw, block.texts, levels, said]
    good = known & (times.earliest <= moments) & (moments <= times.latest) & ~is_blank
    if known.any():
        previous = int(moments[np.flatnonzero(known)[-1]])
    if good.all():
        return Lines(moments, *columns), [], previous
    whys = (
        (times.wrong(int(moments[place])) if known[place] else "no time that can be read", place)
        for place in np.flatnonzero(~good & ~is_blank).tolist()
    )
    kept = (list(compress(column, good.tolist())) for column in columns)
    return Lines(moments[good], *kept), _rejected(block, whys), previous


def _carried(told: pa.Array, bare: list[int], previous: int | None) -> pa.Array:
    """The same times, but those of bare lines are those of the last line that has one."""
    longer = pa.concat_arrays([pa.array([previous], pa.int64()), told])
    is_bare = np.zeros(len(told), dtype=bool)
    is_bare[bare] = True
    return pc.if_else(pa.array(is_bare), pc.fill_null_forward(longer)[1:], told)


def _rejected(block: Block, whys: Iterable[tuple[str, int]]) -> list[Rejected]:
    """The lines at these places, but for empty ones, with why."""
    return [
        Rejected(line=block.number + place, reason=why, text=text[:LONGEST_REJECTED])
        for why, place in whys
        if (text := block.texts[place]).strip()
    ]
