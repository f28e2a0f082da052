"""Rows of alerts: what was seen, whose process it was, and what it touched."""

import re
from functools import lru_cache
from typing import Any

from analytics.auditing.syscalls import DEEDS, Deed
from analytics.event import Context, readable
from analytics.jsonlog.documents import Row
from analytics.jsonlog.values import Payload, address, known, labels, mapping, number, text, time_of
from analytics.reading import Document
from analytics.sources.falco.people import actor_of, told

TECHNIQUE = re.compile(r"[tT]\d{4}(?:\.\d{3})?", re.ASCII)
CONNECTION = re.compile(r"([^\s/]\S{0,63}):(\d{1,5})->(\S{1,64}):(\d{1,5})", re.ASCII)
RESULT = re.compile(r"\bres=(-?)\d", re.ASCII)
INCOMING = frozenset({"accept", "accept4", "recvfrom", "recvmsg", "listen"})
LONGEST_MESSAGE = 300
SEVERITIES = {  # of Sysdig Secure, as numbers
    **dict.fromkeys((0, 1, 2, 3), "high"),
    **dict.fromkeys((4, 5), "medium"),
    6: "low",
    7: "info",
}
WRITING = ("O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC", "O_APPEND")
COLUMNS = {  # their field: our column
    "proc.cmdline": "process.command_line",
    "proc.name": "process.name",
    "proc.exepath": "process.executable",
    "proc.cwd": "process.working_directory",
    "proc.pexepath": "process.parent.executable",
    "user.name": "user.name",
}
NUMBERS = {"proc.pid": "process.pid", "proc.ppid": "process.parent.pid"}
FILES = ("fs.path.name", "fd.name", "evt.arg.name", "evt.arg.path", "evt.arg.newpath")
ELSEWHERE = {*COLUMNS, *NUMBERS, "evt.time", "evt.time.iso8601", "evt.outputtime", "evt.rawtime"}
RENAMED = {"proc.pcmdline": "parent_command_line", "user.loginuid": "login_id"}


def read(document: Document, context: Context) -> list[Row] | str:
    """The row of an alert, a forwarded event or a line of sysdig."""
    event = mapping(document.value)
    if isinstance(event.get("content"), dict):
        return _forwarded(event, document, context)
    if "rule" in event:
        return _alert(event, document, context)
    return _line(event, document, context)


def _alert(event: Payload, document: Document, context: Context) -> list[Row] | str:
    seen = mapping(event.get("output_fields"))
    rule, output = text(event.get("rule")), text(event.get("output"))
    time = time_of(event.get("time"), context.timezone) or time_of(seen.get("evt.time"))
    if time is None or rule is None:
        return "no time of the alert" if rule else "no rule"
    host = text(event.get("hostname")) or context.host
    identity = text(event.get("uuid"))
    row = _row(seen, text(event.get("source")), document, context)
    row |= {
        "@timestamp": time,
        "event.id": context.event_id("falco", identity)
        if identity
        else context.event_id("falco", host, event.get("time"), rule, output),
        "event.kind": "alert",
        "host.name": host,
        "message": _sentence(event.get("priority"), rule, output),
    }
    tags = event.get("tags")
    named = {
        "rule": rule,
        "severity": (text(event.get("priority")) or "").lower(),
        "source": event.get("source"),
        "tags": _joined(tags),
    }
    return [_with(row, named, seen, tags)]


def _forwarded(event: Payload, document: Document, context: Context) -> list[Row] | str:
    content, around = mapping(event.get("content")), mapping(event.get("labels"))
    seen = mapping(content.get("fields"))
    time = time_of(event.get("timestamp")) or time_of(event.get("timestampRFC3339Nano"))
    rule = text(content.get("ruleName")) or text(event.get("name"))
    if time is None or rule is None:
        return "no time of the event" if rule else "no rule"
    host = text(around.get("host.hostName")) or text(event.get("hostname")) or context.host
    identity = text(event.get("id"))
    row = _row(seen, text(event.get("source")), document, context)
    severity = event.get("severity")
    priority = SEVERITIES.get(severity, "") if isinstance(severity, int) else text(severity)
    row |= {
        "@timestamp": time,
        "event.id": context.event_id("sysdig", identity)
        if identity
        else context.line_id(document.offset, document.raw),
        "event.kind": "alert",
        "host.name": host,
        "message": _sentence(priority, rule, text(content.get("output"))),
    }
    tags = content.get("ruleTags")
    named = {
        "rule": rule,
        "severity": priority,
        "source": event.get("source"),
        "policy": event.get("name"),
        "tags": _joined(tags),
        "container.id": event.get("containerId"),
        "machine": event.get("machineId"),
    }
    return [_with(row, named | dict(list(around.items())[:24]), seen, tags)]


def _line(event: Payload, document: Document, context: Context) -> list[Row] | str:
    times = (event.get(name) for name in ("evt.outputtime", "evt.rawtime", "evt.time"))
    time = next(filter(None, map(time_of, times)), None)
    kind = text(event.get("evt.type"))
    if time is None or kind is None:
        return "no evt.outputtime that is a time" if kind else "no rule and no evt.type"
    row = _row(event, "syscall", document, context)
    what = told(event, "proc.cmdline") or told(event, "proc.name") or "a process"
    row |= {
        "@timestamp": time,
        "event.id": context.line_id(document.offset, document.raw),
        "host.name": told(event, "evt.hostname") or context.host,
        "message": f"{what}: {kind} {text(event.get('evt.info')) or ''}"[:LONGEST_MESSAGE].rstrip(),
    }
    return [_with(row, {}, event, None)]


def _row(seen: Payload, source: str | None, document: Document, context: Context) -> dict[str, Any]:
    """What was seen of the process and of what it touched."""
    row: dict[str, Any] = {ours: told(seen, theirs) for theirs, ours in COLUMNS.items()}
    row |= {ours: number(seen.get(theirs)) for theirs, ours in NUMBERS.items()}
    row["event.original"] = readable(document.raw)
    row["batch.line"] = document.number
    category, kind, action = _deed(seen, source)
    row["event.category"], row["event.type"], row["event.action"] = category, kind, action
    row["event.outcome"] = _outcome(seen)
    row |= actor_of(seen, source, context.realm)
    connection = CONNECTION.fullmatch(told(seen, "fd.name") or "")
    if connection:
        incoming = told(seen, "evt.type") in INCOMING
        row["source.ip"] = address(connection[1]) if incoming else None
    elif path := next(filter(None, (_path(seen.get(name)) for name in FILES)), None):
        row["file.path"] = path
    return row


def _path(value: Any) -> str | None:
    path = text(value)
    return path if path and path[0] == "/" else None


def _deed(seen: Payload, source: str | None) -> Deed:
    if source == "k8s_audit" or "ka.verb" in seen:
        return Deed("configuration", "info", told(seen, "ka.verb") or "alert")
    kind = told(seen, "evt.type")
    if kind is None:
        started = "proc.cmdline" in seen and not any(name in seen for name in FILES)
        return Deed("process" if started or source == "syscall" else "api", "info", "alert")
    deed = DEEDS.get(kind) or Deed("process", "info", kind)
    flags = told(seen, "evt.arg.flags") or told(seen, "evt.info") or ""
    if deed.action == "opened-file" and any(flag in flags for flag in WRITING):
        return Deed("file", "change", "wrote-file")
    return deed


def _outcome(seen: Payload) -> str:
    result = told(seen, "evt.res")
    if result is None and (found := RESULT.search(told(seen, "evt.info") or "")):
        return "failure" if found[1] else "success"
    if result is None:
        return "unknown"
    return "success" if result == "SUCCESS" else "failure"


def _with(row: dict[str, Any], named: Payload, seen: Payload, tags: object) -> Row:
    kept = {
        RENAMED.get(name, name): value
        for name, value in seen.items()
        if name not in ELSEWHERE and value not in (None, "<NA>", "")
    }
    connection = CONNECTION.fullmatch(told(seen, "fd.name") or "")
    if connection:
        kept |= {"destination": connection[3], "port": connection[4]}
    row["labels"] = labels({**named, **kept})
    techniques = _techniques(tuple(map(known, tags))) if isinstance(tags, list) else None
    row["risk.tags"] = techniques or None
    return row


@lru_cache(maxsize=1024)
def _techniques(tags: tuple[str | None, ...]) -> list[str]:
    return [f"attack.{tag.lower()}" for tag in tags if tag and TECHNIQUE.fullmatch(tag)]


def _joined(tags: object) -> str | None:
    return ", ".join(filter(None, map(known, tags[:32]))) if isinstance(tags, list) else None


def _sentence(priority: object, rule: str, output: str | None) -> str:
    severity = text(priority)
    said = f"{severity} alert" if severity else "alert"
    first = (output or "").split("\n", 1)[0]
    return f"{said}: {rule}{f' ({first})' if first else ''}"[:LONGEST_MESSAGE]
