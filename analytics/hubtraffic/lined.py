"""Logs of one request a line: a form's regular expression says what stands where."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import Any, BinaryIO

from analytics.columnar.blocks import Block, blocks
from analytics.event import (
    EARLIEST,
    LATEST_AHEAD,
    Batch,
    Context,
    Rejected,
    Source,
    merged,
    readable,
)
from analytics.hubtraffic.times import EPOCH, Clock, microseconds
from analytics.hubtraffic.traffic import Labelling, Requests, batch_of

Groups = tuple[Any, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A format of lines.

    Each of `patterns` has one group for each of `parts`, the commonest pattern first; one of the
    parts is `time`. `start` finds where a record begins: where a writer was cut off, the next
    record may stand on the same line. `never` does not stand in the last part of one record.
    """

    called: str
    parts: tuple[str, ...]
    patterns: tuple[re.Pattern[str], ...]
    start: re.Pattern[bytes]
    clock: Clock
    labels: Labelling
    never: str = "\n"

    def groups(self, text: str) -> Groups | None:
        """The parts of a record, or None where it is not of this format."""
        for pattern in self.patterns:
            match = pattern.fullmatch(text)
            if match:
                return match.groups()
        return None

    def share(self, head: bytes, most: int = 200) -> float:
        """How many of a log's first lines are of this format, 0 to 1."""
        lines = [line for line in readable(head).split("\n")[:most] if line.strip()]
        return sum(self.groups(line.rstrip("\r")) is not None for line in lines) / max(
            len(lines), 1
        )


class Times(dict[str, int | None]):
    """Microseconds of each time as it is written; None for what cannot be an event's."""

    def __init__(self, clock: Clock, context: Context) -> None:
        """With the clock that reads them."""
        super().__init__()
        self.clock, self.zone = clock, context.timezone
        self.earliest = microseconds(EARLIEST)
        self.latest = microseconds(context.received + LATEST_AHEAD)

    def __missing__(self, text: str) -> int | None:
        """Reads it once."""
        time = self.clock(text, self.zone)
        good = time is not None and self.earliest <= time <= self.latest
        if len(self) > 100_000:
            self.clear()
        self[text] = time if good else None
        return self[text]


def read(stream: BinaryIO, form: Form, context: Context, source: Source) -> Iterator[Batch]:
    """Events of a log of that form."""
    times = Times(form.clock, context)
    found = (_requests(block, form, times, context) for block in blocks(stream))
    return merged(batch_of(requests, context, source, form.labels) for requests in found)


def _requests(block: Block, form: Form, times: Times, context: Context) -> Requests:
    if block.too_long:
        text = block.texts[0][:4096]
        too_long = Rejected(line=block.number, reason="line is too long", text=text)
        return Requests(form.parts, rejected=[too_long])
    stamp, never = form.parts.index("time"), form.never
    matches = map(form.patterns[0].fullmatch, block.texts)
    groups: list[Groups | None] = [match.groups() if match else None for match in matches]
    told = [times[found[stamp]] if found else None for found in groups]
    odd = [
        at
        for at, (found, time) in enumerate(zip(groups, told, strict=True))
        if time is None or found is None or never in (found[-1] or "")
    ]
    numbers = list(range(block.number, block.number + len(groups)))
    requests = Requests(
        parts=form.parts,
        numbers=numbers,
        offsets=block.offsets,
        raw=block.raw,
        texts=block.texts,
        times=told,
        groups=groups,
    )
    return _with_odd(requests, odd, form, times, context) if odd else requests


def _with_odd(
    usual: Requests, odd: list[int], form: Form, times: Times, context: Context
) -> Requests:
    """The same requests, with those on unusual lines taken apart, and without what is none."""
    found = Requests(form.parts)
    begun = 0
    for at in [*odd, len(usual.texts)]:
        usual_ones = slice(begun, at)
        for name in ("numbers", "offsets", "raw", "texts", "times", "groups"):
            getattr(found, name).extend(getattr(usual, name)[usual_ones])
        if at < len(usual.texts) and usual.texts[at].strip():
            _piece_by_piece(found, usual, at, form, times, context)
        begun = at + 1
    return found


def _piece_by_piece(
    found: Requests, usual: Requests, at: int, form: Form, times: Times, context: Context
) -> None:
    """Takes an unusual line apart: where records begin in it, and what each of them is."""
    line, number, stamp = usual.raw[at], usual.numbers[at], form.parts.index("time")
    starts = [match.start() for match in form.start.finditer(line)]
    borders = [0, *starts[1:], len(line)]  # a single record may have words in front
    for start, end in pairwise(borders):
        raw = line[start:end]
        text = readable(raw)
        groups = form.groups(text)
        written = groups[stamp] or "" if groups else None
        time = times[written] if written is not None else None
        if groups and time is not None:
            found.add(number, usual.offsets[at] + start, raw, text, time, groups)
        elif text.strip():
            reason = _wrong(form, written, context)
            found.rejected.append(Rejected(line=number, reason=reason, text=text))


def _wrong(form: Form, written: str | None, context: Context) -> str:
    return f"not in {form.called}" if written is None else unfit(form.clock, written, context)


def unfit(clock: Clock, written: str, context: Context) -> str:
    """Why a time, as it is written, is no event's."""
    time = clock(written, context.timezone)
    if time is None:
        return f"time {written} cannot be read"
    try:
        return context.implausible(EPOCH + timedelta(microseconds=time)) or "time cannot be"
    except OverflowError:
        return f"time {written} cannot be"
