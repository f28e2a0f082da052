"""Where each task of a job ran: JSON lines of the prolog and epilog that come with Foureyes."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, BinaryIO

import orjson

from analytics.event import Batch, Collector, Context, Source, readable
from analytics.jsonlog.documents import batches
from analytics.jsonlog.samples import Looks
from analytics.reading import Document

MARK = re.compile(rb'\{"foureyes":"slurm_task"')
BEFORE = re.compile(rb"^[^{]{0,400}(?=\{)")  # of syslog, where logger sent it
MOMENTS = {"prolog": ("task-started", "start"), "epilog": ("task-ended", "end")}
NUMBER = re.compile(r"\d{1,10}")
JOB = re.compile(r"\d{1,19}")


# Digits of more places than a number of a task has, or not of ASCII.
ODD = r"[0-9]{11,}|[0-9]*[^\x00-\x7f]\p{Nd}*"
LOOKS = Looks(
    at=("foureyes", "at"),
    words={
        **dict.fromkeys(("job", "array_job"), r"[0-9]{19,}|[0-9]*[^\x00-\x7f]\p{Nd}*"),
        **dict.fromkeys(("array_task", "uid", "pid"), ODD),
    },
    times=("time",),
    counts=("job", "array_job", "array_task", "uid", "pid"),
)


def parse(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    """An event for each task's beginning and end."""
    return batches(stream, Collector(context, SOURCE), read, looks=LOOKS, mend=_behind)


def _behind(document: Document) -> Document:
    """What stands behind the beginning of a line of syslog."""
    try:
        value = orjson.loads(BEFORE.sub(b"", document.raw, count=1).rstrip(b"\x00 "))
    except orjson.JSONDecodeError:
        return document
    return document._replace(value=value, error=None)


def read(document: Document, context: Context) -> list[dict[str, Any]] | str:
    """The event of a task's line."""
    told = _told(document.value)
    row = _row(told, context) if told else None
    if row is None:
        return "not a task's line"
    return [row | {"event.original": readable(document.raw), "batch.line": document.number}]


def _told(value: Any) -> dict[str, str] | None:
    if not isinstance(value, dict) or value.get("foureyes") != "slurm_task":
        return None
    return {name: readable(str(text)[:1024]) for name, text in value.items() if text is not None}


def _row(told: dict[str, str], context: Context) -> dict[str, Any] | None:
    job, moment = told.get("job", ""), told.get("at", "")
    if not JOB.fullmatch(job) or moment not in MOMENTS:
        return None
    try:
        time = datetime.fromtimestamp(float(told.get("time", "")), UTC)
    except (ValueError, OverflowError, OSError):
        return None
    action, kind = MOMENTS[moment]
    array, task = told.get("array_job", ""), told.get("array_task", "")
    shown = f"{array}_{task}" if JOB.fullmatch(array) and NUMBER.fullmatch(task) else job
    step = told.get("step", "")
    host = told.get("host") or context.host
    user, uid, pid = told.get("user") or None, told.get("uid", ""), told.get("pid", "")
    owner = f"slurm:{user}" if user else None
    labels = ("cluster", "cgroup", "step", "task", "local_task", "array_job", "array_task")
    identity = (told.get("cluster"), host, job, step, told.get("task"), pid, moment)
    return {
        "@timestamp": time,
        "event.id": context.event_id("slurm-task", *identity, told["time"]),
        "event.category": "process",
        "event.type": kind,
        "event.action": action,
        "event.outcome": "success",
        "message": f"a task of {user or 'somebody'}'s job {shown} {action[5:]} on {host}",
        "actor.account": owner,
        "actor.basis": "job owner" if owner else "not told",
        "owner.account": owner,
        "job.owner": owner,
        "user.name": user,
        "user.id": uid if NUMBER.fullmatch(uid) else None,
        "host.name": host,
        "process.pid": int(pid) if NUMBER.fullmatch(pid) else None,
        "job.id": f"{shown}.{step}" if step else shown,
        "job.nodes": [host] if host else None,
        "job.match": "exact",
        "labels": [(name, told[name]) for name in labels if told.get(name)]
        + ([("jobidraw", job)] if shown != job else []),
    }


def recognises(head: bytes, path: str) -> float:
    """Sure of the mark that our prolog writes, also behind what syslog puts before it."""
    told = [line for line in head.split(b"\n")[:50] if line.strip()]
    marked = sum(MARK.search(line) is not None for line in told)
    return 0.97 if told and marked * 2 >= len(told) else 0.0


SOURCE = Source(
    name="slurm_task",
    family="scheduler",
    title="Slurm tasks (our TaskProlog and TaskEpilog)",
    recognises=recognises,
    parse=parse,
)
