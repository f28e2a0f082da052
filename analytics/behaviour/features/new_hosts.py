"""Hosts on which a person was never active before."""

import pyarrow as pa

from analytics.behaviour.feature import Feature, Measure
from analytics.selection import filled


def _select(events: pa.Table) -> pa.BooleanArray:
    return filled(events, "host.name")


FEATURE = Feature(
    name="new_hosts",
    title="New hosts",
    unit="hosts",
    columns=("host.name",),
    sentence="was active on {observed} hosts for the first time; expected {expected}",
    measure=Measure.NEW,
    of="host.name",
    tactics=("lateral-movement",),
    least=2,
    select=_select,
)
