"""Kubernetes' audit log: JSON lines of the API server, or an EventList as its webhook sends."""

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from analytics.event import Batch, Collector, Context, Source
from analytics.jsonlog.documents import Row, batches
from analytics.jsonlog.values import time_of
from analytics.reading import Document, sampled
from analytics.sources.kubernetes_audit.rows import row_of

TIMES = ("stageTimestamp", "requestReceivedTimestamp", "timestamp")

VERSION = re.compile(rb'"apiVersion"\s*:\s*"audit\.k8s\.io/v\d[a-z0-9]*"')
AUDIT_ID = re.compile(rb'"auditID"\s*:\s*"')


def read(document: Document, context: Context) -> list[Row] | str:
    """The row of an event of the audit API."""
    item = document.value
    if not _is_event(item):
        return "no audit event: auditID and verb are missing"
    times = (time_of(item.get(name)) for name in TIMES)
    time = next(filter(None, times), None)
    return "no stageTimestamp that is a time" if time is None else [row_of(document, time, context)]


def parse(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    """An event for each stage of each request."""
    return batches(stream, Collector(context, SOURCE), read, within=("items",))


def _is_event(item: Any) -> bool:
    return (
        isinstance(item, dict)
        and isinstance(item.get("auditID"), str)
        and isinstance(item.get("verb"), str)
    )


def recognises(head: bytes, path: str) -> float:
    """Sure of the audit API's version beside an audit id."""
    if VERSION.search(head) and AUDIT_ID.search(head):
        return 0.97
    return 0.9 if any(_is_event(item) and "stage" in item for item in sampled(head)) else 0.0


SOURCE = Source(
    name="kubernetes_audit",
    family="scheduler",
    title="Kubernetes audit log",
    recognises=recognises,
    parse=parse,
)
