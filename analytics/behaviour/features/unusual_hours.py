"""Hours of the day in which a person is not usually active."""

import pyarrow as pa

from analytics.behaviour.feature import Feature, Measure
from analytics.selection import filled


def _select(events: pa.Table) -> pa.BooleanArray:
    return filled(events, "@timestamp")


FEATURE = Feature(
    name="unusual_hours",
    title="Unusual hours",
    unit="hours",
    columns=("@timestamp",),
    sentence="was active in {observed} hours of the day, other than usual; expected {expected}",
    measure=Measure.HOURS,
    least=2,
    select=_select,
)
