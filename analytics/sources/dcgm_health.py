"""Health of GPUs as DCGM reports it, in the lines that docs/collect/dcgm-health writes."""

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from analytics.event import Batch, Collector, Context, Source, readable
from analytics.jsonlog.documents import Row, batches
from analytics.jsonlog.samples import Looks
from analytics.jsonlog.values import labels, mapping, text, time_of
from analytics.reading import Document, sampled

MARK = re.compile(rb'"dcgmi"\s*:\s*\{')
OVERALL = "Overall Health"
OUTCOMES = {"healthy": "success", "warning": "failure", "failure": "failure"}
DEEPEST = 8
MOST = 500
LOOKS = Looks(at=("dcgmi",), times=("time",))


def _found(report: Any) -> tuple[str, list[str]]:
    """The overall health, and each thing that is not healthy with where it stands."""
    overall, faults = "unknown", []
    waiting: list[tuple[tuple[str, ...], Any]] = [((), mapping(report).get("body"))]
    for _ in range(MOST):
        if not waiting:
            break
        path, value = waiting.pop()
        entry = mapping(value)
        told = text(entry.get("value"))
        if told and path and path[-1] == OVERALL:
            overall = told.strip().lower()
        elif told and "healthy" not in told.lower():
            faults.append(" / ".join((*path, told)))
        if len(path) < DEEPEST:
            inner = mapping(entry.get("children")) if "children" in entry else entry
            waiting.extend(((*path, str(name)), inner[name]) for name in reversed(list(inner)))
    return overall, faults


def read(document: Document, context: Context) -> list[Row] | str:
    """The row of a report."""
    line = mapping(document.value)
    time, host = time_of(line.get("time"), context.timezone), text(line.get("host"))
    if time is None or "dcgmi" not in line:
        return f"no {'time that is one' if time is None else 'report of dcgmi'}"
    overall, faults = _found(line["dcgmi"])
    told = {"health": overall, "faults": "; ".join(faults)}
    return [
        {
            "@timestamp": time,
            "event.id": context.event_id("dcgm", host, time.isoformat()),
            "event.category": "host",
            "event.type": "info",
            "event.action": "gpu-healthy" if overall == "healthy" else "gpu-unhealthy",
            "event.outcome": OUTCOMES.get(overall, "unknown"),
            "event.original": readable(document.raw),
            "message": f"{host or context.host or 'a host'}: GPUs are {overall}",
            "actor.basis": "a machine, nobody's act",
            "host.name": host or context.host,
            "batch.line": document.number,
            "labels": labels(told),
        }
    ]


def parse(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    """An event for each report."""
    return batches(stream, Collector(context, SOURCE), read, looks=LOOKS)


def recognises(head: bytes, path: str) -> float:
    """Sure of lines with a time and a report of dcgmi."""
    if any({"time", "dcgmi"} <= mapping(value).keys() for value in sampled(head)):
        return 0.95
    return 0.8 if MARK.search(head[:512]) else 0.0


SOURCE = Source(
    name="dcgm_health",
    family="context",
    title="GPU health (DCGM)",
    recognises=recognises,
    parse=parse,
)
