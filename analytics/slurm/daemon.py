"""Logs of Slurm's daemons: a time in brackets and a sentence, which some known form may fit."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO

import pyarrow as pa

from analytics.columnar.blocks import Block, blocks
from analytics.columnar.kinds import Kinds
from analytics.columnar.parting import by_line, parted
from analytics.event import (
    EARLIEST,
    LATEST_AHEAD,
    LONGEST_REJECTED,
    Batch,
    Context,
    Rejected,
    Source,
    assemble,
    merged,
    table_of,
)
from analytics.fields import BY_NAME
from analytics.slurm.telling import NOT_TOLD, Actor, acted, tell
from analytics.slurm.times import Clock, time_of

LINES = by_line(
    r"\[([\dA-Z][^\]\[\n]{5,34})\] (?:\[[\w.+-]{1,40}\] )?(?:\([^()\s]{1,200}:\d+\) )?"
    r"(?:(debug[2-5]?|error|fatal|warning|verbose|info):[^\S\n]+)?(?:sched: )?(.*)"
)
HEAD = re.compile(
    rb"\[(?:\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[^\]]{0,14}|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d)\] "
)
BLOCK = 1 << 19
LONGEST_TOLD = 300
MOST_CONNECTIONS = 4096
MOST_SECONDS = 50_000
SOON = 2_000_000  # microseconds
EPOCH, MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
JOB = (
    r"(?:JobId=|StepId=|jobid |job )?"
    r"(?P<job>\d+(?:_(?:\d+|\*|\[[^\]\s]*\]))?(?:\+\d+)?(?:\(\d+\))?(?:\.[\w-]+)?)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A sentence and what it tells. The groups of `pattern` are job, uid, user, target, node,
    partition, exit, signal, owner, address; all others become labels."""

    pattern: str
    action: str
    type: str = "info"
    category: str = "process"
    outcome: str = "success"
    state: str | None = None
    follows: str = ""  # the request that comes just before it and names who asked


Found = tuple[re.Match[str], Form] | None


@dataclass(slots=True)
class Forms:
    """Forms by the words with which their sentences begin; a line is matched by few of them."""

    by_word: Mapping[str, Sequence[Form]]
    first: Mapping[str, Sequence[Form]] = field(default_factory=dict)  # by the first word's start
    compiled: dict[str, list[tuple[re.Pattern[str], Form]]] = field(init=False)

    def __post_init__(self) -> None:
        """Compiles the patterns."""
        self.compiled = {
            word: [(re.compile(form.pattern, re.DOTALL), form) for form in forms]
            for word, forms in (*self.by_word.items(), *self.first.items())
        }

    def of(self, text: str) -> Found:
        """The form that fits a sentence, with what it says."""
        word = text.partition(" ")[0]
        forms = self.compiled.get(word) or self.compiled.get(word.partition("(")[0])
        if forms is None and self.first:
            start = next((start for start in self.first if word.startswith(start)), "")
            forms = self.compiled.get(start)
        for pattern, form in forms or ():
            if match := pattern.match(text):
                return match, form
        return None


@dataclass(slots=True)
class Asked:
    """Who asked for what: the last request, and who is behind each connection."""

    realm: str
    last: tuple[int, str, str] | None = None
    connections: dict[str, str] = field(default_factory=dict)

    def remember(self, request: re.Match[str], time: int) -> None:
        """Takes a line that tells who asks."""
        told = request.groupdict()
        if connection := told.get("connection"):
            if len(self.connections) >= MOST_CONNECTIONS:
                self.connections.clear()
            self.connections[connection] = told["uid"]
        else:
            self.last = (time, told.get("rpc") or told.get("opcode") or "", told["uid"])

    def actor(self, wanted: str, connection: str, time: int) -> Actor | None:
        """Who is behind what such a request, or a connection, brought about."""
        if wanted and self.last and self.last[1] == wanted:
            if 0 <= time - self.last[0] < SOON:
                return acted(self.last[2], f"uid of the {wanted} just before", self.realm)
        elif uid := self.connections.get(connection):
            return acted(uid, "uid of the connection", self.realm)
        return None


@dataclass(slots=True)
class Lines:
    """Lines of a log that have a time, a list for each of their parts."""

    numbers: list[int] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    times: list[int] = field(default_factory=list)
    levels: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Daemon:
    """Reads a daemon's log. `others` is the action of sentences that no form fits."""

    forms: Forms
    others: str
    requests: re.Pattern[str]  # groups rpc or opcode, uid: who asked for what comes next

    def parse(self, stream: BinaryIO, context: Context, source: Source) -> Iterator[Batch]:
        """An event a line; what has no time in brackets belongs to the line before it."""
        return merged(self._batches(stream, context, source))

    def _batches(self, stream: BinaryIO, context: Context, source: Source) -> Iterator[Batch]:
        times, asked = Times(context), Asked(context.realm)
        previous: int | None = None
        for block in blocks(stream, BLOCK):
            lines, rejected, previous = _timed(block, times, previous)
            events = table_of([], context, source)
            if lines.texts:
                events = assemble(
                    self._columns(lines, asked, context), len(lines.texts), context, source
                )
            yield Batch(events=events, rejected=tuple(rejected))

    def _columns(self, lines: Lines, asked: Asked, context: Context) -> dict[str, pa.Array]:
        return {
            **self._told(lines, asked, context),
            "@timestamp": pa.array(lines.times, pa.int64()).cast(BY_NAME["@timestamp"].arrow),
            "event.id": pa.array(context.line_ids(lines.offsets, lines.raw), pa.string()),
            "event.original": pa.array(lines.texts, pa.string()),
            "batch.line": pa.array(lines.numbers, pa.int64()),
        }

    def _told(self, lines: Lines, asked: Asked, context: Context) -> dict[str, pa.Array]:
        """What the sentences tell, those of a form together."""
        kinds = Kinds(len(lines.said))
        found = list(map(self.forms.of, lines.said))
        actors = self._actors(lines, found, asked)
        formed: dict[tuple[int, str], list[int]] = {}
        for row, (one, level) in enumerate(zip(found, lines.levels, strict=True)):
            formed.setdefault((id(one[1]) if one else 0, level), []).append(row)
        for (_, level), rows in formed.items():
            first = found[rows[0]]
            shared = self._other(level) if first is None else _shared(first[1])
            shared |= {"host.name": context.host, "actor.basis": NOT_TOLD}
            shared["labels"] = [("level", level)] if level else None if first is None else []
            groups: dict[str, tuple[str | None, ...]] = {}
            if first is not None:
                matches = (one[0].groups() for row in rows if (one := found[row]))
                groups = dict(zip(first[0].re.groupindex, zip(*matches, strict=True), strict=True))
            more = {"message": [lines.said[row][:LONGEST_TOLD] for row in rows]}
            tell(kinds, rows, shared, groups, more, actors, context)
        return kinds.columns()

    def _actors(self, lines: Lines, found: Sequence[Found], asked: Asked) -> dict[int, Actor]:
        """Who is behind the lines that tell it only together with one before them."""
        actors: dict[int, Actor] = {}
        for row, (one, said) in enumerate(zip(found, lines.said, strict=True)):
            if ("UID" in said or "opcode" in said) and (request := self.requests.search(said)):
                asked.remember(request, lines.times[row])
            if one and (one[1].follows or "connection" in one[0].re.groupindex):
                told = one[0].groupdict()
                if not (told.get("uid") or told.get("user")):
                    connection = told.get("connection") or ""
                    actor = asked.actor(one[1].follows, connection, lines.times[row])
                    if actor:
                        actors[row] = actor
        return actors

    def _other(self, level: str) -> dict[str, Any]:
        failed = level in ("error", "fatal")
        return {
            "event.category": "process",
            "event.type": "info",
            "event.action": self.others,
            "event.outcome": "failure" if failed else "unknown",
        }


def _shared(form: Form) -> dict[str, Any]:
    return {
        "event.category": form.category,
        "event.type": form.type,
        "event.action": form.action,
        "event.outcome": form.outcome,
        "job.state": form.state,
    }


class Times:
    """Reads a log's times as microseconds from 1970, each second once."""

    def __init__(self, context: Context) -> None:
        """With the zone of those that name none."""
        self._clock = Clock(context.timezone, context.received)
        self._seconds: dict[str, int | None] = {}
        self.context = context
        self.earliest, self.latest = _since(EARLIEST), _since(context.received + LATEST_AHEAD)

    def read(self, text: str) -> int | None:
        """A time, None for what is none."""
        if len(text) == 23 and text[19] == "." and text[20:].isdigit():
            second = self._second(text[:19])
            return None if second is None else second + int(text[20:]) * 1000
        return self._second(text)

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


def _timed(
    block: Block, times: Times, previous: int | None
) -> tuple[Lines, list[Rejected], int | None]:
    """The lines of a block that have a time or follow one that has, and the others."""
    lines, rejected = Lines(), []
    parts = zip(*parted(block.texts, LINES), strict=True)
    for place, (text, (stamp, level, said)) in enumerate(zip(block.texts, parts, strict=True)):
        number = block.number + place
        time = previous if stamp is None else times.read(stamp)
        if block.too_long or time is None or not text.strip():
            if text.strip():
                why = "line is too long" if block.too_long else "no time that can be read"
                rejected.append(_rejected(number, why, text))
            continue
        previous = time
        if not times.earliest <= time <= times.latest:
            rejected.append(_rejected(number, times.wrong(time), text))
            continue
        lines.numbers.append(number)
        lines.offsets.append(block.offsets[place])
        lines.raw.append(block.raw[place])
        lines.texts.append(text)
        lines.times.append(time)
        lines.levels.append(level or "")
        lines.said.append(text if stamp is None else said)
    return lines, rejected, previous


def _rejected(number: int, reason: str, text: str) -> Rejected:
    return Rejected(line=number, reason=reason, text=text[:LONGEST_REJECTED])


def share(head: bytes, marks: re.Pattern[bytes]) -> tuple[float, int]:
    """Which part of the lines of a head has a daemon's time, and how many have one of its marks."""
    told = [line for line in head.split(b"\n")[:200] if line.strip()]
    timed = [line for line in told if HEAD.match(line)]
    marked = sum(marks.search(line) is not None for line in timed)
    return (len(timed) / len(told) if told else 0.0), marked
