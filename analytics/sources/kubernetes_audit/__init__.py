"""Kubernetes' audit log: JSON lines of the API server, or an EventList as its webhook sends."""

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from analytics.event import Batch, Context, Source
from analytics.jsonlog.columns import Form, batches
from analytics.jsonlog.envelopes import carried, first_records, is_cut
from analytics.jsonlog.values import Payload
from analytics.sources.kubernetes_audit.columns import LOOKS, PATHS, columns_of

TIMES = ("stageTimestamp", "requestReceivedTimestamp", "timestamp")

LISTS = ("items", "logEvents", "records", "events")  # of Kubernetes itself and of its providers
VERSION = re.compile(rb'\\?"apiVersion\\?"\s*:\s*\\?"audit\.k8s\.io/v\d[a-z0-9]*\\?"')
AUDIT_ID = re.compile(rb'\\?"auditID\\?"\s*:\s*\\?"')


def _record(value: Any) -> Payload | str:
    """The event of the audit API in a document."""
    item = value if _is_event(value) else _carried(value)
    return item if _is_event(item) else "no audit event: auditID and verb are missing"


FORM = Form(
    records=_record,
    paths=PATHS,
    times=lambda events: events.times(*TIMES),
    timeless="no stageTimestamp that is a time",
    columns=columns_of,
    within=LISTS,
    looks=LOOKS,
)


def parse(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    """An event for each stage of each request."""
    return batches(stream, FORM, context, SOURCE)


def _carried(value: Any) -> Any:
    """An event that CloudWatch, Azure's diagnostics or a container's log has as text."""
    return carried(carried(value, "properties"), "message", "log")


def _is_event(item: Any) -> bool:
    return (
        isinstance(item, dict)
        and isinstance(item.get("auditID"), str)
        and isinstance(item.get("verb"), str)
    )


def recognises(head: bytes, path: str) -> float:
    """Sure of events of the audit API, else of its version beside an audit id."""
    items = [*first_records(head, LISTS)]
    items += [_carried(item) for item in items]
    if any(_is_event(item) and "stage" in item for item in items):
        return 0.97
    return 0.97 if is_cut(head) and VERSION.search(head) and AUDIT_ID.search(head) else 0.0


SOURCE = Source(
    name="kubernetes_audit",
    family="scheduler",
    title="Kubernetes audit log",
    recognises=recognises,
    parse=parse,
)
