"""Raw audit logs of Linux (audit.log): the records of an event become one event."""

import re
from collections.abc import Iterator
from typing import BinaryIO

from analytics.auditing.actors import Descent
from analytics.auditing.joining import joined
from analytics.auditing.rows import row_of
from analytics.auditing.seam import SEAM
from analytics.auditing.single import single_values
from analytics.auditing.tables import Tables, values_of
from analytics.auditing.usual import usual_values
from analytics.event import Batch, Collector, Context, Source

RECORD = re.compile(
    rb"^(?:node=\S+ )?type=\S+ msg=audit\(\d{1,11}\.\d{1,6}:\d{1,20}\)", re.MULTILINE
)


def recognises(head: bytes, path: str) -> float:
    """By the header that each record has."""
    if RECORD.match(head):
        return 0.98
    if RECORD.search(head):
        return 0.8
    return 0.3 if path.rsplit("/", 1)[-1].startswith("audit.log") else 0.0


def parse(log: BinaryIO, context: Context) -> Iterator[Batch]:
    """An event for each set of records with one node, time and serial."""
    collector = Collector(context, SOURCE)
    descent = Descent()
    tables = Tables(collector)
    for events in joined(log, collector.reject):
        tables.put(
            [
                usual_values(event, context, descent)
                or single_values(event, context, descent)
                or values_of(row_of(event, context, descent))
                for event in events
            ]
        )
        if collector.full:
            yield collector.take()
    tables.turn()
    yield from collector.rest()


SOURCE = Source(
    name="auditd",
    family="shell",
    title="Linux audit log",
    recognises=recognises,
    parse=parse,
    seam=SEAM,
)
