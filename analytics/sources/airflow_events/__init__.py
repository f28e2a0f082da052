"""Airflow's event log: what people did in its pages, its API and its command line, and what ran.

Out of the REST API (`{"event_logs": […]}`), as JSON lines, or as a dump of the table `log` (CSV).
"""

import io
import re
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

import orjson

from analytics.event import Batch, Collector, Context, Source, account, readable
from analytics.jsonlog.documents import batches
from analytics.jsonlog.samples import Looks
from analytics.jsonlog.values import known, labels, time_of
from analytics.reading import Document, sampled
from analytics.sources.airflow_events.table import HEADER, SEAM, Record, rows

NEEDED = frozenset({"dag_id", "task_id", "event", "owner"})
TIMES = ("when", "dttm")
IDS = ("event_log_id", "id")
# States of tasks and runs, which the scheduler and its workers write; all else somebody did.
STATES = {
    "running": ("start", "success"),
    "queued": ("info", "success"),
    "scheduled": ("info", "success"),
    "success": ("end", "success"),
    "failed": ("end", "failure"),
    "upstream_failed": ("end", "failure"),
    "up_for_retry": ("end", "failure"),
    "up_for_reschedule": ("info", "success"),
    "skipped": ("end", "success"),
    "removed": ("end", "unknown"),
    "restarting": ("change", "success"),
    "deferred": ("info", "success"),
    "heartbeat": ("info", "success"),
}
TYPES = (  # the first of these words in what somebody did says what kind of act it is
    ("delete", "deletion"),
    ("clear", "change"),
    ("trigger", "start"),
    ("create", "creation"),
    ("add", "creation"),
    ("post", "creation"),
    ("patch", "change"),
    ("edit", "change"),
    ("paused", "change"),
    ("mark", "change"),
    ("cli_", "start"),
)
CATEGORIES = (
    ("variable", "configuration"),
    ("connection", "configuration"),
    ("user", "iam"),
    ("role", "iam"),
)
EXTRA = (
    "full_command",
    "host_name",
    "state",
    "action",
    "key",
    "conn_id",
    "is_paused",
    "conf",
    "origin",
)
LONGEST = 1024
NOTHING = ("\\N", "NULL", "None")
TOLD = (*IDS, "dag_id", "task_id", "owner", "run_id", "execution_date", "logical_date")
LOOKS = Looks(
    at=("event", "map_index", "try_number"),
    words={
        **dict.fromkeys(TOLD, "|".join(map(re.escape, (*NOTHING, "-1")))),
        "extra": "|".join((*map(re.escape, NOTHING), r"(?s:\{.*)")),
    },
    times=TIMES,
    counts=(*TOLD, "extra"),
    parts={
        "extra": (
            '{"host_name": "{"}", "full_command": "{"}"}',
            '{"full_command": "{"}", "host_name": "{"}"}',
        )
    },
)


def _told(value: Any) -> str | None:
    """A text or number as text; the words of a dump for nothing are nothing."""
    found = known(value)
    return None if found in NOTHING else found


def _extra(value: Any) -> dict[str, str]:
    """What stands beside an event: JSON in a text, mostly."""
    text = _told(value)
    try:
        found = orjson.loads(text) if text and text[:1] == "{" else value
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        return {"extra": text[:LONGEST]} if text else {}
    return dict(labels({name: found.get(name) for name in EXTRA}))


def _row(record: Record, values: Mapping[str, Any], event: str, context: Context) -> dict[str, Any]:
    identity = next((found for name in IDS if (found := _told(values.get(name)))), None)
    dag, task, owner = (_told(values.get(name)) for name in ("dag_id", "task_id", "owner"))
    run = _told(values.get("run_id")) or _told(values.get("execution_date"))
    own_state = event in STATES
    extra = _extra(values.get("extra"))
    command = extra.pop("full_command", None)
    host = extra.pop("host_name", None)
    kind, outcome = STATES.get(event) or (_type_of(event), "success")
    who = account("airflow", owner)
    for name in ("map_index", "try_number", "logical_date", "execution_date"):
        if (told := _told(values.get(name))) and told != "-1":
            extra[name] = told[:LONGEST]
    return {
        "event.id": context.event_id("airflow", context.feed, identity)
        if identity
        else context.line_id(record.offset, record.raw),
        "event.category": _category_of(event),
        "event.type": kind,
        "event.action": event,
        "event.outcome": outcome,
        "event.original": readable(record.raw),
        "message": f"{owner or 'somebody'}: {event} {'/'.join(filter(None, (dag, task)))}".rstrip(),
        "actor.account": None if own_state else who,
        "actor.basis": "the scheduler itself"
        if own_state
        else "event's owner"
        if who
        else "not told",
        "owner.account": who if own_state else None,
        "user.name": owner,
        "host.name": host or context.host,
        "process.command_line": command,
        "job.id": "/".join(filter(None, (dag, run, task))) or None,
        "job.name": dag,
        "job.owner": who if own_state else None,
        "job.state": event.upper() if own_state else None,
        "batch.line": record.number,
        "labels": list(extra.items()),
    }


def _type_of(event: str) -> str:
    return next((kind for word, kind in TYPES if word in event), "info")


def _category_of(event: str) -> str:
    return next((kind for word, kind in CATEGORIES if word in event), "process")


def parse(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    """An event for each entry of the log."""
    buffered = stream if isinstance(stream, io.BufferedReader) else io.BufferedReader(stream)  # type: ignore[type-var]
    collector = Collector(context, SOURCE)
    try:
        head = buffered.peek(4096)[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
        if head[:1] in (b"{", b"["):
            yield from batches(buffered, collector, read, within=("event_logs",), looks=LOOKS)
        else:
            yield from _of_table(buffered, collector)
    finally:
        if buffered is not stream:
            buffered.detach()  # or it would close the stream, which is the caller's


def _of_table(stream: BinaryIO, collector: Collector) -> Iterator[Batch]:
    context = collector.context
    for record in rows(stream, context.framing):
        row = record.error or _read(record, record.values or {}, context)
        if isinstance(row, str):
            collector.reject(record.number, row, record.raw)
        else:
            collector.add(row)
        if collector.full:
            yield collector.take()
    yield from collector.rest()


def read(document: Document, context: Context) -> list[dict[str, Any]] | str:
    """The event of an entry out of JSON."""
    if not isinstance(document.value, dict) or not document.value:
        return "not a JSON object"
    record = Record(document.number, document.offset, document.raw, document.value)
    row = _read(record, document.value, context)
    return row if isinstance(row, str) else [row]


def _read(record: Record, values: Mapping[str, Any], context: Context) -> dict[str, Any] | str:
    event = _told(values.get("event"))
    times = (time_of(values.get(name), context.timezone) for name in TIMES)
    time = next(filter(None, times), None)
    if event is None or time is None:
        return f"no {'event' if event is None else 'when or dttm that is a time'}"
    return {"@timestamp": time, **_row(record, values, event, context)}


def recognises(head: bytes, path: str) -> float:
    """Sure of entries with DAG, task, event, owner and the time it has there, or such a header."""
    for value in sampled(head):
        listed = value.get("event_logs") if isinstance(value, dict) else None
        entry = listed[0] if isinstance(listed, list) and listed else value
        if (
            isinstance(entry, dict)
            and entry.keys() >= NEEDED
            and ("when" in entry or "dttm" in entry)
        ):
            return 0.95
    first = head.lstrip(b"\xef\xbb\xbf\r\n").split(b"\n", 1)[0].rstrip(b"\r")
    if head.lstrip()[:15] == b'{"event_logs":[' or not HEADER.fullmatch(first):
        return 0.9 if b'"event_logs"' in head[:4096] and b'"dag_id"' in head else 0.0
    names = set(re.split(r'[,;|\t"\s]+', first.decode("utf-8", "replace").lower()))
    return 0.95 if names >= NEEDED else 0.0


SOURCE = Source(
    name="airflow_events",
    family="scheduler",
    title="Airflow event log",
    recognises=recognises,
    parse=parse,
    headed=True,
    seam=SEAM,
)
