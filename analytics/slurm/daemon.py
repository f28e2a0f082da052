"""Logs of Slurm's daemons: a time in brackets and a sentence, which some known form may fit."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, BinaryIO

from analytics.event import Batch, Collector, Context, Source, readable
from analytics.reading import lines
from analytics.slurm.times import Clock, time_of
from analytics.slurm.values import nodes_of

LINE = re.compile(
    r"\[([\dA-Z][^\]\[]{5,34})\] (?:\[([\w.+-]{1,40})\] )?(?:\([^()\s]{1,200}:\d+\) )?"
    r"(?:((?:debug[2-5]?|error|fatal|warning|verbose|info):\s+))?(?:sched: )?(.*)",
    re.DOTALL,
)
HEAD = re.compile(
    rb"\[(?:\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[^\]]{0,14}|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d)\] "
)
SHOWN = re.compile(r"\([\d]+\)$")  # the plain number behind 41_3
LONGEST_TOLD = 300
MOST_CONNECTIONS = 4096
Teller = Callable[[str, dict[str, Any], Context], None]
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

    def of(self, text: str) -> tuple[re.Match[str], Form] | None:
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

    context: Context
    last: tuple[datetime, str, str] | None = None
    connections: dict[str, str] = field(default_factory=dict)

    def remember(self, request: re.Match[str], time: datetime) -> None:
        """Takes a line that tells who asks."""
        told = request.groupdict()
        if connection := told.get("connection"):
            if len(self.connections) >= MOST_CONNECTIONS:
                self.connections.clear()
            self.connections[connection] = told["uid"]
        else:
            self.last = (time, told.get("rpc") or told.get("opcode") or "", told["uid"])

    def complete(self, row: dict[str, Any], time: datetime) -> None:
        """Names the actor of what such a request brought about."""
        wanted, connection = row.pop("wanted", ""), row.pop("connection", "")
        if row.get("actor.account"):
            return
        if wanted and self.last and self.last[1] == wanted:
            if 0 <= (time - self.last[0]).total_seconds() < 2:
                row |= _acted(self.last[2], f"uid of the {wanted} just before", self.context)
        elif uid := self.connections.get(connection):
            row |= _acted(uid, "uid of the connection", self.context)


@dataclass(slots=True)
class Daemon:
    """Reads a daemon's log. `others` is the action of sentences that no form fits."""

    forms: Forms
    others: str
    requests: re.Pattern[str]  # groups rpc or opcode, uid: who asked for what comes next

    def parse(self, stream: BinaryIO, context: Context, source: Source) -> Iterator[Batch]:
        """An event a line; what has no time in brackets belongs to the line before it."""
        collector = Collector(context, source)
        clock = Clock(context.timezone, context.received)
        asked = Asked(context)
        previous: datetime | None = None
        for line in lines(stream):
            text = readable(line.text)
            match = LINE.fullmatch(text)
            time = _time(match[1], clock) if match else previous
            if line.too_long or time is None or not text.strip():
                if text.strip():
                    why = "line is too long" if line.too_long else "no time that can be read"
                    collector.reject(line.number, why, text)
                continue
            previous = time
            said, level = (match[4], (match[3] or "").rstrip(": ")) if match else (text, "")
            row = self._row(said, level, context)
            if ("UID" in said or "opcode" in said) and (request := self.requests.search(said)):
                asked.remember(request, time)
            if "wanted" in row or "connection" in row:
                asked.complete(row, time)
            row |= {
                "@timestamp": time,
                "event.id": context.line_id(line.offset, line.text),
                "event.original": text,
                "batch.line": line.number,
            }
            collector.add(row)
            if collector.full:
                yield collector.take()
        yield from collector.rest()

    def _row(self, said: str, level: str, context: Context) -> dict[str, Any]:
        found = self.forms.of(said)
        if found is None:
            return {
                "event.category": "process",
                "event.type": "info",
                "event.action": self.others,
                "event.outcome": "failure" if level in ("error", "fatal") else "unknown",
                "message": said[:LONGEST_TOLD],
                "host.name": context.host,
                "actor.basis": "not told",
                "labels": [("level", level)] if level else None,
            }
        match, form = found
        return _told(match, form, said, level, context)


def _time(text: str, clock: Clock) -> datetime | None:
    """As `time_of`, which is asked once for each second."""
    if len(text) == 23 and text[19] == "." and text[20:].isdigit():
        second = time_of(text[:19], clock)
        return second and second.replace(microsecond=int(text[20:]) * 1000)
    return time_of(text, clock)


def _told(
    match: re.Match[str], form: Form, said: str, level: str, context: Context
) -> dict[str, Any]:
    row: dict[str, Any] = {
        "event.category": form.category,
        "event.type": form.type,
        "event.action": form.action,
        "event.outcome": form.outcome,
        "message": said[:LONGEST_TOLD],
        "host.name": context.host,
        "job.state": form.state,
        "actor.basis": "not told",
        "labels": [("level", level)] if level else [],
    }
    for name, value in match.groupdict().items():
        if value:
            if teller := TELLERS.get(name):
                teller(value, row, context)
            else:
                row["labels"].append((name, value[:1024]))
    if form.follows:
        row["wanted"] = form.follows
    return row


def _uid(value: str, row: dict[str, Any], context: Context) -> None:
    row |= _acted(value, "uid in the message", context)


def _user(value: str, row: dict[str, Any], context: Context) -> None:
    row |= {"actor.account": f"slurm:{value}", "actor.basis": "user in the message"}
    row["user.name"] = value


def _owner(value: str, row: dict[str, Any], context: Context) -> None:
    row["owner.account"] = row["job.owner"] = f"uid:{context.realm}/{int(value)}"


def _job(value: str, row: dict[str, Any], context: Context) -> None:
    row["job.id"] = shown = SHOWN.sub("", value) if value[-1] == ")" else value
    if shown != value:
        row["labels"].append(("job_raw", value))


def _node(value: str, row: dict[str, Any], context: Context) -> None:
    nodes = nodes_of(value)
    row["job.nodes"] = list(nodes) or None
    if row["event.category"] == "host":
        row["host.name"] = nodes[0] if len(nodes) == 1 else None


def _connection(value: str, row: dict[str, Any], context: Context) -> None:
    row["connection"] = value
    row["labels"].append(("connection", value))


def _as(column: str, make: Callable[[str], Any]) -> Teller:
    def tell(value: str, row: dict[str, Any], context: Context) -> None:
        row[column] = make(value)

    return tell


TELLERS: dict[str, Teller] = {
    "uid": _uid,
    "user": _user,
    "owner": _owner,
    "job": _job,
    "node": _node,
    "connection": _connection,
    "partition": _as("job.partition", str),
    "address": _as("source.ip", str),
    "target": _as("user.target.name", str),
    "exit": _as("job.exit", int),
    "signal": _as("job.signal", int),
}


def _acted(uid: str, basis: str, context: Context) -> dict[str, Any]:
    number = str(int(uid))
    who = {"actor.account": f"uid:{context.realm}/{number}", "actor.basis": basis}
    return who | {"user.id": number}


def share(head: bytes, marks: re.Pattern[bytes]) -> tuple[float, int]:
    """Which part of the lines of a head has a daemon's time, and how many have one of its marks."""
    told = [line for line in head.split(b"\n")[:200] if line.strip()]
    timed = [line for line in told if HEAD.match(line)]
    marked = sum(marks.search(line) is not None for line in timed)
    return (len(timed) / len(told) if told else 0.0), marked
