"""Hosts on which a person was active."""

import pyarrow as pa

from analytics.behaviour.feature import Feature, Measure
from analytics.selection import filled


def _select(events: pa.Table) -> pa.BooleanArray:
    return filled(events, "host.name")


FEATURE = Feature(
    name="distinct_hosts",
    title="Hosts used",
    unit="hosts",
    columns=("host.name",),
    sentence="was active on {observed} hosts; expected {expected}",
    measure=Measure.DISTINCT,
    of="host.name",
    tactics=("lateral-movement",),
    least=3,
    select=_select,
)
