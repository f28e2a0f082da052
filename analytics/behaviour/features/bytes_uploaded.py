"""Bytes that a person sent to a repository manager."""

import pyarrow as pa

from analytics.behaviour.feature import Feature, Measure
from analytics.behaviour.values import request_bytes
from analytics.selection import both, done, has


def _select(events: pa.Table) -> pa.BooleanArray:
    return both(has(events, "event.dataset", "artifactory_request", "nexus_request"), done(events))


FEATURE = Feature(
    name="bytes_uploaded",
    title="Bytes uploaded",
    unit="bytes",
    columns=(
        "event.dataset",
        "event.outcome",
        "labels",
    ),
    sentence="sent {observed} to a repository manager; expected {expected}",
    measure=Measure.TOTAL,
    of=request_bytes,
    tactics=("exfiltration",),
    least=1e9,
    grain=1e6,
    select=_select,
)
