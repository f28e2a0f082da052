"""Addresses from which a person never acted before."""

import pyarrow as pa

from analytics.behaviour.feature import Feature, Measure
from analytics.selection import filled


def _select(events: pa.Table) -> pa.BooleanArray:
    return filled(events, "source.ip")


FEATURE = Feature(
    name="new_addresses",
    title="New addresses",
    unit="addresses",
    columns=("source.ip",),
    sentence="acted from {observed} addresses for the first time; expected {expected}",
    measure=Measure.NEW,
    of="source.ip",
    tactics=("initial-access",),
    least=2,
    select=_select,
)
