"""Sudo's own log: JSON events, the classic log file, and the index of its I/O logs."""

import re
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, BinaryIO

import orjson

from analytics.carrying import begun_by_or_json
from analytics.event import Batch, Collector, Context, Source, readable
from analytics.reading import lines, sampled
from analytics.sources.sudo_log.entries import CLASSIC, INDEX, MEMBER, Entry, entries
from analytics.syslogging import sudo
from analytics.syslogging.sudo_json import EPOCH, event_of, time_of, told_of
from analytics.syslogging.times import Clock

MARKS = re.compile(rb'"(?:submituser|server_time|submit_time|iolog_path|alert_time)"')
FIRST_LINE = re.compile(
    rb"^(?:[^\s:]{1,12} +\d{1,2} \d\d:\d\d:\d\d(?: \d{4})? : |\d{9,11}(?:\.\d{1,9})?:)",
    re.MULTILINE,
)
OLD_HOST = re.compile(r"HOST=([^ ;:]*) : ")
INDENT = re.compile(rb"\s*\n {4}")
MOST_REMEMBERED = 10_000
OF_COMMAND = (
    *("actor.account", "actor.basis", "user.name", "user.effective.name", "message"),
    *("process.command_line", "process.args", "process.working_directory"),
)
Row = dict[str, Any]


def recognises(head: bytes, path: str) -> float:
    """By sudo's events in JSON, or lines of its own log or of an I/O log's index."""
    events = [event for value in sampled(head) if (event := event_of(value))]
    if any(time_of(content) for _, content in events):
        return 0.95
    found = [line.rstrip(b"\r") for line in head.split(b"\n")[:100] if line.strip()]
    if any(MEMBER.fullmatch(line) for line in found) and MARKS.search(head):
        return 0.9
    if found and CLASSIC.match(found[0]) and (b"TTY=" in head or b"COMMAND=" in head):
        return 0.9
    whole = len(found) > 2 and INDEX.fullmatch(found[0]) and found[1][:1] == b"/"
    return 0.85 if whole else 0.0


class _Reader:
    """Reads entries into rows; remembers commands by their UUID, as exits tell no more."""

    def __init__(self, collector: Collector) -> None:
        self._collector, self._context = collector, collector.context
        self._clock = Clock(collector.context)
        self._by_uuid: OrderedDict[str, Row] = OrderedDict()

    def take(self, entry: Entry) -> None:
        """Hands an entry to the collector."""
        reasons = {"classic": self._classic, "index": self._index}
        if entry.kind in ("json", "member", "object"):
            problem = self._json(entry)
        elif entry.kind in reasons:
            problem = reasons[entry.kind](entry)
        else:
            problem = entry.kind
        if problem:
            self._collector.reject(entry.line.number, problem, entry.text)

    def _json(self, entry: Entry) -> str | None:
        text = entry.text.strip().removeprefix(b"\xef\xbb\xbf").removeprefix(b"@cee:").strip()
        if entry.kind == "member":
            text = b"{" + text.rstrip(b",") + b"}"
        try:
            found = event_of(orjson.loads(text))
        except orjson.JSONDecodeError as error:
            return f"not JSON: {error}"
        if found is None:
            return "not an event of sudo"
        kind, event = found
        time = time_of(event)
        if time is None:
            return "no time"
        row = self._with_command(kind, told_of(kind, event))
        labels = dict(row["labels"])
        host = labels.pop("submit_host", None) or row.get("host.name") or self._context.host
        row |= {"labels": list(labels.items()), "host.name": host}
        self._add(entry, row, time, (host, kind, labels.get("uuid"), *_identity(event)))
        return None

    def _with_command(self, kind: str, row: Row) -> Row:
        uuid = dict(row["labels"]).get("uuid")
        if uuid is None:
            return row
        if kind == "accept":
            known = {name: row[name] for name in OF_COMMAND}
            self._by_uuid[uuid] = known | {"host.name": dict(row["labels"]).get("submit_host")}
            if len(self._by_uuid) > MOST_REMEMBERED:
                self._by_uuid.popitem(last=False)
        elif kind == "exit" and row["user.name"] is None and uuid in self._by_uuid:
            known = self._by_uuid[uuid]
            return row | known | {"message": str(known["message"]).replace(" ran ", " ended ", 1)}
        return row

    def _classic(self, entry: Entry) -> str | None:
        match = CLASSIC.fullmatch(INDENT.sub(b" ", entry.text))
        micro = self._clock.read(match["stamp"]) if match else None
        if match is None or micro is None:
            return "time cannot be read"
        rest = OLD_HOST.sub(r"HOST=\1 ; ", readable(match["rest"]).rstrip(), count=1)
        row = sudo.read(f"{readable(match['user'])} : {rest}")
        if row is None:
            return "not an entry of sudo"
        labels = dict(row.get("labels") or ())
        row["host.name"] = labels.pop("submit_host", None) or self._context.host
        row |= {"labels": list(labels.items()), "process.name": "sudo"}
        self._add(entry, row, EPOCH + timedelta(microseconds=micro), None)
        return None

    def _index(self, entry: Entry) -> str | None:
        head, *more = entry.text.split(b"\n")
        match = INDEX.fullmatch(head)
        if match is None or len(more) != 2:
            return "an I/O log's index that ends early"
        seconds, fraction, *told = map(readable, match.groups(b""))
        user, effective, group, tty = told[:4]
        directory, command = readable(more[0]), readable(more[1])
        row = sudo.command_of(user, command, effective=effective, directory=directory or None)
        labels = [("tty", tty), ("group", group)]
        row["labels"] = [(name, value) for name, value in labels if value]
        row |= {"process.name": "sudo", "host.name": self._context.host}
        micro = int(fraction[:6].ljust(6, "0"))
        time = EPOCH + timedelta(seconds=int(seconds), microseconds=micro)
        self._add(entry, row, time, (self._context.host, "index", *match.groups(), *more))
        return None

    def _add(
        self, entry: Entry, row: Row, time: datetime, identity: tuple[object, ...] | None
    ) -> None:
        context = self._context
        line = entry.line
        row["@timestamp"] = time
        row["event.id"] = (
            context.event_id("sudo", *identity)
            if identity
            else context.line_id(line.offset, line.text)
        )
        row["event.original"], row["batch.line"] = readable(entry.text), line.number
        self._collector.add(row)


def _identity(event: Mapping[str, Any]) -> tuple[object, ...]:
    names = ("submituser", "server_time", "submit_time", "exit_time", "timestamp", "command")
    return tuple(str(event.get(name)) for name in names)


def parse(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    """An event for each command that was run, refused or ended."""
    collector = Collector(context, SOURCE)
    reader = _Reader(collector)
    for entry in entries(lines(stream)):
        reader.take(entry)
        if collector.full:
            yield collector.take()
    yield from collector.rest()


SOURCE = Source(
    name="sudo_log",
    family="shell",
    title="Sudo's own log",
    recognises=recognises,
    parse=parse,
    seam=begun_by_or_json(FIRST_LINE),
)
