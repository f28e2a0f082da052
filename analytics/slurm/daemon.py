"""Logs of Slurm's daemons: a time in brackets and a sentence, which some known form may fit."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import pyarrow as pa

from analytics.columnar.blocks import blocks
from analytics.columnar.kinds import Kinds
from analytics.event import Batch, Context, Source, assemble, merged, table_of
from analytics.fields import BY_NAME
from analytics.slurm.telling import NOT_TOLD, Actor, acted, tell
from analytics.slurm.timed import Lines, Times, timed

HEAD = re.compile(
    rb"\[(?:\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[^\]]{0,14}|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d)\] "
)
BLOCK = 1 << 19
LONGEST_TOLD = 300
MOST_CONNECTIONS = 4096
MOST_WORDS = 4096
SOON = 2_000_000  # microseconds
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


@dataclass(slots=True)
class Alike:
    """Lines of one form and level: their places, and what the form's pattern found in each."""

    form: Form | None
    level: str
    rows: list[int] = field(default_factory=list)
    matches: list[re.Match[str]] = field(default_factory=list)

    @property
    def groups(self) -> dict[str, tuple[str | None, ...]]:
        """The groups of the pattern, each with a text for each line."""
        if not self.matches:
            return {}
        told = zip(*(match.groups() for match in self.matches), strict=True)
        return dict(zip(self.matches[0].re.groupindex, told, strict=True))

    def unsaid(self) -> dict[int, re.Match[str]]:
        """The lines that tell who acted only together with one before them."""
        names = self.matches[0].re.groupindex if self.matches else ()
        if self.form is None or not (self.form.follows or "connection" in names):
            return {}
        own = [name for name in ("uid", "user") if name in names]
        lines = zip(self.rows, self.matches, strict=True)
        return {row: match for row, match in lines if not any(match[name] for name in own)}


Compiled = list[tuple[re.Pattern[str], Form]]


@dataclass(slots=True)
class Forms:
    """Forms by the words with which their sentences begin; a line is matched by few of them."""

    by_word: Mapping[str, Sequence[Form]]
    first: Mapping[str, Sequence[Form]] = field(default_factory=dict)  # by the first word's start
    compiled: dict[str, Compiled] = field(init=False)
    _known: dict[str, Compiled] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Compiles the patterns."""
        self.compiled = {
            word: [(re.compile(form.pattern, re.DOTALL), form) for form in forms]
            for word, forms in (*self.by_word.items(), *self.first.items())
        }

    def alike(self, said: Sequence[str], levels: Sequence[str | None]) -> list[Alike]:
        """Sentences by the form that fits each, and by level."""
        known, found = self._known, dict[tuple[int, str | None], Alike]()
        for row, (text, level) in enumerate(zip(said, levels, strict=True)):
            word = text.partition(" ")[0]
            forms = known.get(word)
            if forms is None:
                forms = self._of(word)
            match = None
            form: Form | None = None
            for pattern, fitting in forms:
                if match := pattern.match(text):
                    form = fitting
                    break
            key = (id(form), level)
            alike = found.get(key)
            if alike is None:
                found[key] = alike = Alike(form, level or "")
            alike.rows.append(row)
            if match:
                alike.matches.append(match)
        return list(found.values())

    def _of(self, word: str) -> Compiled:
        """Those of sentences that begin with a word."""
        forms = self.compiled.get(word) or self.compiled.get(word.partition("(")[0])
        if forms is None:
            start = next((start for start in self.first if word.startswith(start)), "")
            forms = self.compiled.get(start, [])
        if len(self._known) >= MOST_WORDS:
            self._known.clear()
        self._known[word] = forms
        return forms


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
            lines, rejected, previous = timed(block, times, previous)
            events = table_of([], context, source)
            if lines.texts:
                events = self.events(lines, asked, context, source)
            yield Batch(events=events, rejected=tuple(rejected))

    def events(
        self,
        lines: Lines,
        asked: Asked,
        context: Context,
        source: Source,
        hosts: Sequence[str | None] | None = None,
    ) -> pa.Table:
        """An event of each line; of each host, where the lines are of several."""
        columns = self._columns(lines, asked, context)
        if hosts is not None:
            columns["host.name"] = pa.array(hosts, pa.string())
        return assemble(columns, len(lines.texts), context, source)

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
        found = self.forms.alike(lines.said, lines.levels)
        unsaid = [alike.unsaid() for alike in found]
        actors = self._actors(lines, found, unsaid, asked)
        for alike, without in zip(found, unsaid, strict=True):
            form, level, rows = alike.form, alike.level, alike.rows
            shared = self._other(level) if form is None else _shared(form)
            shared |= {"host.name": context.host, "actor.basis": NOT_TOLD}
            shared["labels"] = [("level", level)] if level else None if form is None else []
            more = {"message": [lines.said[row][:LONGEST_TOLD] for row in rows]}
            known = actors if without else {}
            tell(kinds, rows, shared, alike.groups, more, known, context)
        return kinds.columns()

    def _actors(
        self,
        lines: Lines,
        found: Sequence[Alike],
        unsaid: Sequence[Mapping[int, re.Match[str]]],
        asked: Asked,
    ) -> dict[int, Actor]:
        """Who is behind the lines that tell it only together with one before them."""
        said, actors = lines.said, dict[int, Actor]()
        asking = {row for row, text in enumerate(said) if "UID" in text or "opcode" in text}
        wanting = {
            row: (alike.form.follows, match)
            for alike, without in zip(found, unsaid, strict=True)
            if alike.form
            for row, match in without.items()
        }
        for row in sorted(asking | wanting.keys()):
            time = int(lines.times[row])
            if row in asking and (request := self.requests.search(said[row])):
                asked.remember(request, time)
            if row in wanting:
                follows, match = wanting[row]
                connection = match.groupdict().get("connection") or ""
                if actor := asked.actor(follows, connection, time):
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


def share(head: bytes, marks: re.Pattern[bytes]) -> tuple[float, int]:
    """Which part of the lines of a head has a daemon's time, and how many have one of its marks."""
    told = [line for line in head.split(b"\n")[:200] if line.strip()]
    timed = [line for line in told if HEAD.match(line)]
    marked = sum(marks.search(line) is not None for line in timed)
    return (len(timed) / len(told) if told else 0.0), marked
