"""Addresses from which a person acted."""

import pyarrow as pa

from analytics.behaviour.feature import Feature, Measure
from analytics.selection import filled


def _select(events: pa.Table) -> pa.BooleanArray:
    return filled(events, "source.ip")


FEATURE = Feature(
    name="distinct_addresses",
    title="Addresses used",
    unit="addresses",
    columns=("source.ip",),
    sentence="acted from {observed} addresses; expected {expected}",
    measure=Measure.DISTINCT,
    of="source.ip",
    tactics=("initial-access",),
    least=5,
    select=_select,
)
