"""How training goes, as the callback in docs/collect/training_callback.py tells it."""

import re
from collections.abc import Iterator
from typing import BinaryIO

from analytics.event import Batch, Collector, Context, Source, account, readable
from analytics.jsonlog.documents import Row, batches
from analytics.jsonlog.samples import Looks
from analytics.jsonlog.values import known, labels, mapping, text, time_of
from analytics.reading import Document, sampled

NEEDED = frozenset({"time", "event", "run"})
MARKS = (re.compile(rb'"step_seconds"\s*:'), re.compile(rb'"run"\s*:\s*"'))
KINDS = {
    "start": ("training-started", "start", "success"),
    "step": ("training-step", "info", "success"),
    "checkpoint": ("checkpoint-saved", "creation", "success"),
    "load": ("checkpoint-loaded", "access", "success"),
    "evaluation": ("training-evaluated", "info", "success"),
    "error": ("training-failed", "end", "failure"),
    "end": ("training-ended", "end", "success"),
}
KEPT = (
    *("run", "step", "rank", "world_size", "loss", "grad_norm", "learning_rate", "step_seconds"),
    *("data_seconds", "tokens", "gpu", "seed", "error", "framework", "code_commit", "metric"),
)
LOOKS = Looks(at=("event",), times=("time",))


def read(document: Document, context: Context) -> list[Row] | str:
    """The row of what a callback tells."""
    told = mapping(document.value)
    event, run = text(told.get("event")), text(told.get("run"))
    time = time_of(told.get("time"), context.timezone)
    if event is None or run is None or time is None:
        missing = "event" if event is None else "run" if run is None else "time that is one"
        return f"no {missing}"
    action, kind, outcome = KINDS.get(event, (f"training-{event}", "info", "unknown"))
    user = text(told.get("user")) or context.user
    owner, host, path = account("unix", user), text(told.get("host")), text(told.get("path"))
    return [
        {
            "@timestamp": time,
            "event.id": context.event_id("training", run, told.get("rank"), host, document.raw),
            "event.category": "file" if path else "process",
            "event.type": kind,
            "event.action": action,
            "event.outcome": outcome,
            "event.original": readable(document.raw),
            "message": f"{run}: {action} {known(told.get('step')) or ''}".rstrip(),
            "actor.basis": "a running job, nobody's act",
            "owner.account": owner,
            "user.name": user,
            "host.name": host or context.host,
            "job.id": known(told.get("job")),
            "job.name": run,
            "job.owner": owner,
            "file.path": path,
            "git.commit": text(told.get("code_commit")),
            "batch.line": document.number,
            "labels": labels({name: told.get(name) for name in KEPT}),
        }
    ]


def parse(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    """An event for each thing that a callback tells."""
    return batches(stream, Collector(context, SOURCE), read, looks=LOOKS)


def recognises(head: bytes, path: str) -> float:
    """Sure of lines with a time, an event that the callback knows, and a run."""
    for value in sampled(head):
        told = mapping(value)
        if told.keys() >= NEEDED and told.get("event") in KINDS:
            return 0.95 if "step" in told or "rank" in told or "job" in told else 0.6
    return 0.9 if all(mark.search(head) for mark in MARKS) else 0.0


SOURCE = Source(
    name="training_steps",
    family="context",
    title="Training steps",
    recognises=recognises,
    parse=parse,
)
