"""Hours of the day in which a person is not usually active."""

import pyarrow as pa

from analytics.behaviour.feature import Feature, Measure
from analytics.behaviour.kinds import by_hand


def _select(events: pa.Table) -> pa.BooleanArray:
    return by_hand(events)


FEATURE = Feature(
    name="unusual_hours",
    title="Unusual hours",
    unit="hours",
    columns=("@timestamp", "event.action", "job.state"),
    sentence="was active in {observed} hours of the day, other than usual; expected {expected}",
    measure=Measure.HOURS,
    least=2,
    select=_select,
)
